"""`editloop version`."""

from typing import Annotated

from cyclopts import Parameter


def version(*, json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False) -> None:
    """Print the version of editloop; with `--json`, those of Python and the platform too."""
    from importlib.metadata import version as version_of

    own = version_of("editloop")
    if not json:
        print(f"editloop {own}")
        return

    import json as jsons
    import platform

    found = {"editloop": own, "python": platform.python_version(), "platform": platform.platform()}
    print(jsons.dumps(found))

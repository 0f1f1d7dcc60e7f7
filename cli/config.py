"""`editloop config …`: what is set, and by whom."""

from typing import Annotated

from cyclopts import Parameter

from .branch import branch
from .options import COMMONLY, Common

app = branch("config")


@app.command
def show(
    *,
    origin: Annotated[
        bool, Parameter(negative="", help="Say where each value comes from.")
    ] = False,
    common: Common = COMMONLY,
) -> int:
    """Show all settings.

    A flag beats EDITLOOP_*, which beats .env, editloop.toml (or [tool.editloop] in
    pyproject.toml) in the working folder or above it, the user's configuration file, and the
    default.
    """
    choices = common.choices()
    values = choices.snapshot()
    values["images"] = str(choices.settings.images_folder)
    if common.json:
        import json

        both = {name: {"value": v, "origin": choices.origins[name]} for name, v in values.items()}
        print(json.dumps(both if origin else values, ensure_ascii=False))
        return 0

    for name, value in values.items():
        shown = "-" if value is None else str(value).lower() if isinstance(value, bool) else value
        print(
            f"{name:<18} {shown!s:<28} {choices.origins[name]}" if origin else f"{name:<18} {shown}"
        )
    return 0


@app.command
def path(*, common: Common = COMMONLY) -> int:
    """Print the file that holds the user's settings, whether or not it exists."""
    from ..agent.sources import user_config

    print(common.config or user_config())
    return 0

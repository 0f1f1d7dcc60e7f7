"""`editloop doctor`."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from .options import COMMONLY, Common

if TYPE_CHECKING:
    from .found import Finding


def doctor(
    *,
    gpu: Annotated[
        bool, Parameter(negative="", help="Also ask torch what it runs on, which takes seconds.")
    ] = False,
    common: Common = COMMONLY,
) -> int:
    """Check the store, the pictures, the engines and what they stand on.

    Exits with 1 when something fails.
    """
    from .checks import findings

    found = findings(common, gpu=gpu)
    if common.json:
        import json

        print(json.dumps([finding.as_json() for finding in found], ensure_ascii=False))
    else:
        _print(found, common)
    return int(any(finding.state == "FAIL" for finding in found))


def _print(found: "list[Finding]", common: Common) -> None:
    from rich.text import Text

    styles = {"ok": "good", "note": "fair", "FAIL": "poor"}
    for finding in found:
        line = Text(f"{finding.what:<10}").append(f"{finding.state:<6}", styles[finding.state])
        line.append(finding.detail)
        if finding.cure:
            line.append(f" → {finding.cure}", "command")
        common.screen.out.print(line, soft_wrap=True)

"""`editloop thinker …`: what thinkers need beside a server."""

from typing import Annotated

from cyclopts import Parameter

from .branch import branch
from .options import COMMONLY, Common

app = branch("thinker")

_template = branch(
    "template", "The text that EditThinker reads under the pictures: fetch, show, path."
)
app.command(_template)


@_template.command(sort_key=1)
def fetch(
    *,
    file: Annotated[
        str | None,
        Parameter(
            metavar="PATH", help="Take this copy, downloaded by hand, instead of the network."
        ),
    ] = None,
    url: Annotated[
        str | None,
        Parameter(
            metavar="URL", help="A mirror of the file; what it sends is verified all the same."
        ),
    ] = None,
    common: Common = COMMONLY,
) -> int:
    """Get the official template that EditThinker-8B was trained on, verify it, and store it.

    From its public repository (appletea233/EditThinker at commit 803d1a7), over https. It is used
    from then on; editloop's own wording of the same protocol is used until then.
    """
    from .templates import fetched

    return fetched(file, url, common)


@_template.command(sort_key=2)
def show(*, common: Common = COMMONLY) -> int:
    """Print the template that is in use; its name and SHA-256 go to stderr."""
    from .templates import shown

    return shown(common)


@_template.command(sort_key=3)
def path(*, common: Common = COMMONLY) -> int:
    """Print where the official template is, or would be, stored."""
    from .templates import located

    return located(common)

"""`editloop backend …`: the editors, thinkers and rewriters that can be named."""

from typing import Annotated, Literal

from cyclopts import Parameter

from .branch import branch
from .options import COMMONLY, Common

app = branch("backend")

_ROLE = Parameter(
    name="--as", metavar="ROLE", help="What to try it as, where an address could be several things."
)
_NAME = Parameter(name="NAME", help="An address, or a name of [backends] in a settings file.")


@app.command(name="list", sort_key=1)
def list_(*, common: Common = COMMONLY) -> int:
    """List what the settings name, and the kinds of addresses that there are.

    Nothing is sent to anybody. Keys are told to be there or not, and never shown.
    """
    from .backends import listed

    return listed(common)


@app.command(name="test", sort_key=2)
def try_(
    name: Annotated[str, _NAME],
    /,
    *,
    role: Annotated[Literal["editor", "thinker", "rewriter"] | None, _ROLE] = None,
    common: Common = COMMONLY,
) -> int:
    """Have one real tiny edit, critique or rewriting made, and say what came back.

    This costs what one of them costs. Exits with 4 when nothing useful comes back.
    """
    from .backend_trial import tested

    return tested(name, role, common)


@app.command(sort_key=3)
def ping(
    *names: Annotated[str, Parameter(name="NAME...", help="Else what the settings name.")],
    common: Common = COMMONLY,
) -> int:
    """Ask all servers of an address for their health and their models; costs nothing.

    Exits with 4 when one cannot be reached or says that it is not ready.
    """
    from .backends import pinged

    return pinged(names, common)

"""`editloop runs …`: the record."""

from typing import Annotated

from cyclopts import Parameter

from .branch import branch
from .options import COMMONLY, Common, as_seconds

app = branch("runs")

_RUN = Parameter(
    name="RUN", help="The id of a run, its first or last characters (4 or more), or last."
)
_RUNS = Parameter(name="RUN...", help="Ids of runs, or their first or last characters.")
_OUTPUT = Parameter(
    name=["--output", "-o"], metavar="PATH", help="Write to this file; - is stdout."
)
_WHERE = Parameter(
    metavar="CONDITIONS",
    help="'score<6 editor=retouch since:2d status:open tag:k=v words of the instruction'",
)


@app.command(name="list", sort_key=1)
def list_(
    *,
    where: Annotated[str, _WHERE] = "",
    limit: Annotated[
        int, Parameter(name=["--limit", "-n"], metavar="N", help="At most so many; 0 is all.")
    ] = 20,
    common: Common = COMMONLY,
) -> int:
    """List runs, newest first."""
    from .listing import listed

    return listed(where, limit, common)


@app.command(sort_key=2)
def show(
    run: Annotated[str, _RUN] = "last",
    /,
    *,
    turn: Annotated[
        int | None, Parameter(metavar="K", help="One turn in full; 0 is the source.")
    ] = None,
    output: Annotated[str | None, _OUTPUT] = None,
    overwrite: Annotated[bool, Parameter(negative="", help="Replace a file that exists.")] = False,
    common: Common = COMMONLY,
) -> int:
    """Show a run: every turn, what was asked, the scores, the answer.

    With -o the picture of the answer, or of the turn, is written to a file.
    """
    from .showing import shown

    return shown(run, turn, output, overwrite, common)


@app.command(sort_key=3)
def export(
    *runs: Annotated[str, _RUNS],
    all: Annotated[bool, Parameter(negative="", help="All runs.")] = False,
    where: Annotated[str, _WHERE] = "",
    output: Annotated[str | None, _OUTPUT] = None,
    overwrite: Annotated[bool, Parameter(negative="", help="Replace a file that exists.")] = False,
    common: Common = COMMONLY,
) -> int:
    """Write runs as JSON lines, pictures by reference."""
    from .keeping import exported

    return exported(runs, all or bool(where), where, output, overwrite, common)


@app.command(name="import", sort_key=4)
def import_(
    file: Annotated[str, Parameter(help="JSON lines from export; - is standard input.")],
    /,
    *,
    common: Common = COMMONLY,
) -> int:
    """Take exported runs into the store; runs that are there already stay as they are."""
    from .keeping import imported

    return imported(file, common)


@app.command(sort_key=5)
def rm(
    *runs: Annotated[str, _RUNS],
    yes: Annotated[bool, Parameter(name=["--yes", "-y"], negative="", help="Do not ask.")] = False,
    common: Common = COMMONLY,
) -> int:
    """Remove runs from the store. Their pictures go with the next `runs gc`."""
    from .keeping import removed

    return removed(runs, yes, common)


@app.command(sort_key=6)
def gc(
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Only say what would go.")] = False,
    older: Annotated[
        float,
        Parameter(
            metavar="1h",
            converter=as_seconds,
            help="Leave younger pictures, which a run that begins may still need; 1h.",
        ),
    ] = 3600.0,
    common: Common = COMMONLY,
) -> int:
    """Remove pictures that no run leads to."""
    from .keeping import swept

    return swept(dry_run, older, common)


@app.command(sort_key=7)
def path(
    *,
    images: Annotated[bool, Parameter(negative="", help="The folder of the pictures.")] = False,
    common: Common = COMMONLY,
) -> int:
    """Print where the store is."""
    from .keeping import located

    return located(images, common)

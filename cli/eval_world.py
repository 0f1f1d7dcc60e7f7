"""`editloop eval world`: stop policies, selectors and base choices in a simulation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from .options import COMMONLY, Common

if TYPE_CHECKING:
    from ..evals.reports.tables import Report

_POLICY = Parameter(
    name=["--policy", "-p"],
    metavar="NAME[@TURNS]",
    negative="",
    help="official, keep-best, standard, plateau, plateau-1, threshold-SCORE, exhaustive, "
    "from-best or from-previous, for at most TURNS turns; several times, or with commas.",
)
_BASELINE = Parameter(
    metavar="NAME[@TURNS]", help="What the others are compared with; official@8 if it is there."
)
_RUNS = Parameter(metavar="N", help="Runs of each policy.")
_FORM = "Print {} on stdout."


def world(
    *,
    policy: Annotated[tuple[str, ...], _POLICY] = (),
    thinker: Annotated[
        Literal["editthinker-8b", "gpt-4.1", "gpt-4.1-scored"],
        Parameter(help="Whose skill: the last one is GPT-4.1 asked for scores, which is a guess."),
    ] = "editthinker-8b",
    runs: Annotated[int, _RUNS] = 10_000,
    seed: Annotated[int, Parameter(help="Another seed is another world.")] = 0,
    baseline: Annotated[str | None, _BASELINE] = None,
    csv: Annotated[bool, Parameter(negative="", help=_FORM.format("CSV"))] = False,
    markdown: Annotated[bool, Parameter(negative="", help=_FORM.format("Markdown"))] = False,
    common: Common = COMMONLY,
) -> int:
    """Compare policies in a SIMULATION: score against editor calls, with 95 % intervals.

    No picture is made and no model is asked: scenes with a known truth, an editor that fails like
    real ones, and a thinker of limited skill, fitted to the turn curves that EditThinker's paper
    prints. Equal seeds give equal numbers. It ranks policies; it promises no score.

    Raises:
        SettingsError: a policy that does not exist, or a number out of range.
    """
    names = [name for given in policy for name in given.split(",") if name]
    _print(_found(names, thinker, runs, seed, baseline), common, csv=csv, markdown=markdown)
    return 0


def _found(
    names: Sequence[str], thinker: str, runs: int, seed: int, baseline: str | None
) -> "Report":
    from ..evals.world.comparing import compare
    from ..evals.world.defaults import EDITOR, THINKERS
    from ..evals.world.named import DEFAULT, rules
    from ..evals.world.playing import World
    from ..evals.world.report import report
    from ..memory.errors import SettingsError

    if not 2 <= runs <= 1_000_000:
        raise SettingsError(f"--runs is {runs}: give 2 to 1000000")

    listed = list(dict.fromkeys(names or DEFAULT))
    against = baseline or ("official@8" if "official@8" in listed else listed[0])
    if against not in listed:
        listed.insert(0, against)
    world = World(EDITOR, THINKERS[thinker], seed)
    found = compare(world, {name: rules(name) for name in listed}, range(runs))
    return report(world, thinker, found, against)


def _print(report: "Report", common: Common, *, csv: bool, markdown: bool) -> None:
    from ..evals.reports.formats import plain, terminal

    if common.json:
        print(plain.as_json(report), end="")
    elif csv:
        print(plain.as_csv(report), end="")
    elif markdown:
        print(plain.as_markdown(report), end="")
    else:
        terminal.show(report, common.screen.out)

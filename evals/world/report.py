"""What a comparison found, as a report of tables."""

from collections.abc import Mapping, Sequence

from ..reports.published import TURNS
from ..reports.tables import EMPTY, Cell, Column, Fact, Line, Report, Table
from ..suites.statistics import interval
from .comparing import Tally
from .playing import World

SIMULATED = (
    "A SIMULATION: no picture was made and no model was asked. It was fitted to the published turn "
    "curves; it can rank rules, and can promise no score. See docs/world.md."
)

_RESAMPLES = 1000

_POLICIES = (
    Column(name="score", scale="0 to 10"),
    Column(name="editor calls", scale="per run"),
    Column(name="gain", scale="on baseline, paired", decimals=3),
)
_PARTS = (
    Column(name="thinker calls"),
    Column(name="harmed", scale="%", decimals=1),
    Column(name="semantic"),
    Column(name="quality"),
)


def report(world: World, thinker: str, found: Mapping[str, Tally], baseline: str) -> Report:
    """Put the tallies into tables; all intervals are bootstrap by case."""
    runs = len(found[baseline].overall)
    against = found[baseline]
    facts = (
        Fact(name="thinker", value=f"{thinker} (simulated)"),
        Fact(name="runs per policy", value=str(runs)),
        Fact(name="seed", value=str(world.seed)),
        Fact(name="baseline", value=baseline),
    )
    return Report(
        kind="world",
        suite="world",
        title="Policies in the simulated world",
        facts=facts,
        tables=(
            _policies(found, against),
            _parts(found),
            _stops(found),
            *_published(thinker, found),
        ),
        notes=(SIMULATED,),
    )


def _policies(found: Mapping[str, Tally], baseline: Tally) -> Table:
    def line(name: str, tally: Tally) -> Line:
        pairs = zip(tally.overall, baseline.overall, strict=True)
        gain = EMPTY if tally is baseline else _sure([ours - theirs for ours, theirs in pairs])
        return Line(name=name, cells=(_sure(tally.overall), _plain(tally.edits), gain))

    return Table(
        key="policies",
        title="Score against editor calls",
        columns=_POLICIES,
        lines=tuple(line(name, tally) for name, tally in found.items()),
        notes=("Every policy meets the same cases and the same luck: differences are paired.",),
    )


def _parts(found: Mapping[str, Tally]) -> Table:
    def line(name: str, tally: Tally) -> Line:
        harmed = Cell(value=tally.harmed)
        scores = (_plain(tally.semantic), _plain(tally.quality))
        return Line(name=name, cells=(_plain(tally.critiques), harmed, *scores))

    return Table(
        key="parts",
        title="What stands behind it",
        columns=_PARTS,
        lines=tuple(line(name, tally) for name, tally in found.items()),
        notes=("Harmed: the answer is worse than the first turn, as the judge sees it.",),
    )


def _stops(found: Mapping[str, Tally]) -> Table:
    reasons = sorted({reason for tally in found.values() for reason in tally.stops})
    lines = [
        Line(
            name=name,
            cells=tuple(Cell(value=100 * tally.stops[r] / len(tally.overall)) for r in reasons),
        )
        for name, tally in found.items()
    ]
    columns = tuple(Column(name=r.replace("_", " "), scale="%", decimals=1) for r in reasons)
    return Table(key="stops", title="Why runs ended", columns=columns, lines=tuple(lines))


def _published(thinker: str, found: Mapping[str, Tally]) -> tuple[Table, ...]:
    """The curve that the simulation was fitted to, beside what it gave here."""
    curve = next((each for each in TURNS if thinker in each.name.lower()), None)
    limits = [n for n in curve.values if f"official@{n}" in found] if curve else []
    if curve is None or not limits:
        return ()

    columns = tuple(Column(name=n, scale="turns allowed") for n in limits)
    cells = tuple(_sure(found[f"official@{n}"].overall) for n in limits)
    lines = (Line(name="simulated", cells=cells), curve.line(columns))
    return (Table(key="curve", title="What it was fitted to", columns=columns, lines=lines),)


def _sure(values: Sequence[float]) -> Cell:
    found = interval(values, resamples=_RESAMPLES)
    return Cell(value=found.mean, low=found.low, high=found.high)


def _plain(values: Sequence[float]) -> Cell:
    return Cell(value=sum(values) / len(values))

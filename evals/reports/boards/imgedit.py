"""ImgEdit-Bench: nine edit types and two overall numbers; the hard set has one line."""

from collections.abc import Iterable, Mapping, Sequence

from ...suites.imgedit.aggregate import ImgEditRow, ImgEditTable, aggregate, hard_score
from ...suites.imgedit.cases import COUNTS, TITLES
from ...suites.profile import Profile
from ...suites.unscored import Counts
from ..sureness import Draws, draw, sure
from ..tables import Cell, Column, Line, Table
from .values import CaseValue

COLUMNS = (Column(name="Score", decimals=2, scale="1 to 5"),)
MACRO, MICRO = "Overall (mean of types)", "Overall (mean of cases)"


def tables(
    rows: Sequence[ImgEditRow], types: Mapping[str, str], profile: Profile
) -> tuple[Table, ...]:
    """The table of the basic cases; `types` gives the edit type of every case of the run."""
    found = aggregate(rows, types, profile)
    rows = _counted(rows, profile)
    drawn = {
        name: _drawn([row for row in rows if types.get(row.key) == name], seed=at)
        for at, name in enumerate(_ordered(found))
    }
    lines = [_line(TITLES.get(name, name), found, name, drawn[name]) for name in drawn]
    everything = [row for row in rows if row.key in types or profile == "official"]
    macro = sure(found.macro, list(drawn.values()))
    micro = sure(found.micro, [_drawn(everything, seed=len(drawn))])
    lines += [
        Line(name=MACRO, cells=(macro,), level="total", counts=found.counts),
        Line(name=MICRO, cells=(micro,), level="total", counts=found.counts),
    ]
    note = (
        "The leaderboard prints the mean of types; BAGEL's and EditThinker's scripts that of cases."
    )
    return (
        Table(key="types", title="Edit types", columns=COLUMNS, lines=tuple(lines), notes=(note,)),
    )


def hard_tables(rows: Sequence[ImgEditRow], profile: Profile) -> tuple[Table, ...]:
    """The one line of the hard set."""
    found = hard_score(rows, profile)
    cell = sure(found.score, [_drawn(_counted(rows, profile), seed=0)])
    line = Line(name="Hard", cells=(cell,), level="total", counts=found.counts)
    return (Table(key="hard", title="Hard set", columns=COLUMNS, lines=(line,)),)


def by_case(rows: Iterable[ImgEditRow], types: Mapping[str, str]) -> list[CaseValue]:
    """The score of each case."""
    return [
        CaseValue(row.key, TITLES.get(types.get(row.key, "hard"), "hard"), row.score, row.why)
        for row in rows
    ]


def overall(
    rows: Sequence[ImgEditRow], types: Mapping[str, str], profile: Profile
) -> tuple[str, Cell]:
    """The mean of cases: its column in a headline, and the number."""
    found = aggregate(rows, types, profile)
    counted = [r for r in _counted(rows, profile) if r.key in types or profile == "official"]
    return MICRO, sure(found.micro, [_drawn(counted, seed=len(found.types))])


def headline(found: Sequence[Table]) -> dict[str, Cell]:
    """What one system's line in a table of systems holds, by column."""
    lines = {line.name: line.cells[0] for table in found for line in table.lines}
    order = [*TITLES.values(), MACRO, MICRO, "Hard"]
    return {name: lines[name] for name in order if name in lines}


def _counted(rows: Sequence[ImgEditRow], profile: Profile) -> list[ImgEditRow]:
    """The rows that count: in the corrected profile the last one of each case."""
    return list(rows) if profile == "official" else list({row.key: row for row in rows}.values())


def _ordered(table: ImgEditTable) -> list[str]:
    there = {line.edit_type for line in table.types}
    return [*(name for name in COUNTS if name in there), *sorted(there - set(COUNTS))]


def _drawn(rows: Sequence[ImgEditRow], *, seed: int) -> Draws | None:
    values = {f"{row.key}\0{at:09}": row.score for at, row in enumerate(_sorted(rows))}
    return draw({name: () if v is None else (v,) for name, v in values.items()}, seed=seed)


def _sorted(rows: Sequence[ImgEditRow]) -> list[ImgEditRow]:
    return sorted(rows, key=lambda row: row.key)


def _line(title: str, table: ImgEditTable, name: str, drawn: Draws | None) -> Line:
    score, counts = _of(table, name)
    return Line(name=title, cells=(sure(score, [drawn]),), counts=counts)


def _of(table: ImgEditTable, name: str) -> tuple[float | None, Counts]:
    line = next(line for line in table.types if line.edit_type == name)
    return line.score, line.counts

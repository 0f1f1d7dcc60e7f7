"""RISEBench: accuracy and score per category, the three dimensions, and the subtasks."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ...suites.profile import Lineage, Profile
from ...suites.rise.aggregate import RiseLine, RiseRow, aggregate
from ...suites.rise.cases import COUNTS, SUBTASKS
from ...suites.rise.scoring import Values, mark, score, weighs_without_consistency
from ..sureness import draw, sure
from ..tables import Cell, Column, Level, Line, Table
from .values import CaseValue

ACCURACY = Column(name="Accuracy", decimals=1, scale="%")
SCORE = Column(name="Score", decimals=3, scale="1 to 5")
PERCENTAGE = Column(name="Percentage", decimals=1, scale="0 to 100")
CATEGORIES = ("Temporal", "Causal", "Spatial", "Logical")
_SHORT: dict[str, str] = dict(zip(("Temp", "Causal", "Spa", "Logic"), COUNTS, strict=True))
_LONG = dict(zip(CATEGORIES, COUNTS, strict=True))


class _Case(NamedTuple):
    row: RiseRow
    score: float | None
    mark: int | None


_Pick = Callable[[_Case], float | None]
_DIMENSIONS: dict[str, Callable[[Values], float | None]] = {
    "Reasoning": lambda values: values.reasoning,
    "ApprConsistency": lambda values: values.consistency,
    "Consistency": lambda values: values.consistency,
    "VisualPlausibility_total": lambda values: values.plausibility,
    "Quality": lambda values: values.plausibility,
}


def tables(
    rows: Sequence[RiseRow], profile: Profile, lineage: Lineage = "upstream"
) -> tuple[Table, ...]:
    """Categories, dimensions and, where there are any, subtasks.

    Raises:
        InputError: official profile and no row has a value: the script stops.
    """
    found = aggregate(rows, profile, lineage=lineage).lines
    cases = _cases(rows, profile, lineage)
    main = [line for line in found if line.name in ("Overall", *CATEGORIES)]
    dimensions = [line for line in found if "_" in line.name]
    subtasks = [line for line in found if line not in main and line not in dimensions]
    made = [
        _table("categories", "Categories", main, cases),
        _flat("dimensions", "Dimensions", dimensions, cases),
    ]
    if subtasks:
        made.append(_table("subtasks", "Subtasks", subtasks, cases))
    return tuple(made)


def by_case(
    rows: Iterable[RiseRow], profile: Profile, lineage: Lineage = "upstream"
) -> list[CaseValue]:
    """The score of each case, 1 to 5."""
    return [
        CaseValue(each.row.index, each.row.category, each.score, each.row.why)
        for each in _cases(list(rows), profile, lineage)
    ]


def overall(
    rows: Sequence[RiseRow], profile: Profile, lineage: Lineage = "upstream"
) -> tuple[str, Cell]:
    """Accuracy in per cent: its column in a headline, and the number.

    Raises:
        InputError: official profile and no row has a value: the script stops.
    """
    line = aggregate(rows, profile, lineage=lineage).lines[0]
    return "Overall %", _marks(line, _cases(rows, profile, lineage))


def headline(found: Sequence[Table]) -> dict[str, Cell]:
    """What one system's line in a table of systems holds, by column."""
    lines = {line.name: line for line in found[0].lines}
    return {f"{name} %": lines[name].cells[0] for name in (*CATEGORIES, "Overall")} | {
        "Overall score": lines["Overall"].cells[1]
    }


def _cases(rows: Sequence[RiseRow], profile: Profile, lineage: Lineage) -> list[_Case]:
    listed = list(rows)
    if profile == "corrected":
        listed = list({row.index: row for row in listed}.values())
    column = any(row.consistency_free != "missing" for row in listed)
    return [_case(row, column, profile, lineage) for row in listed]


def _case(row: RiseRow, column: bool, profile: Profile, lineage: Lineage) -> _Case:
    if row.values is None:
        return _Case(row, None, 0 if profile == "official" else None)
    logical, flag = row.category == "logical_reasoning", row.consistency_free
    without = weighs_without_consistency(flag, column=column, profile=profile)
    return _Case(
        row,
        score(row.values, logical=logical, without_consistency=without),
        mark(row.values, logical=logical, flag=flag, profile=profile, lineage=lineage),
    )


def _table(key: str, title: str, found: Sequence[RiseLine], cases: Sequence[_Case]) -> Table:
    lines = tuple(_line(line, _members(line.name, cases)) for line in found)
    return Table(key=key, title=title, columns=(ACCURACY, SCORE, PERCENTAGE), lines=lines)


def _flat(key: str, title: str, found: Sequence[RiseLine], cases: Sequence[_Case]) -> Table:
    lines: list[Line] = []
    for line in found:
        part, _, dimension = line.name.partition("_")
        cells = _scored(line, _members(part, cases), _picking(_DIMENSIONS[dimension]))
        lines.append(_made(line, cells))
    return Table(key=key, title=title, columns=(SCORE, PERCENTAGE), lines=tuple(lines))


def _picking(dimension: Callable[[Values], float | None]) -> _Pick:
    def pick(case: _Case) -> float | None:
        return None if case.row.values is None else dimension(case.row.values)

    return pick


def _members(name: str, cases: Sequence[_Case]) -> list[_Case]:
    if name == "Overall":
        return list(cases)
    if name in _LONG:
        return [each for each in cases if each.row.category == _LONG[name]]
    prefix, _, subtask = name.partition("-")
    category = _SHORT[prefix]
    if subtask not in SUBTASKS[category]:
        return []
    return [each for each in cases if each.row.category == category and each.row.subtask == subtask]


def _line(line: RiseLine, members: Sequence[_Case]) -> Line:
    scored = _scored(line, members, lambda case: case.score)
    return _made(line, (_marks(line, members), *scored))


def _marks(line: RiseLine, members: Sequence[_Case]) -> Cell:
    return _times(sure(line.accuracy, [draw(_values(members, lambda case: case.mark))]), 100)


def _made(line: RiseLine, cells: tuple[Cell, ...]) -> Line:
    level: Level = "total" if line.name == "Overall" else "part"
    return Line(name=line.name, cells=cells, level=level, counts=line.counts)


def _scored(line: RiseLine, members: Sequence[_Case], pick: _Pick) -> tuple[Cell, Cell]:
    cell = sure(line.score, [draw(_values(members, pick))])
    ends = (cell.low, cell.high)
    low, high = (None if end is None else 25 * (end - 1) for end in ends)
    return cell, Cell(value=line.percentage, low=low, high=high)


def _values(members: Sequence[_Case], pick: _Pick) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for at, case in enumerate(sorted(members, key=lambda case: case.row.index)):
        value = pick(case)
        found[f"{case.row.index}\0{at:09}"] = () if value is None else (value,)
    return found


def _times(cell: Cell, factor: float) -> Cell:
    parts = (cell.value, cell.low, cell.high)
    value, low, high = (None if part is None else part * factor for part in parts)
    return Cell(value=value, low=low, high=high)

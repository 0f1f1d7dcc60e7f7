"""The report of RISEBench: scores, percentages and accuracy; overall, by category and subtask."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ....memory.errors import InputError
from ....memory.records import Frozen
from ..averages import mean
from ..profile import Lineage, Profile
from ..unscored import Counts, Unscored, counts
from .cases import COUNTS, SUBTASKS, Flag
from .scoring import Values, mark, score, weighs_without_consistency

_SHORT = {
    "temporal_reasoning": ("Temporal", "Temp"),
    "causal_reasoning": ("Causal", "Causal"),
    "spatial_reasoning": ("Spatial", "Spa"),
    "logical_reasoning": ("Logical", "Logic"),
}
_BLANK = Unscored(reason="incomplete", detail="the row holds no values")


class RiseRow(Frozen):
    """The values of one case, or why there are none."""

    index: str
    category: str
    subtask: str | None = None
    consistency_free: Flag = "missing"
    values: Values | None = None
    why: Unscored | None = None


class RiseLine(Frozen):
    """One line of the report."""

    name: str
    score: float | None
    """1 to 5, over rows with a value."""

    percentage: float | None
    """The same from 0 to 100."""

    accuracy: float | None
    """Share of cases that are right in everything asked, 0 to 1; None on lines of one dimension."""

    counts: Counts


class RiseTable(Frozen):
    """The report, in the order of the published one."""

    profile: Profile
    lines: tuple[RiseLine, ...]

    def line(self, name: str) -> RiseLine:
        """The line of that name.

        Raises:
            KeyError: the report has no such line.
        """
        return {line.name: line for line in self.lines}[name]


class _Scored(NamedTuple):
    row: RiseRow
    score: float | None
    mark: int | None


_Pick = Callable[[_Scored], float | None]


def aggregate(
    rows: Iterable[RiseRow], profile: Profile = "corrected", *, lineage: Lineage = "upstream"
) -> RiseTable:
    """The report of all rows.

    Official: a failed row counts as wrong in accuracy and is left out of scores; the weights
    follow from whether any record has `consistency_free`. Corrected: weights by each record's own
    flag, accuracy over scored rows, the last row of a case counts.

    Raises:
        InputError: official profile and no row has a value: the script stops.
    """
    listed = list(rows)
    repeated = 0
    if profile == "corrected":
        last = {row.index: row for row in listed}
        repeated, listed = len(listed) - len(last), list(last.values())
    column = any(row.consistency_free != "missing" for row in listed)
    scored = [_scored(row, column, profile, lineage) for row in listed]
    if profile == "official" and all(each.row.values is None for each in scored):
        raise InputError("no row has a value: the official report stops")
    lines = [*_main(scored), *_dimensions(scored), *_subtasks(scored)]
    lines[0] = lines[0].but(counts=lines[0].counts.but(repeated=repeated))
    return RiseTable(profile=profile, lines=tuple(lines))


def _scored(row: RiseRow, column: bool, profile: Profile, lineage: Lineage) -> _Scored:
    if row.values is None:
        return _Scored(row, None, 0 if profile == "official" else None)
    logical = row.category == "logical_reasoning"
    flag = row.consistency_free
    without = weighs_without_consistency(flag, column=column, profile=profile)
    return _Scored(
        row,
        score(row.values, logical=logical, without_consistency=without),
        mark(row.values, logical=logical, flag=flag, profile=profile, lineage=lineage),
    )


def _main(scored: Sequence[_Scored]) -> list[RiseLine]:
    parts = [("Overall", scored)]
    parts += [(_SHORT[name][0], _in(scored, name)) for name in COUNTS]
    return [_full(name, members) for name, members in parts]


def _in(scored: Sequence[_Scored], category: str) -> list[_Scored]:
    return [each for each in scored if each.row.category == category]


def _full(name: str, members: Sequence[_Scored]) -> RiseLine:
    marks = [each.mark for each in members if each.mark is not None]
    return _line(name, members, lambda each: each.score).but(accuracy=mean(marks))


def _line(name: str, members: Sequence[_Scored], pick: _Pick) -> RiseLine:
    found = mean(value for value in map(pick, members) if value is not None)
    whys = [None if each.row.values is not None else each.row.why or _BLANK for each in members]
    return RiseLine(
        name=name,
        score=found,
        percentage=None if found is None else 25 * (found - 1),
        accuracy=None,
        counts=counts(whys),
    )


def _consistency(each: _Scored) -> float | None:
    return each.row.values.consistency if each.row.values else None


def _reasoning(each: _Scored) -> float | None:
    return each.row.values.reasoning if each.row.values else None


def _plausibility(each: _Scored) -> float | None:
    return each.row.values.plausibility if each.row.values else None


def _dimensions(scored: Sequence[_Scored]) -> list[RiseLine]:
    lines = [
        _line("Overall_Reasoning", scored, _reasoning),
        _line("Overall_ApprConsistency", scored, _consistency),
        _line("Overall_VisualPlausibility_total", scored, _plausibility),
    ]
    for category in COUNTS:
        name, members = _SHORT[category][0], _in(scored, category)
        lines.append(_line(f"{name}_Reasoning", members, _reasoning))
        lines.append(_line(f"{name}_Consistency", members, _consistency))
        if category != "logical_reasoning":
            lines.append(_line(f"{name}_Quality", members, _plausibility))
    return lines


def _subtasks(scored: Sequence[_Scored]) -> list[RiseLine]:
    """Only those that have rows; a name outside its category's list has no line."""
    lines: list[RiseLine] = []
    for category, names in SUBTASKS.items():
        members = _in(scored, category)
        for name in names:
            own = [each for each in members if each.row.subtask == name]
            if own:
                lines.append(_full(f"{_SHORT[category][1]}-{name}", own))
    return lines

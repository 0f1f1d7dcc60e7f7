"""Two systems, case by case: what the second adds to the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...memory.errors import InputError
from ..suites.statistics import Paired, paired
from . import preferences
from .boards.board import TITLES
from .boards.values import CaseValue
from .facts import shared_facts
from .gallery import chosen, said, shown
from .sheet import Sheet
from .tables import EMPTY, Cell, Column, Line, Report, Shown, Table

OVERALL = "All cases"


@dataclass(frozen=True, slots=True)
class Change:
    """A case that both systems have a score of."""

    name: str
    part: str
    first: float
    second: float

    @property
    def gained(self) -> float:
        """Second minus first."""
        return self.second - self.first


def compare(
    first: Sheet, second: Sheet, *, mixed: bool = False, most: int = 20, cases: int = 0
) -> Report:
    """Compare two systems on the cases that both have a score of.

    Args:
        first: what is compared against.
        second: what is compared with it.
        mixed: whether two judges, protocols or profiles may be compared; a note says so then.
        most: how many cases to list that changed most.
        cases: how many cases to show with their pictures.

    Raises:
        InputError: the suites differ; or the profiles or judges, and `mixed` is not set; or no case
            is scored in both.
    """
    unlike = _unlike(first, second, mixed)
    values = tuple(
        {each.name: each for each in sheet.board.by_case(sheet.rows())} for sheet in (first, second)
    )
    changes = _changes(*values)
    suite = first.board.suite
    ordered = _ordered(changes)
    kept = [ordered[at] for at in chosen(len(ordered), cases)]
    return Report(
        kind="compare",
        suite=suite,
        title=f"{second.name} against {first.name} on {TITLES[suite]}",
        facts=shared_facts([first, second]),
        notes=(*unlike, *said(len(kept), len(ordered), "changed most")),
        tables=(
            *_side_by_side(first, second),
            _table(first, second, values),
            _most(first, second, ordered, most),
        ),
        cases=tuple(_shown(first, second, each) for each in kept),
    )


def _side_by_side(first: Sheet, second: Sheet) -> tuple[Table, ...]:
    found = preferences.table(first, second)
    return () if found is None else (found,)


def _unlike(first: Sheet, second: Sheet, mixed: bool) -> tuple[str, ...]:
    if first.board.suite != second.board.suite:
        raise InputError("two systems can only be compared on one suite")
    found: list[str] = []
    if (first.board.profile, first.board.lineage) != (second.board.profile, second.board.lineage):
        found.append(f"The profiles differ: {first.board.profile} and {second.board.profile}.")
    if first.judged != second.judged:
        found.append(f"The judges differ: {first.judged}; {second.judged}.")
    if found and not mixed:
        raise InputError(
            f"{' '.join(found)} Such numbers cannot be told from a change of the judge; choose one"
            " with --judge and --protocol, or add --mixed"
        )
    return tuple(found)


def _changes(first: Mapping[str, CaseValue], second: Mapping[str, CaseValue]) -> list[Change]:
    found: list[Change] = []
    for name, old in first.items():
        new = second.get(name)
        if new is not None and old.value is not None and new.value is not None:
            found.append(Change(name, old.part, old.value, new.value))
    return found


def _ordered(changes: Sequence[Change]) -> list[Change]:
    """The largest change first, losses before gains of the same size."""
    return sorted(changes, key=lambda each: (-abs(each.gained), each.gained, each.name))


def _table(first: Sheet, second: Sheet, values: tuple[dict[str, CaseValue], ...]) -> Table:
    parts = sorted({each.part for side in values for each in side.values()})
    names = [(part, part) for part in parts] if len(parts) > 1 else []
    lines = [_line(name, *(_of(side, part) for side in values)) for name, part in names]
    total = _line(OVERALL, *(_of(side, None) for side in values)).but(level="total")
    unit = first.board.unit
    counts = [Column(name=each, decimals=0) for each in ("Won", "Tied", "Lost", "Left out")]
    columns = (
        unit.but(name=f"{first.name}, mean", scale=""),
        unit.but(name=f"{second.name}, mean", scale=""),
        unit.but(name="Difference", scale=""),
        *counts,
    )
    return Table(
        key="differences",
        title="Differences",
        columns=columns,
        lines=(*lines, total),
        notes=(
            (
                f"{unit.name} by case, {unit.scale}; every case weighs the same, over cases that both systems have a"
                " score of. Won is where the second system is ahead."
            ),
        ),
    )


def _of(side: Mapping[str, CaseValue], part: str | None) -> dict[str, float]:
    return {
        name: each.value
        for name, each in side.items()
        if each.value is not None and part in (None, each.part)
    }


def _line(name: str, first: Mapping[str, float], second: Mapping[str, float]) -> Line:
    both = sorted(first.keys() & second.keys())
    if not both:
        left = len(first) + len(second)
        return Line(name=name, cells=(*[EMPTY] * 6, Cell(value=left)))
    means = [Cell(value=sum(side[each] for each in both) / len(both)) for side in (first, second)]
    found = paired(first, second, resamples=1000)
    return Line(name=name, cells=(*means, _difference(found), *_counted(found)))


def _difference(found: Paired) -> Cell:
    gained = found.difference
    if gained.cases < 2:
        return Cell(value=gained.mean)
    return Cell(value=gained.mean, low=gained.low, high=gained.high)


def _counted(found: Paired) -> tuple[Cell, ...]:
    left = found.first_only + found.second_only
    return tuple(Cell(value=n) for n in (found.better, found.equal, found.worse, left))


def _most(first: Sheet, second: Sheet, changes: Sequence[Change], most: int) -> Table:
    moved = [each for each in changes if each.gained][:most]
    unit = first.board.unit
    names = (first.name, second.name, "Change")
    return Table(
        key="changes",
        title="Cases that changed most",
        columns=tuple(unit.but(name=name, scale="") for name in names),
        lines=tuple(
            Line(
                name=each.name,
                cells=tuple(Cell(value=n) for n in (each.first, each.second, each.gained)),
            )
            for each in moved
        ),
        notes=() if moved else ("No case changed.",),
    )


def _shown(first: Sheet, second: Sheet, change: Change) -> Shown:
    remark = f"{change.first:.2f} → {change.second:.2f} ({change.gained:+.2f})"
    return shown([first, second], change.name, change.part, remark)

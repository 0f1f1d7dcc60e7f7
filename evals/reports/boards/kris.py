"""KRIS-Bench: dimensions, kinds of knowledge, and the twenty categories."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...suites.averages import mean
from ...suites.kris.aggregate import Cell as Mean
from ...suites.kris.aggregate import KrisRow, KrisTable, aggregate, normalised
from ...suites.kris.aggregate import Line as KrisLine
from ...suites.kris.cases import CATEGORIES, DIMENSIONS, METRICS, Metric, metrics_of
from ...suites.profile import Profile
from ...suites.unscored import Unscored
from ..sureness import draw, sure
from ..tables import EMPTY, Cell, Column, Level, Line, Table
from .values import CaseValue

SHORT: dict[Metric, str] = {
    "consistency": "VC",
    "quality": "VQ",
    "instruction": "IF",
    "knowledge": "KP",
}
COLUMNS = tuple(
    Column(name=name, decimals=2, scale="0 to 100") for name in (*SHORT.values(), "AVG")
)
_OF_KIND = "{} Knowledge"
_NOTE = "AVG is over all values of all metrics: a case with four metrics weighs more than one with three."


class _Case(NamedTuple):
    category: str
    values: dict[Metric, float]
    """0 to 100; only what counts in the profile."""

    complete: bool


_Cases = dict[str, _Case]


def tables(rows: Sequence[KrisRow], profile: Profile) -> tuple[Table, ...]:
    """The dimensions with their kinds and overall, and the categories."""
    found = aggregate(rows, profile)
    cases = _cases(rows, profile)
    return (_main(found, cases, profile), _categories(found, cases, profile))


def by_case(rows: Iterable[KrisRow], profile: Profile) -> list[CaseValue]:
    """The mean of a case's metrics, 0 to 100; None where one of them is absent."""
    found: list[CaseValue] = []
    for row in rows:
        case = _case(row, profile)
        values = list(case.values.values())
        value = sum(values) / len(values) if case.complete else None
        why = _why(row) if value is None else None
        found.append(CaseValue(f"{row.category}/{row.id}", row.category, value, why))
    return found


def overall(rows: Sequence[KrisRow], profile: Profile) -> tuple[str, Cell]:
    """AVG of everything: its column in a headline, and the number."""
    whole = _whole(_cases(rows, profile), profile)
    values = [value for pooled in whole.values() for value in pooled]
    return "Overall", sure(mean(values), [draw(whole)])


def _whole(cases: _Cases, profile: Profile) -> dict[str, tuple[float, ...]]:
    """The values of each case that count for averages over metrics."""
    return {
        name: tuple(case.values.values())
        for name, case in cases.items()
        if case.complete or profile == "official"
    }


def headline(found: Sequence[Table]) -> dict[str, Cell]:
    """What one system's line in a table of systems holds, by column."""
    return {line.name: line.cells[-1] for line in found[0].lines}


def _cases(rows: Sequence[KrisRow], profile: Profile) -> _Cases:
    known = [row for row in rows if row.category in CATEGORIES]
    if profile == "corrected":
        return {f"{row.category}/{row.id}": _case(row, profile) for row in known}
    ordered = sorted(known, key=lambda row: (row.category, row.id))
    return {f"{row.category}/{row.id}/{at}": _case(row, profile) for at, row in enumerate(ordered)}


def _case(row: KrisRow, profile: Profile) -> _Case:
    asked = metrics_of(row.category)
    values: dict[Metric, float] = {
        name: normalised(row.scores[name])
        for name in asked
        if name in row.scores and (profile == "official" or 1 <= row.scores[name] <= 5)
    }
    return _Case(row.category, values, len(values) == len(asked))


def _why(row: KrisRow) -> Unscored | None:
    return next(iter(row.whys.values()), None)


def _main(found: KrisTable, cases: _Cases, profile: Profile) -> Table:
    lines: list[Line] = []
    kinds = {line.name: line for line in found.kinds}
    dimensions = {line.name: line for line in found.dimensions}
    for kind, line in kinds.items():
        inside = [name for name, each in DIMENSIONS.items() if each.kind == kind]
        for name in inside:
            if name in dimensions:
                lines.append(_line(dimensions[name], _of(cases, [name]), profile, "part"))
        own = _of(cases, inside)
        lines.append(_line(line, own, profile, "group").but(name=_OF_KIND.format(kind)))
    lines.append(_line(found.overall, cases, profile, "total"))
    return Table(
        key="dimensions", title="Dimensions", columns=COLUMNS, lines=tuple(lines), notes=(_NOTE,)
    )


def _categories(found: KrisTable, cases: _Cases, profile: Profile) -> Table:
    lines = [
        _line(line, {n: c for n, c in cases.items() if c.category == line.name}, profile, "part")
        for line in found.categories
    ]
    cut = tuple(line.but(cells=line.cells[:-1]) for line in lines)
    return Table(key="categories", title="Categories", columns=COLUMNS[:-1], lines=cut)


def _of(cases: _Cases, dimensions: Sequence[str]) -> _Cases:
    return {
        name: case
        for name, case in cases.items()
        if CATEGORIES[case.category].dimension in dimensions
    }


def _line(line: KrisLine, cases: _Cases, profile: Profile, level: Level) -> Line:
    cells = [_metric(line.metrics.get(metric), cases, metric) for metric in METRICS]
    pooled = draw(_whole(cases, profile))
    average = sure(None if line.average is None else line.average.value, [pooled])
    return Line(name=line.name, cells=(*cells, average), level=level, counts=line.counts)


def _metric(found: Mean | None, cases: _Cases, metric: Metric) -> Cell:
    if found is None or found.value is None:
        return EMPTY
    values = {name: (case.values[metric],) for name, case in cases.items() if metric in case.values}
    return sure(found.value, [draw(values)])

"""The tables of KRIS-Bench: categories, dimensions, kinds of knowledge and overall, 0 to 100.

The benchmark's authors publish no aggregation; the official profile is BAGEL's and EditThinker's.
"""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from ....memory.errors import InputError
from ....memory.records import Frozen
from ..averages import mean
from ..profile import Profile
from ..unscored import Counts, Unscored, counts
from .cases import CATEGORIES, DIMENSIONS, KINDS, METRICS, Metric, metrics_of

_BLANK = Unscored(reason="incomplete", detail="the row lacks a score")


class KrisRow(Frozen):
    """The scores of one case (1 to 5), and why others are absent."""

    id: str
    category: str
    scores: dict[Metric, float] = Field(default_factory=dict[Metric, float])
    """Only the metrics that have a number."""

    whys: dict[Metric, Unscored] = Field(default_factory=dict[Metric, Unscored])


class Cell(Frozen):
    """A mean from 0 to 100, and how many values it rests on."""

    value: float | None
    values: int


class Line(Frozen):
    """One category, dimension or kind of knowledge, or all of it."""

    name: str
    metrics: dict[Metric, Cell]
    """Empty for kinds and for overall."""

    average: Cell | None
    """The mean of all values of all metrics; None for a category, which has no such number."""

    counts: Counts


class KrisTable(Frozen):
    """All tables; in the official profile, parts without a value are left out."""

    profile: Profile
    categories: tuple[Line, ...]
    dimensions: tuple[Line, ...]
    kinds: tuple[Line, ...]
    overall: Line
    ignored: int
    """Rows of categories that the benchmark does not have."""


def normalised(score: float) -> float:
    """From 1 to 5 onto 0 to 100; other scores land outside, nothing is clipped."""
    return (score - 1) * 25


def rows_of(category: str, records: Mapping[str, Mapping[str, object]]) -> list[KrisRow]:
    """The rows of one category's `metrics.json`: case to record, with `<metric>_score` fields.

    Raises:
        InputError: a score is neither a number nor null; the official script stops there.
    """
    return [
        KrisRow(id=id, category=category, scores=_scores(id, each)) for id, each in records.items()
    ]


def _scores(id: str, record: Mapping[str, object]) -> dict[Metric, float]:
    found: dict[Metric, float] = {}
    for metric in METRICS:
        value = record.get(f"{metric}_score")
        if isinstance(value, int | float):
            found[metric] = float(value)
        elif value is not None:
            raise InputError(f"case {id!r}: {metric}_score is {value!r}, not a number or null")
    return found


def aggregate(rows: Iterable[KrisRow], profile: Profile = "corrected") -> KrisTable:
    """All tables of the scored cases.

    Official: whatever values there are go into every mean, so that a case without one of its scores
    shifts the averages. Corrected: only cases with all their scores go into averages over
    metrics; a score outside of 1 to 5 counts as absent; the last row of a case counts.
    """
    listed = list(rows)
    known = [row for row in listed if row.category in CATEGORIES]
    table = _Table(known, profile)
    lines = [
        [table.line(name, [name], split=True) for name in CATEGORIES],
        [table.line(name, _categories(name), split=True) for name in DIMENSIONS],
        [table.line(name, _of_kind(name), split=False) for name in KINDS],
    ]
    if profile == "official":
        lines = [[line for line in group if _has_values(line)] for group in lines]
    categories, dimensions, kinds = (tuple(group) for group in lines)
    return KrisTable(
        profile=profile,
        categories=tuple(line.but(average=None) for line in categories),
        dimensions=dimensions,
        kinds=kinds,
        overall=table.line("Overall", list(CATEGORIES), split=False),
        ignored=len(listed) - len(known),
    )


def _categories(dimension: str) -> list[str]:
    return [name for name, each in CATEGORIES.items() if each.dimension == dimension]


def _of_kind(kind: str) -> list[str]:
    return [name for name, each in CATEGORIES.items() if DIMENSIONS[each.dimension].kind == kind]


def _has_values(line: Line) -> bool:
    return line.average is not None and line.average.values > 0


class _Table:
    """Rows by category, and the lines made of them."""

    def __init__(self, rows: Sequence[KrisRow], profile: Profile) -> None:
        self._profile: Profile = profile
        self._rows: dict[str, list[KrisRow]] = {name: [] for name in CATEGORIES}
        self._repeated = dict.fromkeys(CATEGORIES, 0)
        for row in rows:
            self._rows[row.category].append(row)
        if profile == "corrected":
            for name, members in self._rows.items():
                last = {row.id: row for row in members}
                self._rows[name] = [_on_scale(row) for row in last.values()]
                self._repeated[name] = len(members) - len(last)

    def line(self, name: str, categories: Sequence[str], *, split: bool) -> Line:
        rows = [row for category in categories for row in self._rows[category]]
        metrics = metrics_of(categories[0]) if split else ()
        repeated = sum(self._repeated[category] for category in categories)
        return Line(
            name=name,
            metrics={metric: _cell(_values([metric], rows)) for metric in metrics},
            average=_cell(self._pooled(rows)),
            counts=counts([_why(row) for row in rows], repeated=repeated),
        )

    def _pooled(self, rows: Sequence[KrisRow]) -> list[float]:
        if self._profile == "corrected":
            rows = [row for row in rows if _why(row) is None]
        return [each for row in rows for each in _values(metrics_of(row.category), [row])]


def _values(metrics: Sequence[Metric], rows: Sequence[KrisRow]) -> list[float]:
    return [normalised(row.scores[name]) for row in rows for name in metrics if name in row.scores]


def _cell(values: Sequence[float]) -> Cell:
    return Cell(value=mean(values), values=len(values))


def _why(row: KrisRow) -> Unscored | None:
    for metric in metrics_of(row.category):
        if metric not in row.scores:
            return row.whys.get(metric, _BLANK)
    return None


def _on_scale(row: KrisRow) -> KrisRow:
    kept, whys = dict[Metric, float](), dict(row.whys)
    for metric, score in row.scores.items():
        if 1 <= score <= 5:
            kept[metric] = score
        else:
            detail = f"{metric} is {score:g}, not 1 to 5"
            whys[metric] = Unscored(reason="out_of_range", detail=detail)
    return row if len(kept) == len(row.scores) else row.but(scores=kept, whys=whys)

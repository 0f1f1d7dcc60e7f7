"""Intervals of the numbers that the suites print: pooled means and plain means of group means.

A case is drawn with all its values (bootstrap by case, Efron and Tibshirani 1993, chapter 13). For a
mean of groups, cases are drawn within each group. Every call draws from a generator of its own and
takes the cases by name, so that the same cases give the same interval in whatever order they come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .tables import Cell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONFIDENCE = 0.95
RESAMPLES = 1000
_CELLS = 2_000_000  # drawn at once: 16 MB of indices, whatever the number of cases


@dataclass(frozen=True, slots=True)
class Draws:
    """Means of one group in resamples of its cases."""

    means: "NDArray[np.float64]"
    cases: int


def draw(values: Mapping[str, Sequence[float]], *, seed: int = 0) -> Draws | None:
    """Resample the cases of a group; a case brings one value, or several that are pooled.

    Cases without a value are left out, as they are in the mean. None if no case has one.
    """
    import numpy as np

    rows = [values[name] for name in sorted(values) if values[name]]
    if not rows:
        return None
    sums = np.array([sum(row) for row in rows], dtype=np.float64)
    sizes = np.array([len(row) for row in rows], dtype=np.float64)
    generator = np.random.default_rng(seed)
    at_once = max(1, _CELLS // len(rows))
    parts: list[NDArray[np.float64]] = []
    for start in range(0, RESAMPLES, at_once):
        count = min(at_once, RESAMPLES - start)
        picks = generator.integers(0, len(rows), (count, len(rows)))
        parts.append(sums[picks].sum(1) / _weights(sizes, picks))
    return Draws(np.concatenate(parts), len(rows))


def _weights(sizes: "NDArray[np.float64]", picks: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """How many values each resample holds; looked up only where cases differ in that."""
    import numpy as np

    if (sizes == sizes[0]).all():
        return np.full(len(picks), sizes[0] * len(sizes))
    found: NDArray[np.float64] = sizes[picks].sum(1)
    return found


def sure(value: float | None, groups: Sequence[Draws | None]) -> Cell:
    """The cell of a mean over groups of the means within each: one group is a plain mean.

    Groups without a value are left out. There is no interval where a group has a single case:
    nothing is known of how far its mean could lie.
    """
    import numpy as np

    there = [each for each in groups if each is not None]
    if value is None or not there or min(each.cases for each in there) < 2:
        return Cell(value=value)
    means = np.mean([each.means for each in there], axis=0)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    return Cell(value=value, low=low, high=high)

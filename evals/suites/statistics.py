"""How sure a mean is: bootstrap by case, and two systems compared on the cases that both have.

Percentile bootstrap (Efron and Tibshirani 1993, chapter 13). Every call draws from a generator of
its own, so equal input and seed give equal intervals.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from ...memory.errors import InputError
from ...memory.records import Frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CELLS = 2_000_000  # resampled values held at once: 16 MB of indices, whatever the number of cases


class Interval(Frozen):
    """A mean over cases and its bootstrap interval, in the unit of the values."""

    mean: float
    low: float
    high: float
    cases: int = Field(ge=1)
    confidence: float = Field(gt=0, lt=1)


class Paired(Frozen):
    """What the second system adds to the first, over the cases that both scored."""

    difference: Interval
    """Second minus first, case by case."""

    better: int
    """Cases where the second is ahead."""

    equal: int
    worse: int
    first_only: int
    """Cases left out because only the first system has a number."""

    second_only: int


def interval(
    values: Sequence[float], *, confidence: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Interval:
    """The mean of one value per case, with its percentile bootstrap interval.

    Raises:
        InputError: no values, a value that is not finite, or options out of range.
    """
    import numpy as np

    if not 0 < confidence < 1 or resamples < 1:
        raise InputError(
            f"confidence {confidence!r} must lie between 0 and 1, resamples {resamples!r} above 0"
        )
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or sample.size == 0 or not np.isfinite(sample).all():
        raise InputError("an interval needs at least one case, and every value finite")
    means = _resampled(sample, resamples, np.random.default_rng(seed))
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    return Interval(
        mean=float(sample.mean()), low=low, high=high, cases=sample.size, confidence=confidence
    )


def _resampled(
    sample: "NDArray[np.float64]", resamples: int, draw: "np.random.Generator"
) -> "NDArray[np.float64]":
    import numpy as np

    at_once = max(1, _CELLS // sample.size)
    parts = [
        sample[draw.integers(0, sample.size, (min(at_once, resamples - done), sample.size))].mean(1)
        for done in range(0, resamples, at_once)
    ]
    return np.concatenate(parts)


def paired(
    first: Mapping[str, float],
    second: Mapping[str, float],
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Paired:
    """Compare two systems case by case; the mappings go from case to value.

    Raises:
        InputError: they have no case in common, or a value is not finite.
    """
    both = sorted(first.keys() & second.keys())
    if not both:
        raise InputError("the two systems have no scored case in common: nothing to compare")
    gained = [second[key] - first[key] for key in both]
    return Paired(
        difference=interval(gained, confidence=confidence, resamples=resamples, seed=seed),
        better=sum(each > 0 for each in gained),
        equal=sum(each == 0 for each in gained),
        worse=sum(each < 0 for each in gained),
        first_only=len(first) - len(both),
        second_only=len(second) - len(both),
    )

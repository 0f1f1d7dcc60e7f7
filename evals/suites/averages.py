"""Means, in the two ways of adding that the suites need."""

from collections.abc import Iterable
from math import fsum


def mean(values: Iterable[float]) -> float | None:
    """The arithmetic mean of a correctly rounded sum; None of nothing."""
    listed = list(values)
    return fsum(listed) / len(listed) if listed else None


def running_mean(values: Iterable[float]) -> float | None:
    """The mean of a sum taken from left to right, rounding at every step; None of nothing.

    Where a script rounds such a mean to two decimals, a better sum can land on the other side of
    a tie. `sum` itself rounds differently from Python 3.12 on, so the loop is written out.
    """
    total, count = 0.0, 0
    for value in values:
        total += value
        count += 1
    return total / count if count else None


def mean_or_none(values: Iterable[float | None]) -> float | None:
    """The mean, or None as soon as one value is absent: an absent value is not skipped."""
    present: list[float] = []
    for value in values:
        if value is None:
            return None
        present.append(value)
    return mean(present)


def mean_of_present(values: Iterable[float | None]) -> float | None:
    """The mean over the values that are there."""
    return mean(value for value in values if value is not None)

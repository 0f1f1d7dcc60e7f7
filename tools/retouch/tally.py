"""What a tone operation must know of the picture: how its lightness is distributed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..instruments.colour import Floats

Curve = Callable[[Floats], Floats]
"""Lightness to lightness, both 0 to 1, element by element."""

_BINS = 1024


@dataclass(frozen=True, slots=True)
class Tally:
    """A histogram of lightness; the shares add up to 1."""

    levels: Floats
    shares: Floats

    @classmethod
    def of(cls, lightness: Floats, weights: Floats | None = None) -> "Tally":
        """Count lightness, each pixel by its weight; without any weight all count the same."""
        if weights is not None and float(weights.sum()) < 1e-3:
            weights = None
        counts, edges = np.histogram(lightness, _BINS, (0.0, 1.0), weights=weights)
        middles = (edges[:-1] + edges[1:]) / 2
        shares = counts / max(float(counts.sum()), 1e-9)
        return cls(middles.astype(np.float32), shares.astype(np.float32))

    def mean(self, curve: Curve | None = None) -> float:
        """Mean lightness, after a curve if one is given."""
        return float(self.shares @ (self.levels if curve is None else curve(self.levels)))

    def spread(self, curve: Curve | None = None) -> float:
        """Standard deviation of lightness, after a curve if one is given."""
        values = self.levels if curve is None else curve(self.levels)
        mean = float(self.shares @ values)
        return float(np.sqrt(self.shares @ np.square(values - np.float32(mean))))

    def within(self, mask: Curve) -> "Tally":
        """Only the levels that a soft mask keeps; where it keeps next to nothing, every level of
        the mask counts the same, so that an operation still knows what is usual there."""
        kept = self.shares * mask(self.levels)
        if float(kept.sum()) < 1e-3:
            kept = mask(self.levels)
        return Tally(self.levels, np.asarray(kept / kept.sum(), np.float32))


def solve(measure: Callable[[float], float], target: float, low: float, high: float) -> float:
    """The argument between `low` and `high` at which a rising measure reaches the target; the
    nearer end where it never does. By bisection, to a millionth of the range."""
    for _ in range(20):
        middle = (low + high) / 2
        if measure(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2

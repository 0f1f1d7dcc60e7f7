"""Curves through points that do not overshoot."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..instruments.colour import Floats
from .tally import Curve


def monotone_cubic(points: Sequence[tuple[float, float]]) -> Curve:
    """Return the cubic Hermite curve through points, monotone between neighbours.

    Fritsch and Butland (1984): the slope at a point is the weighted harmonic mean of those on both
    sides, and 0 where these differ in sign. Outside the points the curve is level.
    """
    x = np.array([point[0] for point in points])
    y = np.array([point[1] for point in points])
    steps = np.maximum(np.diff(x), 1e-6)  # far below one level: a step, not an overflow
    slopes = np.diff(y) / steps
    tangents = np.concatenate([slopes[:1], _inner(steps, slopes), slopes[-1:]])

    def curve(values: Floats) -> Floats:
        inside = np.clip(values, x[0], x[-1])
        at = np.clip(np.searchsorted(x, inside, side="right") - 1, 0, len(steps) - 1)
        h, t = steps[at], (inside - x[at]) / steps[at]
        start = y[at] * (1 + 2 * t) * (1 - t) ** 2 + h * tangents[at] * t * (1 - t) ** 2
        end = y[at + 1] * t**2 * (3 - 2 * t) + h * tangents[at + 1] * t**2 * (t - 1)
        return np.asarray(np.clip(start + end, 0.0, 1.0), dtype=np.float32)

    return curve


def _inner(steps: NDArray[np.float64], slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    before, after = slopes[:-1], slopes[1:]
    near, far = 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mean = (near + far) / (near / before + far / after)
    return np.where(before * after > 0, mean, 0.0)

"""The guided filter: smoothing that keeps edges, without haloes.

He, Sun and Tang 2013, "Guided image filtering"; He and Sun 2015, "Fast guided filter": fitted on a
reduced view, applied to the full picture.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..instruments.colour import Floats, Reals

Size = tuple[int, int]
Box = tuple[int, int, int, int]

_SHORT = 12
"""Lines in a window up to which adding them one by one is faster than running sums."""


def box_mean(values: Reals, radius: int) -> Floats:
    """Mean over a square of 2 radius + 1 pixels; at the border, of what lies inside (H, W)."""
    return _run_mean(_run_mean(values, radius, 0), radius, 1)


@dataclass(frozen=True, slots=True)
class Fit:
    """Slope x guide + offset is what was fitted, without its detail; both of mode `F`."""

    slope: Image.Image
    offset: Image.Image

    def smooth(self, part: Floats, size: Size, box: Box) -> Floats:
        """The full picture without its detail, in one box, of which `part` is the guide, (H, W)."""
        base = part * _cut(self.slope, size, box)
        base += _cut(self.offset, size, box)
        return base


def fit(guide: Floats, values: Floats, radius: int, detail: float, part: float = 1.0) -> Fit:
    """Fit a guided filter on a view.

    `detail` is the standard deviation of the guide below which a structure is smoothed away, and
    `part` how much of it. A picture may guide itself.
    """
    centre = np.float32(guide.mean())  # small numbers keep single precision exact enough
    around = guide - centre
    mean_guide = box_mean(around, radius)
    variance = box_mean(around * around, radius) - mean_guide * mean_guide
    if values is guide:
        mean_values, together = mean_guide + centre, variance
    else:
        mean_values = box_mean(values, radius)
        together = box_mean(around * values, radius) - mean_guide * mean_values
    slope = together / (np.maximum(variance, 0) + np.float32(detail * detail + 1e-12))
    offset = box_mean(mean_values - slope * mean_guide, radius)
    smooth = box_mean(slope, radius)
    offset -= smooth * centre
    share = np.float32(part)
    return Fit(Image.fromarray(1 + share * (smooth - 1)), Image.fromarray(share * offset))


def _cut(view: Image.Image, size: Size, box: Box) -> Floats:
    """One box, in pixels of the full size, out of a reduced view that covers the same picture; with
    straight lines between."""
    across, down = view.width / size[0], view.height / size[1]
    source = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    target = (box[2] - box[0], box[3] - box[1])
    return np.asarray(view.resize(target, Image.Resampling.BILINEAR, box=source))


def _run_mean(values: Reals, radius: int, axis: int) -> Floats:
    length = int(values.shape[axis])
    if 2 * radius < min(length, _SHORT):
        return _sum_of_shifts(np.moveaxis(values, axis, 0), radius, axis)
    sums = np.cumsum(values, axis=axis, dtype=np.float64)
    sums = np.insert(sums, 0, 0.0, axis)
    places = np.arange(length)
    ends, starts = np.minimum(places + radius + 1, length), np.maximum(places - radius, 0)
    shape = (-1, 1) if axis == 0 else (1, -1)
    counts = (ends - starts).reshape(shape)
    means = (np.take(sums, ends, axis) - np.take(sums, starts, axis)) / counts
    return np.asarray(means, np.float32)


def _sum_of_shifts(values: Reals, radius: int, axis: int) -> Floats:
    """Mean of 2 radius + 1 lines along the first axis, which is `axis` of the array returned."""
    sums, counts = np.array(values, np.float32, order="K"), np.ones(len(values), np.float32)
    for shift in range(1, radius + 1):
        sums[shift:] += values[:-shift]
        sums[:-shift] += values[shift:]
        counts[shift:] += 1
        counts[:-shift] += 1
    return np.moveaxis(sums / counts[:, None], 0, axis)

"""The guided filter: smoothing that keeps edges, without haloes.

He, Sun and Tang 2013, "Guided image filtering"; He and Sun 2015, "Fast guided filter": fitted on a
reduced view, applied to the full picture.
"""

import numpy as np
from PIL import Image

from ..instruments.colour import Floats, Reals

_SHORT = 12
"""Lines in a window up to which adding them one by one is faster than running sums."""


def box_mean(values: Reals, radius: int) -> Floats:
    """Mean over a square of 2 radius + 1 pixels; at the border, of what lies inside (H, W)."""
    return _run_mean(_run_mean(values, radius, 0), radius, 1)


def fit(guide: Floats, values: Floats, radius: int, detail: float) -> tuple[Floats, Floats]:
    """Slope and offset, (H, W), so that slope x guide + offset is `values` without its detail.

    `detail` is the standard deviation of the guide below which a structure is smoothed away. A
    picture may guide itself.
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
    return smooth, np.asarray(offset - smooth * centre, np.float32)


def cut(values: Floats, size: tuple[int, int], box: tuple[int, int, int, int]) -> Floats:
    """One box, in pixels of the full size, out of an array, (H, W), of a reduced view that covers the
    same picture; with straight lines between."""
    across, down = values.shape[1] / size[0], values.shape[0] / size[1]
    source = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    target = (box[2] - box[0], box[3] - box[1])
    view = Image.fromarray(values)
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

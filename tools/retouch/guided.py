"""The guided filter: smoothing that keeps edges, without haloes.

He, Sun and Tang 2013, "Guided image filtering"; He and Sun 2015, "Fast guided filter": fitted on a
reduced view, applied to the full picture.
"""

import numpy as np
from PIL import Image

from ..instruments.colour import Floats, Reals


def box_mean(values: Reals, radius: int) -> Floats:
    """Mean over a square of 2 radius + 1 pixels; at the border, of what lies inside (H, W)."""
    return _run_mean(_run_mean(values, radius, 0), radius, 1)


def fit(guide: Floats, values: Floats, radius: int, detail: float) -> tuple[Floats, Floats]:
    """Slope and offset, (H, W), so that slope x guide + offset is `values` without its detail.

    `detail` is the standard deviation of the guide below which a structure is smoothed away.
    """
    centre = np.float32(guide.mean())  # small numbers keep single precision exact enough
    guide = guide - centre
    mean_guide, mean_values = box_mean(guide, radius), box_mean(values, radius)
    variance = np.maximum(box_mean(guide * guide, radius) - mean_guide * mean_guide, 0)
    together = box_mean(guide * values, radius) - mean_guide * mean_values
    slope = together / (variance + np.float32(detail * detail + 1e-12))
    offset = mean_values - slope * mean_guide
    slope, offset = box_mean(slope, radius), box_mean(offset, radius)
    return slope, np.asarray(offset - slope * centre, np.float32)


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
    sums = np.cumsum(values, axis=axis, dtype=np.float64)
    sums = np.insert(sums, 0, 0.0, axis)
    places = np.arange(length)
    ends, starts = np.minimum(places + radius + 1, length), np.maximum(places - radius, 0)
    shape = (-1, 1) if axis == 0 else (1, -1)
    counts = (ends - starts).reshape(shape)
    means = (np.take(sums, ends, axis) - np.take(sums, starts, axis)) / counts
    return np.asarray(means, np.float32)

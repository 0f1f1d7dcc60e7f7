"""Array types, views and smoothing that all instruments share."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_T = TypeVar("_T", bound=np.generic)

Plane = NDArray[np.float32]
"""Rows and columns of one number each."""

Planes = NDArray[np.float32]
"""Rows, columns, channels."""

Bytes = NDArray[np.uint8]
"""Rows, columns, red green blue from 0 to 255."""


def view(image: Image.Image, side: int) -> Image.Image:
    """Return the picture, made smaller where its long side exceeds `side` pixels."""
    scale = side / max(image.size)
    if scale >= 1:
        return image

    width, height = (max(1, round(length * scale)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)


def rgb_bytes(image: Image.Image) -> Bytes:
    """The pixels as red, green, blue bytes."""
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def luma(image: Image.Image) -> Plane:
    """Rec. 601 luma, 0 to 1: enough for finding structure, and Pillow makes it in C."""
    return np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)


def gray(pixels: Bytes) -> Plane:
    """Rec. 601 luma, 0 to 1, of red green blue bytes."""
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32) / np.float32(255)
    return np.asarray(pixels @ weights, dtype=np.float32)


def gaussian(field: Plane, sigma: float) -> Plane:
    """Blur with edges repeated: exact below a sigma of 2.5 pixels, three boxes above it."""
    if sigma <= 0:
        return field

    if sigma < 2.5:
        return _along(_along(field, sigma, 0), sigma, 1)
    return _boxes(_boxes(field, sigma, 0), sigma, 1)


def _along(field: Plane, sigma: float, axis: int) -> Plane:
    reach = max(1, int(np.ceil(3 * sigma)))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    padded = _padded(field, reach, axis)
    length = field.shape[axis]
    total = np.zeros_like(field, dtype=np.float32)
    for step, tap in enumerate(taps):
        total += tap * _slice(padded, step, length, axis)
    return total


def _boxes(field: Plane, sigma: float, axis: int) -> Plane:
    """Three boxes of two odd widths whose variances add up to that of the Gaussian."""
    ideal = np.sqrt(4 * sigma * sigma + 1)
    small = max(1, int((ideal - 1) / 2) * 2 + 1)
    narrow = round((3 * small**2 + 12 * small + 9 - 12 * sigma**2) / (4 * small + 4))
    for step in range(3):
        field = _box(field, small if step < narrow else small + 2, axis)
    return field


def _box(field: Plane, width: int, axis: int) -> Plane:
    reach = width // 2
    padded = _padded(field, reach, axis).astype(np.float64)
    sums = np.cumsum(padded, axis=axis)
    zero = np.zeros_like(_slice(sums, 0, 1, axis))
    sums = np.concatenate([zero, sums], axis=axis)
    length = field.shape[axis]
    spread = _slice(sums, width, length, axis) - _slice(sums, 0, length, axis)
    return (spread / width).astype(np.float32)


def _padded(field: Plane, reach: int, axis: int) -> Plane:
    pads = [(0, 0)] * field.ndim
    pads[axis] = (reach, reach)
    return np.pad(field, pads, mode="edge")


def _slice(field: NDArray[_T], start: int, length: int, axis: int) -> NDArray[_T]:
    return field[start : start + length] if axis == 0 else field[:, start : start + length]


def weighted_mean(field: Plane, weights: Plane) -> float:
    """The mean of a plane under weights; NaN where nothing weighs."""
    total = float(weights.sum())
    return float((field * weights).sum() / total) if total > 0 else float("nan")


def weighted_std(field: Plane, weights: Plane) -> float:
    """The standard deviation of a plane under weights; NaN where nothing weighs."""
    mean = weighted_mean(field, weights)
    return float(np.sqrt(max(0.0, weighted_mean((field - np.float32(mean)) ** 2, weights))))


def weighted_percentile(field: Plane, weights: Plane, share: float) -> float:
    """The value below which `share` (0 to 1) of the weight lies; NaN where nothing weighs."""
    order = np.argsort(field, axis=None)
    heavy = np.cumsum(weights.ravel()[order], dtype=np.float64)
    if heavy.size == 0 or heavy[-1] <= 0:
        return float("nan")
    place = int(np.count_nonzero(heavy < share * float(heavy[-1])))
    return float(field.ravel()[order[min(place, order.size - 1)]])

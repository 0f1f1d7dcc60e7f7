"""Measures of detail, noise, blur and few tones, on full-size tiles."""

from math import isnan, log, nan, sqrt

import numpy as np
from PIL import Image

from ...tools.instruments.arrays import Plane, gaussian, gray, rgb_bytes
from ...tools.instruments.detail import fine_detail, noise
from .scene import Scene

CLEAN = 0.0015
"""Noise, as a standard deviation of lightness, that nobody sees."""

_SIGMAS = (0.3, 0.6, 1.0, 1.5, 2.5, 4.0, 7.0, 12.0, 20.0, 35.0)
_PATCH = 400  # pixels at full size in which tones are counted


def sharpness(scene: Scene, radius: float) -> float:
    """Per cent that fine detail rose, apart from what the tone curve did to it."""
    if not scene.tiles:
        return nan
    old = sqrt(sum(fine_detail(scene.toned(tile.before), radius) ** 2 for tile in scene.tiles))
    new = sqrt(sum(fine_detail(tile.after, radius) ** 2 for tile in scene.tiles))
    return 100 * (new / old - 1) if old > 1e-5 else nan


def noise_levels(scene: Scene) -> tuple[float, float]:
    """Noise of source and edit as standard deviations of luma, where the picture is quiet: the lower
    quarter of the tiles. NaN where no tile can tell."""
    pairs = [(noise(tile.before), noise(tile.after)) for tile in scene.tiles]
    known = np.array([pair for pair in pairs if not isnan(sum(pair))])
    if not known.size:
        return nan, nan
    old, new = np.percentile(known, 25, axis=0)
    return float(old), float(new)


def added_grain(scene: Scene) -> float:
    """Standard deviation of what was added, in hundredths of lightness."""
    if not scene.tiles:
        return nan
    gaps = [
        (tile.after - scene.toned(tile.before)) / _luma_per_lightness(tile.before)
        for tile in scene.tiles
    ]
    return 100 * float(np.median([fine_detail(gap, 3.0) for gap in gaps]))


def _luma_per_lightness(field: Plane) -> Plane:
    """The slope of sRGB's curve over the cube root of light."""
    return np.asarray(1.32 * ((field + 0.055) / 1.055) ** 0.2, np.float32)


def blur_radius(scene: Scene) -> float:
    """The Gaussian, in pixels of the edit, that takes the source's gradients to the edit's."""
    fields, zoom = _fields(scene, coarse=False)
    found = _matching_sigma(fields)
    if found > 8:
        fields, zoom = _fields(scene, coarse=True)
        found = _matching_sigma(fields)
    return found / zoom


def _fields(scene: Scene, *, coarse: bool) -> tuple[list[tuple[Plane, Plane, Plane]], float]:
    """Before, after, weights: the tiles at full size, or the view, and its scale."""
    if not coarse and scene.tiles:
        ones = np.ones_like(scene.tiles[0].before)
        return [(tile.before, tile.after, ones) for tile in scene.tiles], 1.0
    before, after = gray(scene.pair.before_bytes), gray(scene.pair.after_bytes)
    return [(before, after, scene.weights)], scene.pair.scale


def _matching_sigma(fields: list[tuple[Plane, Plane, Plane]]) -> float:
    wanted = sum(_power(after, weights) for _, after, weights in fields)
    ladder = [0.0, *_SIGMAS]
    left = [
        sum(_power(gaussian(before, sigma), weights) for before, _, weights in fields)
        for sigma in ladder
    ]
    fallen = np.array([-log(max(power, 1e-12)) for power in left])
    wanted_fall = np.array([-log(max(wanted, 1e-12))])
    return float(np.interp(wanted_fall, fallen, np.array(ladder))[0])


def _power(field: Plane, weights: Plane) -> float:
    """Energy of the gradients."""
    down, across = np.diff(field, axis=0)[:, 1:], np.diff(field, axis=1)[1:]
    return float(((down**2 + across**2) * weights[1:, 1:]).sum())


def tone_count(edited: Image.Image) -> int:
    """The most distinct values that hold 98 % of the pixels of one channel."""
    left, top = max(0, (edited.width - _PATCH) // 2), max(0, (edited.height - _PATCH) // 2)
    box = (left, top, min(edited.width, left + _PATCH), min(edited.height, top + _PATCH))
    pixels = rgb_bytes(edited.crop(box)).reshape(-1, 3)
    counts: list[int] = []
    for channel in range(3):
        shares = np.sort(np.bincount(pixels[:, channel], minlength=256))[::-1]
        heaped = np.cumsum(shares) / shares.sum()
        counts.append(int(np.searchsorted(heaped, 0.98)) + 1)
    return max(counts)


def negative(scene: Scene) -> float:
    """Per cent of a full negative: 100 where every channel is mirrored, -100 where none moved."""
    before = scene.pair.before_bytes.astype(np.float32).mean(axis=-1) / 255
    after = scene.pair.after_bytes.astype(np.float32).mean(axis=-1) / 255
    weights = scene.weights
    total = max(1e-6, float(weights.sum()))
    apart = before - float((before * weights).sum()) / total
    spread = float((apart**2 * weights).sum())
    return -100 * float((apart * after * weights).sum()) / spread if spread > 1e-6 else nan

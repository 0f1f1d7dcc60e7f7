"""Masks as pictures: mode `L`, 255 where an operation acts fully, 0 where it does not at all."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from ..instruments.colour import Floats, smoothstep
from .pixels import bands

Weight = Callable[[Floats, Floats], Floats]
"""Weight at places of a picture: x of shape (1, W) and y of shape (H, 1), both 0 to 1."""


def painted(size: tuple[int, int], weight: Weight) -> Image.Image:
    """Draw a mask from a formula, at the centres of the pixels."""
    mask = Image.new("L", size)
    x = (np.arange(size[0], dtype=np.float32)[None, :] + 0.5) / np.float32(size[0])
    for box in bands(size):
        y = (np.arange(box[1], box[3], dtype=np.float32)[:, None] + 0.5) / np.float32(size[1])
        mask.paste(Image.fromarray(as_bytes(np.broadcast_to(weight(x, y), (y.size, x.size)))), box)
    return mask


def as_bytes(weights: Floats) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Weights 0 to 1 as 0 to 255."""
    return np.rint(np.clip(weights, 0, 1) * 255).astype(np.uint8)


def box_weight(
    size: tuple[int, int], box: tuple[float, float, float, float], feather: float
) -> Weight:
    """A rectangle (left, top, right, bottom, fractions) with a soft border centred on its sides."""
    half = max(feather * min(size) / 2, 0.5)
    left, top, right, bottom = box
    return lambda x, y: (
        _profile(x, left, right, half / size[0]) * _profile(y, top, bottom, half / size[1])
    )


def ellipse_weight(
    size: tuple[int, int], centre: tuple[float, float], radii: tuple[float, float], feather: float
) -> Weight:
    """An ellipse (fractions of width and height) with a soft border centred on its outline."""
    half = max(feather * min(size) / 2, 0.5) / min(radii[0] * size[0], radii[1] * size[1])

    def weight(x: Floats, y: Floats) -> Floats:
        away = np.hypot((x - centre[0]) / radii[0], (y - centre[1]) / radii[1])
        return smoothstep(np.asarray(away, np.float32), 1 + half, 1 - half)

    return weight


def softened_inwards(mask: Image.Image, feather: float) -> Image.Image:
    """Give a mask a soft border that lies inside: nothing outside of it is touched."""
    sigma = feather * min(mask.size) / 3
    if sigma < 0.5:
        return mask
    blurred = mask.filter(ImageFilter.GaussianBlur(sigma))
    steep = blurred.point([max(0, 2 * value - 255) for value in range(256)])
    return ImageChops.darker(mask, steep)


def _profile(places: Floats, low: float, high: float, half: float) -> Floats:
    """A side that lies on the picture's border has nothing to fade into and stays hard."""
    weight = np.ones_like(places)
    if low > 0:
        weight = weight * smoothstep(places, low - half, low + half)
    if high < 1:
        weight = weight * smoothstep(places, high + half, high - half)
    return weight

"""Structure that survives a change of tones: lightness against its neighbourhood."""

import numpy as np
from PIL import Image

from .affine import Affine, Size
from .arrays import Plane, gaussian, luma

_REACH = 3.0  # pixels of the view: neighbourhood that lightness is compared with
_QUIET = 0.012  # of lightness: structure weaker than this is noise, and is left weak


def feature(field: Plane) -> Plane:
    """Local contrast, normalised by its own neighbourhood; a tone curve hardly moves it."""
    detail = (field - gaussian(field, _REACH)).astype(np.float32)
    power = gaussian(detail * detail, _REACH * 1.5)
    normal = detail / (np.sqrt(power) + np.float32(_QUIET))
    return np.clip(normal, -2.5, 2.5).astype(np.float32)


def small_feature(image: Image.Image, size: Size) -> Plane:
    """The feature of a picture resized to a size."""
    return feature(luma(image.resize(size, Image.Resampling.BOX)))


def correlation(one: Plane, other: Plane, weights: Plane | None = None) -> float:
    """How alike two features are, -1 to 1; 0 where one of them is empty."""
    heavy = np.ones_like(one) if weights is None else weights
    both = float((one * other * heavy).sum())
    power = float((one * one * heavy).sum()) * float((other * other * heavy).sum())
    return both / np.sqrt(power) if power > 1e-12 else 0.0


def sample(field: Plane, affine: Affine, size: Size) -> tuple[Plane, Plane]:
    """Read a plane through a map, bilinearly; also the weights that say where it exists."""
    height, width = field.shape
    x, y = coordinates(affine, size)
    known = ((x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)).astype(
        np.float32
    )
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.intp), y.astype(np.intp)
    right, down = x - left.astype(np.float32), y - top.astype(np.float32)
    flat, corner = field.ravel(), top * width + left
    one_right, one_down = min(1, width - 1), width * min(1, height - 1)
    upper = flat[corner] * (1 - right) + flat[corner + one_right] * right
    lower = flat[corner + one_down] * (1 - right) + flat[corner + one_down + one_right] * right
    return (upper * (1 - down) + lower * down).astype(np.float32), known


def coordinates(affine: Affine, size: Size) -> tuple[Plane, Plane]:
    """Where each pixel of a picture of that size comes from, in pixel indices of the other."""
    x = np.arange(size[0], dtype=np.float32) + np.float32(0.5)
    y = (np.arange(size[1], dtype=np.float32) + np.float32(0.5))[:, None]
    across = affine.a * x + affine.b * y + (affine.c - 0.5)
    down = affine.d * x + affine.e * y + (affine.f - 0.5)
    return across.astype(np.float32), down.astype(np.float32)

"""Between Pillow pictures and numpy arrays, a bounded number of pixels at a time."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from ..instruments.colour import Bytes

_BAND = 1 << 18
"""Pixels that are worked on at once: a few megabytes per float array."""

_SAMPLE_SIDE = 240
"""A sample of at most 240 x 240 pixels says enough about a picture's colours."""


def bands(size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Boxes of full width, from top to bottom, that together cover a picture of this size."""
    width, height = size
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        yield 0, top, width, min(height, top + rows)


def flat(image: Image.Image) -> Bytes:
    """The pixels of an RGB picture, (N, 3)."""
    return np.asarray(image, np.uint8).reshape(-1, 3)


def sample(image: Image.Image) -> Image.Image:
    """A smaller picture of evenly spaced pixels, none of them mixed with its neighbours."""
    width, height = image.size
    small = min(width, _SAMPLE_SIDE), min(height, _SAMPLE_SIDE)
    return image if small == image.size else image.resize(small, Image.Resampling.NEAREST)

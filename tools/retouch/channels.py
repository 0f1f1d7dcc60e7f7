"""Operations on the three sRGB channels, each by an exact table of 256 entries."""

from typing import assert_never

import numpy as np
from PIL import Image

from ..instruments.colour import Bytes
from .monotone import monotone_cubic
from .photometric import Curve, Invert, Posterize

Channelwise = Invert | Posterize | Curve
"""A curve of lightness is not meant: it is a change of colour, and runs together with others."""

_CHANNELS = ("red", "green", "blue")


def mapped(image: Image.Image, operation: Channelwise) -> Image.Image:
    """Apply one operation to every pixel of an RGB picture, exactly."""
    return image.point(_tables(operation).ravel().tolist())


def _tables(operation: Channelwise) -> Bytes:
    """(3, 256): what becomes of every value of red, green and blue."""
    tones = np.arange(256)
    match operation:
        case Invert():
            return np.tile(255 - tones, (3, 1)).astype(np.uint8)
        case Posterize(levels=levels):
            steps = np.minimum(tones * levels // 256, levels - 1)
            return np.tile(np.rint(steps * 255 / (levels - 1)), (3, 1)).astype(np.uint8)
        case Curve():
            tables = np.tile(tones, (3, 1))
            curve = monotone_cubic(operation.points)
            moved = curve(np.linspace(0, 1, 256, dtype=np.float32))
            tables[_CHANNELS.index(operation.channel)] = np.rint(moved * 255)
            return tables.astype(np.uint8)
        case _:
            assert_never(operation)

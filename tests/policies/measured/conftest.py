"""Pictures and shortcuts for the measured thinker."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageFilter

from editloop.tools import Picture


@pytest.fixture(scope="session")
def scenery() -> Image.Image:
    """A synthetic photograph: sky, hills, coloured shapes, texture; 480 by 320."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:320, 0:480].astype(np.float64)
    red = 70 + 0.25 * x + 30 * np.sin(y / 37)
    green = 90 + 0.15 * x + 0.1 * y + 25 * np.sin(x / 29)
    blue = 190 - 0.35 * y + 20 * np.cos((x + y) / 41)
    field = np.stack([red, green, blue], axis=-1)
    for colour in ((190, 60, 50), (60, 140, 70), (220, 190, 60), (40, 50, 110), (120, 120, 118)):
        for _ in range(4):
            left, top = int(random.integers(0, 420)), int(random.integers(0, 260))
            wide, tall = int(random.integers(25, 90)), int(random.integers(20, 80))
            field[top : top + tall, left : left + wide] = colour
    field += random.normal(0, 9, (320, 480, 1))
    image = Image.fromarray(np.clip(field, 6, 245).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(0.8))


@pytest.fixture(scope="session")
def packed() -> Callable[[Image.Image], Picture]:
    """A picture as bytes, without loss."""

    def pack(image: Image.Image) -> Picture:
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=1)
        return Picture(buffer.getvalue(), "image/png")

    return pack

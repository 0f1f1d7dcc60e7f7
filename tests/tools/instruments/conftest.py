"""A synthetic photograph for the instruments."""

import numpy as np
import pytest
from PIL import Image, ImageFilter


@pytest.fixture(scope="session")
def scene() -> Image.Image:
    """Shapes on a gradient, 640 by 420, without symmetry."""
    random = np.random.default_rng(11)
    y, x = np.mgrid[0:420, 0:640].astype(np.float64)
    field = np.stack([60 + 0.2 * x, 80 + 0.15 * (x + y), 200 - 0.3 * y], axis=-1)
    for _ in range(40):
        left, top = int(random.integers(0, 600)), int(random.integers(0, 390))
        wide, tall = int(random.integers(8, 80)), int(random.integers(8, 70))
        field[top : top + tall, left : left + wide] = random.integers(20, 235, 3)
    image = Image.fromarray(np.clip(field, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(0.7))

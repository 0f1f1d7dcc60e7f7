"""Pictures and shorthands for the tests of retouch."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from editloop.tools.instruments.colour import Floats, oklab_from_bytes
from editloop.tools.retouch.engine import apply
from editloop.tools.retouch.recipe import Recipe

Cook = Callable[..., Image.Image]
Measure = Callable[[Image.Image], Floats]


@pytest.fixture(scope="session")
def chart() -> Image.Image:
    """Soft forms in all moderate colours, lightness 0.2 to 0.85; nothing is clipped."""
    y, x = np.mgrid[0:192, 0:256].astype(np.float32) / 256
    light = 128 + 60 * np.sin(9 * x + 4 * y) * np.cos(7 * y)
    tints = [45 * np.sin(8 * x + phase) * np.cos(5 * y + phase) for phase in (0.0, 2.1, 4.2)]
    pixels = np.stack([light + tint for tint in tints], axis=-1)
    return Image.fromarray(np.rint(pixels).astype(np.uint8))


@pytest.fixture(scope="session")
def ramp() -> Image.Image:
    """All 256 greys, side by side."""
    return Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (8, 1))).convert("RGB")


@pytest.fixture(scope="session")
def cube() -> Image.Image:
    """A coarse cube of all colours: every corner, edge and side of the gamut."""
    steps = np.linspace(0, 255, 18).astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1)
    return Image.fromarray(colours.reshape(18 * 6, -1, 3))


@pytest.fixture(scope="session")
def some_photos(photos: list[Path]) -> Sequence[Image.Image]:
    return [Image.open(path).convert("RGB").reduce(4) for path in photos]


@pytest.fixture(scope="session")
def cook() -> Cook:
    """Apply operations, written as dictionaries, to a picture."""

    def cook(
        image: Image.Image, *operations: dict[str, Any], mask: Image.Image | None = None
    ) -> Image.Image:
        return apply(Recipe.model_validate({"operations": operations}), image, mask=mask)

    return cook


@pytest.fixture(scope="session")
def lab() -> Measure:
    """OKLab of a picture, (H, W, 3)."""
    return lambda image: oklab_from_bytes(np.asarray(image.convert("RGB")))

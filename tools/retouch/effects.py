"""Vignette and grain."""

from typing import assert_never

import numpy as np
from PIL import Image, ImageFilter, ImageStat

from ..instruments.colour import Floats, lightness, smoothstep
from .luma import with_luma_moved
from .masks import painted
from .photometric import Grain, Vignette
from .table import recoloured
from .tone import shoulder

Effect = Vignette | Grain

_CLUMP = 0.6
"""Standard deviation in pixels by which grains run together; single pixels look like digital noise."""

_NOISE_SCALE = 32.0
"""Levels of 255 that one standard deviation of raw noise takes in its 8-bit picture."""


def with_effect(image: Image.Image, operation: Effect) -> Image.Image:
    """Apply one operation to an RGB picture."""
    match operation:
        case Vignette():
            return _vignetted(image, operation)
        case Grain():
            return _grained(image, operation)
        case _:
            assert_never(operation)


def _vignetted(image: Image.Image, operation: Vignette) -> Image.Image:
    """Blend with a picture that is everywhere as the corners shall be, by distance to the centre."""
    gain = 1 - operation.amount / 100

    def corner(lab: Floats) -> Floats:
        changed = lab * np.float32(gain)
        if gain > 1:
            end = shoulder(gain)(lightness(changed))
            changed *= (end / np.maximum(lightness(changed), 1e-3))[:, None]
        return np.asarray(changed, np.float32)

    start = min(operation.midpoint, 0.99)
    mask = painted(
        image.size,
        lambda x, y: smoothstep(np.hypot(2 * x - 1, 2 * y - 1) / np.float32(2**0.5), start, 1.0),
    )
    return Image.composite(recoloured(image, corner), image, mask)


def _grained(image: Image.Image, operation: Grain) -> Image.Image:
    """Noise of a counter-based generator: the same seed gives the same grain anywhere."""
    noise = _noise(image.size, operation.seed)
    spread = max(ImageStat.Stat(noise).stddev[0], 1e-3)
    scale = np.float32(operation.amount / 100 * 0.1 / spread)
    luma = image.convert("L")

    def delta(box: tuple[int, int, int, int]) -> Floats:
        grain = (np.asarray(noise.crop(box), np.float32) - 128) * scale
        return grain * _levels_per_lightness(np.asarray(luma.crop(box), np.float32))

    return with_luma_moved(image, delta)


def _levels_per_lightness(luma: Floats) -> Floats:
    """How many 8-bit levels one unit of OKLab lightness takes: the slope of sRGB's curve over the
    cube root, about 1.055 x 1.25 x L**0.25 above black."""
    level = (luma / 255 + 0.055) / 1.055
    return np.asarray(255 * 1.32 * np.maximum(level, 0) ** 0.2, np.float32)


def _noise(size: tuple[int, int], seed: int) -> Image.Image:
    generator = np.random.Generator(np.random.Philox(seed))
    raw = generator.standard_normal((size[1], size[0]), dtype=np.float32)
    levels = np.clip(np.rint(raw * _NOISE_SCALE + 128), 0, 255).astype(np.uint8)
    return Image.fromarray(levels).filter(ImageFilter.GaussianBlur(_CLUMP))

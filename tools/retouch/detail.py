"""Operations that look at a pixel's neighbours: clarity, sharpen, denoise, blur."""

from typing import assert_never

import numpy as np
from PIL import Image, ImageFilter

from ..instruments.colour import Floats, smoothstep
from .guided import fit
from .luma import with_luma_moved
from .noise import denoised
from .photometric import Blur, Clarity, Denoise, Sharpen

Detail = Clarity | Sharpen | Denoise | Blur

_CLARITY_VIEW = 480
"""Long side of the view that local contrast is fitted on."""

_CLARITY_REACH, _CLARITY_EDGE = 0.025, 0.08
"""Radius of the guided filter as a part of the long side: its smoothing is near that of a Gaussian of
2 %. Standard deviation of luma above which a structure is an edge, which clarity leaves alone: this
is what keeps it free of haloes."""

_CLARITY_GAIN = 1.5
"""The filter keeps part of the local contrast in its base. What is left has to rise by this much
more for the whole to rise by the per cents that were asked; the median of ten photographs."""

_OVERSHOOT = 28.0
"""Levels of 255 that sharpening adds at most at an edge, softly: more would be seen as a line."""


def detailed(image: Image.Image, operation: Detail) -> Image.Image:
    """Apply one operation to an RGB picture."""
    match operation:
        case Clarity():
            return _clarity(image, operation.amount / 100)
        case Sharpen():
            return _sharpened(image, operation)
        case Denoise():
            return denoised(image, operation.amount / 100)
        case Blur():
            return image.filter(ImageFilter.GaussianBlur(operation.radius))
        case _:
            assert_never(operation)


def _clarity(image: Image.Image, amount: float) -> Image.Image:
    """Scale what the guided filter takes away, most in the midtones."""
    luma = image.convert("L")
    view = luma.copy()
    view.thumbnail((_CLARITY_VIEW, _CLARITY_VIEW), Image.Resampling.BOX)
    guide = np.asarray(view, np.float32) / np.float32(255)
    radius = max(1, round(_CLARITY_REACH * max(view.size)))
    fitted = fit(guide, guide, radius, _CLARITY_EDGE)

    def delta(box: tuple[int, int, int, int]) -> Floats:
        part = np.asarray(luma.crop(box), np.float32) / np.float32(255)
        base = fitted.smooth(part, luma.size, box)
        midtones = smoothstep(part, 0.0, 0.25) * (1 - smoothstep(part, 0.75, 1.0))
        return np.asarray(255 * _CLARITY_GAIN * amount * midtones * (part - base), np.float32)

    return with_luma_moved(image, delta)


def _sharpened(image: Image.Image, operation: Sharpen) -> Image.Image:
    """Unsharp mask with a soft threshold of one level, so that smooth tones stay smooth, and with
    a soft limit at strong edges."""
    luma = image.convert("L")
    smooth = luma.filter(ImageFilter.GaussianBlur(operation.radius))
    steps = np.arange(-255, 256, dtype=np.float32)
    fine = np.sign(steps) * np.maximum(np.abs(steps) - 0.5, 0) * np.float32(operation.amount / 100)
    limited = np.asarray(_OVERSHOOT * np.tanh(fine / _OVERSHOOT), np.float32)

    def delta(box: tuple[int, int, int, int]) -> Floats:
        sharp = np.asarray(luma.crop(box), np.int16)
        return limited[sharp - np.asarray(smooth.crop(box), np.int16) + 255]

    return with_luma_moved(image, delta)

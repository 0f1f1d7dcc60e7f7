"""Highlights and shadows: move the bright or the dark parts and keep their texture.

A tone curve alone would flatten what it compresses. So the curve moves the base of the picture, its
edge-preserving smoothed self, and every pixel is scaled as its base is.
"""

import numpy as np
from PIL import Image

from ..instruments.colour import (
    Floats,
    lightness,
    oklab_from_bytes,
    smoothstep,
    srgb_from_linear,
)
from .guided import fit
from .photometric import Highlights, Shadows
from .pixels import bands, flat, sample
from .tally import Curve, Tally, solve
from .tone import unit

Part = Highlights | Shadows

_WHITE_SHARE = 0.6
"""How far pure white follows when highlights are lowered: fully, it would turn into flat grey."""

_VIEW, _REACH, _EDGE = 480, 0.02, 0.08
"""Long side of the view that the base is fitted on; its radius as a fraction of that; the standard
deviation of luma from which a structure belongs to the base."""

_FINE = 4
"""Entries per 8-bit level of the table of gains."""


def with_part_moved(
    image: Image.Image, operation: Part, mask: Image.Image | None = None
) -> Image.Image:
    """Apply one operation to an RGB picture; `mask`, mode `L`, says which pixels to measure."""
    light = lightness(oklab_from_bytes(flat(sample(image))))
    weights = None if mask is None else np.asarray(sample(mask), np.float32).ravel()
    gains = _gains(part_curve(operation, Tally.of(light, weights)))
    luma, view = image.convert("L"), image.convert("L")
    view.thumbnail((_VIEW, _VIEW), Image.Resampling.BOX)
    guide = np.asarray(view, np.float32) / np.float32(255)
    fitted = fit(guide, guide, max(1, round(_REACH * max(view.size))), _EDGE)
    changed = Image.new("RGB", image.size)
    for box in bands(image.size):
        part = np.asarray(luma.crop(box), np.float32) / np.float32(255)
        base = fitted.smooth(part, image.size, box)
        gain = gains[np.rint(unit(base) * (gains.size - 1)).astype(np.int32)]
        changed.paste(Image.fromarray(_scaled(np.asarray(image.crop(box), np.float32), gain)), box)
    return changed


def _gains(curve: Curve) -> Floats:
    """By what to multiply sRGB values, for every luma of the base."""
    luma = np.linspace(0, 255, 255 * _FINE + 1, dtype=np.float32)
    light = np.interp(luma, np.arange(256), _LIGHT_OF_LUMA).astype(np.float32)
    moved = srgb_from_linear(curve(light) ** 3) * np.float32(255)
    gains = (moved + 0.5) / (luma + 0.5)  # black has no gain of its own: it takes its neighbours'
    return np.asarray(gains, np.float32)


_LIGHT_OF_LUMA: Floats = lightness(
    oklab_from_bytes(np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1))
)


def _scaled(pixels: Floats, gain: Floats) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """All three channels by the same factor, at most to where the first reaches 255."""
    brightest = np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
    room = 255 / np.maximum(brightest, 1)
    return np.rint(pixels * np.minimum(gain, room)[..., None]).astype(np.uint8)


def part_curve(operation: Part, tally: Tally) -> Curve:
    """The curve that moves the mean of the bright or dark part by the operation's per cents."""
    if isinstance(operation, Highlights):
        return _highlights(operation.amount, tally)
    return _shadows(operation.amount, tally)


def bright_part(x: Floats) -> Floats:
    """The soft mask of the highlights."""
    return smoothstep(x, 0.55, 0.75)


def dark_part(x: Floats) -> Floats:
    """The soft mask of the shadows."""
    return smoothstep(x, 0.55, 0.35)


def _highlights(amount: float, tally: Tally) -> Curve:
    bright = tally.within(bright_part)
    target = bright.mean() * (1 + amount / 100)
    if amount > 0:
        return _bright_lift(solve(lambda s: bright.mean(_bright_lift(s)), target, 0.0, 0.95))
    return _bright_drop(solve(lambda s: -bright.mean(_bright_drop(s)), -target, 0.0, 0.4))


def _bright_lift(part: float) -> Curve:
    return lambda x: unit(x + np.float32(part) * smoothstep(x, 0.4, 0.8) * (1 - x))


def _bright_drop(drop: float) -> Curve:
    start = min(0.45, 0.8 - 1.7 * drop)  # a deeper drop needs a longer slope to keep rising

    def curve(x: Floats) -> Floats:
        mask = smoothstep(x, start, 0.8) * (1 - (1 - _WHITE_SHARE) * smoothstep(x, 0.8, 1.0))
        return unit(x - np.float32(drop) * mask)

    return curve


def _shadows(amount: float, tally: Tally) -> Curve:
    dark = tally.within(dark_part)
    target = dark.mean() * (1 + amount / 100)
    if amount > 0:
        return _dark_lift(solve(lambda s: dark.mean(_dark_lift(s)), target, 0.0, 0.4))
    return _dark_drop(solve(lambda s: -dark.mean(_dark_drop(s)), -target, 0.0, 1.0))


def _dark_lift(lift: float) -> Curve:
    end = max(0.6, 0.2 + 1.7 * lift)

    def curve(x: Floats) -> Floats:
        rise = 1 - np.square(1 - np.minimum(x / np.float32(0.2), 1))  # black itself stays
        return unit(x + np.float32(lift) * rise * smoothstep(x, end, 0.2))

    return curve


def _dark_drop(part: float) -> Curve:
    return lambda x: unit(x * (1 - np.float32(part) * smoothstep(x, 0.6, 0.15)))

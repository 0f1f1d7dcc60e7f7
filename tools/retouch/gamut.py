"""The way back from OKLab to sRGB."""

import numpy as np
from numpy.typing import NDArray

from ..instruments.colour import (
    Bytes,
    Floats,
    Reals,
    hue,
    linear_from_oklab,
    oklab_from_linear,
    smoothstep,
    srgb_from_linear,
)

_SLACK = 2e-4
"""How far outside 0 to 1 linear light may lie before chroma is reduced: under one 8-bit level."""

_MIDDLE, _TOWARDS_MIDDLE = 0.6, 0.6
"""The lightness at which sRGB holds most chroma on average, and how far the grey lies towards it."""

_CUT = 0.6
"""How far an orange or yellow that is out of gamut follows the plain cut of its channels: at an
unmoved hue it would pale to salmon pink, while a flower in brighter light is seen to turn yellower."""

_HALVINGS = 9


def bytes_within_gamut(lab: Floats) -> Bytes:
    """8-bit sRGB, rounded, of OKLab, (N, 3); see `srgb_within_gamut`."""
    return np.rint(srgb_within_gamut(lab) * 255).astype(np.uint8)


def srgb_within_gamut(lab: Floats) -> Floats:
    """sRGB, 0 to 1, of OKLab, (N, 3).

    A colour outside the gamut moves at the same hue along a straight line towards a grey, until
    it fits; how far is found by bisection (a grey is inside, and a line from it leaves the gamut
    only once). Cutting off channels instead would turn the hue, sky towards cyan and skin towards
    yellow. The grey is a little darker than the colour, which keeps more chroma (Ottosson 2021,
    "sRGB gamut clipping", the adaptive kind). Only oranges and yellows go most of the way to the
    cut: a yellow flower that gets brighter would turn to pale pink otherwise.
    """
    lab = np.clip(lab, (0.0, -1.0, -1.0), (1.0, 1.0, 1.0)).astype(np.float32)
    light = linear_from_oklab(lab)
    outside = ~_fits(light)
    if outside.any():
        light[outside] = linear_from_oklab(_nearer_to_grey(lab[outside]))
    grey = np.maximum(np.abs(lab[:, 1]), np.abs(lab[:, 2])) < 1e-5
    light[grey] = (lab[grey, :1]) ** 3  # the matrices leave a rounding error between the channels
    return srgb_from_linear(np.clip(light, 0.0, 1.0))


def _fits(light: Floats) -> NDArray[np.bool_]:
    red, green, blue = light[:, 0], light[:, 1], light[:, 2]  # reducing a short axis is slow
    low = np.minimum(np.minimum(red, green), blue)
    high = np.maximum(np.maximum(red, green), blue)
    return np.asarray((low >= -_SLACK) & (high <= 1 + _SLACK))


def _nearer_to_grey(lab: Floats) -> Floats:
    low, high = np.zeros(len(lab), np.float32), np.ones(len(lab), np.float32)
    towards = np.float32(_TOWARDS_MIDDLE) * (np.float32(_MIDDLE) - lab[:, 0])
    grey = np.asarray(lab[:, 0] + towards, np.float32)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        fits = _fits(linear_from_oklab(_between(grey, lab, middle)))
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    inside = _between(grey, lab, low)
    light = linear_from_oklab(lab)
    cut = oklab_from_linear(np.clip(light, 0.0, 1.0).astype(np.float32))
    return np.asarray(inside + _follows_cut(lab, light)[:, None] * (cut - inside), np.float32)


def _follows_cut(lab: Floats, light: Floats) -> Floats:
    """Most for oranges and yellows that are too light; not for skin, greens and skies, nor for
    what is too colourful, with a channel below 0: more saturation shall not turn a hue."""
    degrees = hue(lab)
    warm = smoothstep(degrees, 45.0, 65.0) * (1 - smoothstep(degrees, 100.0, 120.0))
    lowest = np.minimum(np.minimum(light[:, 0], light[:, 1]), light[:, 2])
    return np.asarray(np.float32(_CUT) * warm * smoothstep(lowest, -0.008, 0.0), np.float32)


def _between(grey: Floats, lab: Floats, part: Reals) -> Floats:
    lightness = grey + part * (lab[:, 0] - grey)
    mixed = np.stack([lightness, lab[:, 1] * part, lab[:, 2] * part], axis=1)
    return np.asarray(mixed, np.float32)

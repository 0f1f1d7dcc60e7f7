"""The way back from OKLab to sRGB."""

import numpy as np
from numpy.typing import NDArray

from ..instruments.colour import Bytes, Floats, Reals, linear_from_oklab, srgb_from_linear

_SLACK = 2e-4
"""How far outside 0 to 1 linear light may lie before chroma is reduced: under one 8-bit level."""

_HALVINGS = 9


def bytes_within_gamut(lab: Floats) -> Bytes:
    """8-bit sRGB, rounded, of OKLab, (N, 3); see `srgb_within_gamut`."""
    return np.rint(srgb_within_gamut(lab) * 255).astype(np.uint8)


def srgb_within_gamut(lab: Floats) -> Floats:
    """sRGB, 0 to 1, of OKLab, (N, 3).

    A colour outside the gamut loses chroma at the same lightness and hue until it fits: the
    largest factor on a and b that keeps all channels between 0 and 1 is found by bisection (on
    the line from a grey, which is inside, the gamut is left only once). Cutting off channels
    instead would turn the hue, sky towards cyan and skin towards yellow.
    """
    lab = np.clip(lab, (0.0, -1.0, -1.0), (1.0, 1.0, 1.0)).astype(np.float32)
    light = linear_from_oklab(lab)
    outside = ~_fits(light)
    if outside.any():
        light[outside] = linear_from_oklab(_with_less_chroma(lab[outside]))
    grey = np.maximum(np.abs(lab[:, 1]), np.abs(lab[:, 2])) < 1e-5
    light[grey] = (lab[grey, :1]) ** 3  # the matrices leave a rounding error between the channels
    return srgb_from_linear(np.clip(light, 0.0, 1.0))


def _fits(light: Floats) -> NDArray[np.bool_]:
    red, green, blue = light[:, 0], light[:, 1], light[:, 2]  # reducing a short axis is slow
    low = np.minimum(np.minimum(red, green), blue)
    high = np.maximum(np.maximum(red, green), blue)
    return np.asarray((low >= -_SLACK) & (high <= 1 + _SLACK))


def _with_less_chroma(lab: Floats) -> Floats:
    low = np.zeros(len(lab), np.float32)
    high = np.ones(len(lab), np.float32)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        fits = _fits(linear_from_oklab(_scaled(lab, middle)))
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return _scaled(lab, low)


def _scaled(lab: Floats, factor: Reals) -> Floats:
    scaled = np.stack([lab[:, 0], lab[:, 1] * factor, lab[:, 2] * factor], axis=1)
    return np.asarray(scaled, np.float32)

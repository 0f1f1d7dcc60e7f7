"""Regions that ask only for a pixel's colour."""

from typing import TypeGuard

import numpy as np

from ..instruments.colour import (
    Floats,
    distance,
    hue_band_weight,
    lightness,
    oklab_from_hex,
    smoothstep,
)
from .region import Both, ColourRange, HueRange, LuminanceRange, Region

Range = HueRange | ColourRange | LuminanceRange | Both
"""`Both` counts when all its parts do."""


def is_range(region: Region) -> TypeGuard[Range]:
    """Whether a pixel's colour alone decides."""
    if isinstance(region, Both):
        return all(is_range(part) for part in region.parts)
    return isinstance(region, HueRange | ColourRange | LuminanceRange)


def range_weight(region: Region, lab: Floats) -> Floats:
    """The weight, 0 to 1, of OKLab pixels, (N, 3), in a region for which `is_range` holds."""
    match region:
        case HueRange():
            weight = hue_band_weight(lab, region.hue)
        case ColourRange():
            away = distance(lab, oklab_from_hex(region.colour))
            weight = _below(away, region.tolerance, region.feather)
        case LuminanceRange():
            weight = _between(lightness(lab), region)
        case Both():
            weight = np.prod([range_weight(part, lab) for part in region.parts], axis=0)
        case _:
            raise TypeError(f"{region.shape!r} is not a matter of colour alone")
    return np.asarray(1 - weight if region.invert else weight, np.float32)


def _below(values: Floats, limit: float, softness: float) -> Floats:
    half = max(softness / 2, 1e-4)
    return smoothstep(values, limit + half, limit - half)


def _between(values: Floats, region: LuminanceRange) -> Floats:
    """An end at 0 or 1 is open: black and white belong fully to a range that reaches them."""
    half = max(region.feather / 2, 1e-4)
    weight = np.ones_like(values)
    if region.low > 0:
        weight *= smoothstep(values, region.low - half, region.low + half)
    if region.high < 1:
        weight *= smoothstep(values, region.high + half, region.high - half)
    return weight

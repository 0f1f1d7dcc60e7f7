"""sRGB, linear light and OKLab in numpy, and the eight named hues.

OKLab is Ottosson's (2020, "A perceptual color space for image processing"): lightness L from 0 to 1,
and two opponent axes, a from green to red and b from blue to yellow. Arrays are float32 with the
three channels last; any leading shape is fine.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..retouch.region import HueName

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Reals = NDArray[np.floating[Any]]
"""Floats of any precision: what numpy's stubs make of float32 times a Python number."""

# Ottosson's matrices, transposed for `array @ matrix`.
_LMS_FROM_RGB: Final[Floats] = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
).T.copy()
_LAB_FROM_ROOTS: Final[Floats] = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
).T.copy()
_ROOTS_FROM_LAB: Final[Floats] = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ],
    np.float32,
).T.copy()
_RGB_FROM_LMS: Final[Floats] = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ],
    np.float32,
).T.copy()

# Where one named hue gives way to the next, in OKLab degrees: sRGB red lies at 29, orange (#ffa500)
# at 71, yellow at 110, green at 142, cyan at 195, blue at 264, violet (#8000ff) at 293, magenta at
# 328. Foliage is at 120 to 140, skin at 40 to 60, sky at 220 to 265.
_BANDS: Final[dict[HueName, tuple[float, float]]] = {
    "red": (0.0, 42.0),
    "orange": (42.0, 78.0),
    "yellow": (78.0, 117.0),
    "green": (117.0, 168.0),
    "aqua": (168.0, 215.0),
    "blue": (215.0, 280.0),
    "purple": (280.0, 318.0),
    "magenta": (318.0, 360.0),
}
_HALF_BORDER = 12.0
"""Degrees on either side of a border over which one band fades into the next: a sharper border
would be seen as a contour in a sky that turns from blue to pink."""

_GREY, _COLOURFUL = 0.015, 0.05
"""Chroma below which a pixel has no hue worth naming, and from which it fully has."""


def linear_from_srgb(values: Floats) -> Floats:
    """Undo the sRGB transfer curve (IEC 61966-2-1). Values 0 to 1."""
    bright = np.power((np.maximum(values, 0.0) + 0.055) / 1.055, 2.4)
    return np.where(values <= 0.04045, values / 12.92, bright).astype(np.float32)


def srgb_from_linear(light: Floats) -> Floats:
    """Apply the sRGB transfer curve. Light below 0 continues the straight part."""
    bright = 1.055 * np.power(np.maximum(light, 0.0), 1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, light * 12.92, bright).astype(np.float32)


_LINEAR_OF_BYTE: Final[Floats] = linear_from_srgb(np.linspace(0, 1, 256, dtype=np.float32))


def linear_from_bytes(pixels: Bytes) -> Floats:
    """Linear light, 0 to 1, of 8-bit sRGB values."""
    return np.take(_LINEAR_OF_BYTE, pixels)


def bytes_from_linear(light: Floats) -> Bytes:
    """8-bit sRGB, rounded, of linear light; what lies outside 0 to 1 is cut off per channel."""
    return np.rint(srgb_from_linear(np.clip(light, 0.0, 1.0)) * 255).astype(np.uint8)


def oklab_from_linear(light: Floats) -> Floats:
    """OKLab of linear sRGB, (…, 3)."""
    return np.asarray(np.cbrt(light @ _LMS_FROM_RGB) @ _LAB_FROM_ROOTS, np.float32)


def linear_from_oklab(lab: Floats) -> Floats:
    """Linear sRGB of OKLab, (…, 3); outside the gamut a channel is below 0 or above 1."""
    roots = lab @ _ROOTS_FROM_LAB
    return np.asarray((roots * roots * roots) @ _RGB_FROM_LMS, np.float32)


def oklab_from_bytes(pixels: Bytes) -> Floats:
    """OKLab of 8-bit sRGB, (…, 3)."""
    return oklab_from_linear(linear_from_bytes(pixels))


def bytes_from_oklab(lab: Floats) -> Bytes:
    """8-bit sRGB of OKLab; colours outside the gamut are cut off per channel."""
    return bytes_from_linear(linear_from_oklab(lab))


def oklab_from_hex(colour: str) -> Floats:
    """OKLab, (3,), of a colour written as `#rrggbb`."""
    return oklab_from_bytes(np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8))


def lightness(lab: Floats) -> Floats:
    """L of OKLab, 0 to 1; the last axis disappears."""
    return lab[..., 0]


def chroma(lab: Floats) -> Floats:
    """Distance from grey in OKLab; sRGB reaches about 0.32."""
    return np.hypot(lab[..., 1], lab[..., 2])


def hue(lab: Floats) -> Floats:
    """Hue angle in degrees, 0 up to 360; of grey it means nothing."""
    return np.mod(np.degrees(np.arctan2(lab[..., 2], lab[..., 1])), 360.0).astype(np.float32)


def hue_band_weight(lab: Floats, hue_name: HueName) -> Floats:
    """How much each pixel belongs to a named hue: 0 to 1, without the last axis.

    The eight weights of a colourful pixel add up to 1; those of a near-grey pixel are all 0.
    """
    low, high = _BANDS[hue_name]
    middle, half = (low + high) / 2, (high - low) / 2
    away = np.abs(np.mod(hue(lab) - middle + 180.0, 360.0) - 180.0)
    inside = smoothstep(away, half + _HALF_BORDER, half - _HALF_BORDER)
    return inside * smoothstep(chroma(lab), _GREY, _COLOURFUL)


def distance(lab: Floats, other: Floats) -> Floats:
    """Euclidean distance in OKLab; 0.02 is about what an eye notices side by side."""
    return np.sqrt(np.sum(np.square(lab - other), axis=-1, dtype=np.float32))


def smoothstep(values: Reals, start: float, end: float) -> Floats:
    """0 before `start`, 1 after `end`, a smooth cubic between; `start` may be the larger one."""
    part = np.clip((values - np.float32(start)) / np.float32(end - start), 0.0, 1.0)
    return np.asarray(part * part * (3.0 - 2.0 * part), np.float32)

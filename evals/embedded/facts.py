"""Plain facts about a picture, measured without the instruments that the thinker uses.

A judge that shares the thinker's instruments would agree with it by construction; so these are the
textbook quantities on sRGB values (Rec. 709 luma, spans of channels), and nothing more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LUMA = np.array([0.2126, 0.7152, 0.0722])
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers of one picture; sRGB values run from 0 to 255."""

    width: int
    height: int
    luma: float
    """Mean Rec. 709 luma of the sRGB values."""

    spread: float
    """Standard deviation of luma."""

    dark: float
    """Mean of the darkest quarter of luma."""

    warmth: float
    """Mean of red minus blue."""

    colourful: float
    """Mean difference between the largest and the smallest channel. (Mean HSV saturation would be
    ruled by the darkest pixels, where a single level is much of it.)"""

    blue: float
    """Mean HSV saturation of the pixels whose largest channel is blue; 0 when there are few."""

    colour: float
    """The largest difference between two channels of any pixel."""

    top: float
    """Mean luma of the upper third."""

    bottom: float
    """Mean luma of the lower third."""

    clipped: float
    """Share of the pixels that show no drawing: all channels above 252, or all below 8. (A black
    backdrop of level 4 that gets level 0 has lost nothing that can be seen.)"""

    border: float
    """Mean of the outermost pixels, all channels."""


def facts(image: Image.Image) -> Facts:
    """Measure a picture (any mode; taken as sRGB)."""
    rgb: Floats = np.asarray(image.convert("RGB"), dtype=np.float64)
    luma: Floats = rgb @ _LUMA
    high, low = rgb.max(axis=2), rgb.min(axis=2)
    saturation: Floats = (high - low) / np.maximum(high, 1.0)
    bluish = (rgb[..., 2] >= high) & (saturation > 0.1)
    third = max(1, luma.shape[0] // 3)
    edge = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    return Facts(
        width=image.width,
        height=image.height,
        luma=float(luma.mean()),
        spread=float(luma.std()),
        dark=float(luma[luma <= np.quantile(luma, 0.25)].mean()),
        warmth=float((rgb[..., 0] - rgb[..., 2]).mean()),
        colourful=float((high - low).mean()),
        blue=float(saturation[bluish].mean()) if bluish.mean() > 0.005 else 0.0,
        colour=float((high - low).max()),
        top=float(luma[:third].mean()),
        bottom=float(luma[-third:].mean()),
        clipped=float(((low > 252) | (high < 8)).mean()),
        border=float(edge.mean()),
    )

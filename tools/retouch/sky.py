"""Find the sky: the smooth, bright or blue area that is connected to the top edge."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ...memory import UnsupportedInstruction
from ..instruments.colour import (
    Floats,
    hue_band_weight,
    lightness,
    oklab_from_bytes,
    smoothstep,
)
from .guided import cut, fit
from .masks import as_bytes
from .pixels import bands

_SIDE = 320
"""Long side of the view that the sky is searched on."""

_LEAST = 0.02
"""Share of the picture that must be sky."""

_ROUGH = 0.035
"""Step of lightness between neighbours of the view from which an area is no longer smooth."""


def sky_mask(image: Image.Image, feather: float) -> Image.Image:
    """Return the mask, mode `L`, of the sky of an RGB picture.

    Raises:
        UnsupportedInstruction: less than 2 % of the picture qualifies.
    """
    view = image.copy()
    view.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    found = _connected_to_top(_looks_like_sky(view))
    if found.mean() < _LEAST:
        raise UnsupportedInstruction(
            "no sky was found (a smooth, bright or blue area at the top edge): name a position such "
            "as 'top third' instead, or send a mask",
            clause="sky",
            nearest=("position", "mask"),
            needs="an editor that recognises objects",
        )
    return _refined(image, view, found, feather)


def _looks_like_sky(view: Image.Image) -> NDArray[np.bool_]:
    lab = oklab_from_bytes(np.asarray(view.filter(ImageFilter.BoxBlur(1))))
    light = lightness(lab)
    blue = hue_band_weight(lab, "blue") + hue_band_weight(lab, "aqua")
    bright = light > max(0.55, float(np.median(light)))
    return (_roughness(light) < _ROUGH) & (bright | ((blue > 0.5) & (light > 0.3)))


def _roughness(light: Floats) -> Floats:
    down, across = np.gradient(light)
    return np.asarray(np.hypot(down, across), np.float32)


def _connected_to_top(candidates: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those candidates that can be reached from the top row through candidates."""
    reached = np.zeros_like(candidates)
    reached[0] = candidates[0]
    count = -1
    while count != (count := int(reached.sum())):
        for _ in range(8):
            grown = reached.copy()
            grown[1:] |= reached[:-1]
            grown[:-1] |= reached[1:]
            grown[:, 1:] |= reached[:, :-1]
            grown[:, :-1] |= reached[:, 1:]
            reached = grown & candidates
    return reached


def _refined(
    image: Image.Image, view: Image.Image, found: NDArray[np.bool_], feather: float
) -> Image.Image:
    """Let the border follow the edges of the full picture, by a guided filter."""
    guide = np.asarray(view.convert("L"), np.float32) / np.float32(255)
    radius = max(2, round(feather * min(view.size)))
    slope, offset = fit(guide, found.astype(np.float32), radius, 0.02)
    luma, mask = image.convert("L"), Image.new("L", image.size)
    for box in bands(image.size):
        part = np.asarray(luma.crop(box), np.float32) / np.float32(255)
        weight = cut(slope, image.size, box) * part + cut(offset, image.size, box)
        mask.paste(Image.fromarray(as_bytes(smoothstep(weight, 0.1, 0.9))), box)
    return mask

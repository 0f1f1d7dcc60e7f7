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
from .guided import fit
from .masks import as_bytes
from .pixels import bands

_SIDE = 320
"""Long side of the view that the sky is searched on."""

_LEAST = 0.02
"""Share of the picture that must be sky."""

_MOSTLY = 0.6
"""Share of what lies above the border that must be bright or blue."""


def sky_mask(image: Image.Image, feather: float) -> Image.Image:
    """Return the mask, mode `L`, of the sky of an RGB picture.

    Raises:
        UnsupportedInstruction: less than 2 % of the picture qualifies.
    """
    view = image.copy()
    view.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    found = _search(view)
    if found.mean() < _LEAST:
        raise UnsupportedInstruction(
            "no sky was found (a smooth, bright or blue area at the top edge): name a position such "
            "as 'top third' instead, or send a mask",
            clause="sky",
            nearest=("position", "mask"),
            needs="an editor that recognises objects",
        )
    return _refined(image, view, found, feather)


def _search(view: Image.Image) -> NDArray[np.bool_]:
    """Find the sky in a small view.

    After Shen and Wang 2013, "Sky region detection in a single image": in every column the sky
    ends at the first edge above a threshold, and the best threshold is that which leaves two parts
    of even colour. Sky behind what reaches into it (a tower, a balloon) is then added, down to the
    lowest end that most columns agree on.
    """
    lab = oklab_from_bytes(np.asarray(view.filter(ImageFilter.BoxBlur(1))))
    edges = _edges(lab)
    thresholds = np.geomspace(0.012, 0.15, 24)
    best = max(thresholds, key=lambda limit: _evenness(lab, _above_first_edge(edges, limit)))
    sky = _above_first_edge(edges, best)
    coloured = _has_sky_colour(lab)
    if not sky.any() or coloured[sky].mean() < _MOSTLY:
        return np.zeros_like(sky)
    depth = int(np.percentile(sky.sum(axis=0), 80))
    candidates = (edges <= best) & _coloured_like(lab, sky)
    candidates[depth:] = False
    return _connected_to_top(sky & coloured | candidates)


def _edges(lab: Floats) -> Floats:
    down, across = np.gradient(lab, axis=(0, 1))
    return np.asarray(np.sqrt(np.square(down).sum(axis=2) + np.square(across).sum(axis=2)))


def _above_first_edge(edges: Floats, limit: float) -> NDArray[np.bool_]:
    return np.asarray(~np.logical_or.accumulate(edges > limit, axis=0))


def _evenness(lab: Floats, sky: NDArray[np.bool_]) -> float:
    """High where the pixels above the border are alike, and those below as well."""
    if not _LEAST < sky.mean() < 0.98:
        return -1.0
    inside, outside = lab[sky], lab[~sky]
    return 1 / (2 * float(inside.var(axis=0).sum()) + float(outside.var(axis=0).sum()) + 1e-6)


def _has_sky_colour(lab: Floats) -> NDArray[np.bool_]:
    """Bright, or blue and not dark."""
    light = lightness(lab)
    blue = hue_band_weight(lab, "blue") + hue_band_weight(lab, "aqua")
    bright = light > min(0.7, max(0.5, float(np.median(light))))
    return np.asarray(bright | ((blue > 0.4) & (light > 0.3)))


def _coloured_like(lab: Floats, sky: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Within twice the spread of the sky's own colours."""
    middle, spread = lab[sky].mean(axis=0), lab[sky].std(axis=0) + 0.02
    return np.asarray((np.abs(lab - middle) < 2 * spread).all(axis=2))


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
    fitted = fit(guide, found.astype(np.float32), radius, 0.02)
    luma, mask = image.convert("L"), Image.new("L", image.size)
    for box in bands(image.size):
        part = np.asarray(luma.crop(box), np.float32) / np.float32(255)
        weight = fitted.smooth(part, image.size, box)
        mask.paste(Image.fromarray(as_bytes(smoothstep(weight, 0.1, 0.9))), box)
    return mask

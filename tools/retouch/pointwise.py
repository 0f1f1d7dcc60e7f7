"""Operations that look at one pixel at a time: a run of them becomes one change of colour."""

from collections.abc import Iterable
from typing import TypeGuard

import numpy as np
from PIL import Image

from ..instruments.colour import Floats, lightness, oklab_from_bytes
from .colour_ops import Colouring, coloured
from .photometric import Curve
from .pixels import flat, sample
from .ranges import is_range, range_weight
from .recipe import Operation
from .table import Change, recoloured
from .tally import Curve as ToneCurve
from .tally import Tally
from .tone import Tone, tone_curve

Pointwise = Tone | Colouring


def is_pointwise(operation: Operation) -> TypeGuard[Pointwise]:
    """Whether the operation belongs here; curves of one channel are exact tables elsewhere."""
    if isinstance(operation, Curve):
        return operation.channel == "lightness"
    return isinstance(operation, Pointwise)


def developed(
    image: Image.Image, operations: Iterable[Pointwise], mask: Image.Image | None = None
) -> Image.Image:
    """Apply operations in order to an RGB picture.

    What an operation must know of the picture (its mean lightness, say) is measured on a sample of
    the pixels as the operations before have left them, weighted by `mask`, an `L` picture of the
    same size. Regions made of colour ranges act; the place that `mask` describes is the caller's
    to blend.
    """
    lab = oklab_from_bytes(flat(sample(image)))
    weights = None if mask is None else np.asarray(sample(mask), np.float32).ravel()
    changes: list[Change] = []
    for operation in operations:
        change = _prepared(operation, lab, weights)
        lab = change(lab)
        changes.append(change)
    return recoloured(image, _chained(changes)) if changes else image


def _chained(changes: list[Change]) -> Change:
    def change(lab: Floats) -> Floats:
        for each in changes:
            lab = each(lab)
        return lab

    return change


def _prepared(operation: Pointwise, lab: Floats, weights: Floats | None) -> Change:
    region = operation.region
    if region is None or not is_range(region):
        return _everywhere(operation, lab, weights)
    inside = range_weight(region, lab)
    everywhere = _everywhere(operation, lab, inside if weights is None else inside * weights)

    def change(lab: Floats) -> Floats:
        weight = range_weight(region, lab)[:, None]
        return np.where(weight > 0, lab + weight * (everywhere(lab) - lab), lab)

    return change


def _everywhere(operation: Pointwise, lab: Floats, weights: Floats | None) -> Change:
    if isinstance(operation, Colouring):
        return lambda lab: coloured(operation, lab)
    curve = tone_curve(operation, Tally.of(np.clip(lightness(lab), 0, 1), weights))
    return lambda lab: _toned(lab, curve)


def _toned(lab: Floats, curve: ToneCurve) -> Floats:
    """Move lightness; chroma follows by the root of the same factor. Unmoved, it would look washed
    out where a picture gets lighter; in full proportion, as in light, garish."""
    before = np.clip(lightness(lab), 0, 1)
    after = curve(before)
    factor = np.sqrt(np.clip((after + 1e-3) / (before + 1e-3), 0.1, 4.0))
    return np.stack([after, lab[:, 1] * factor, lab[:, 2] * factor], axis=1).astype(np.float32)

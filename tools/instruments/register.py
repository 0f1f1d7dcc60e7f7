"""Finding the geometry between a source and its edit.

Robust to changes of tone and colour, because it works on local contrast only. First the cheap
guesses (the same frame, what the caller expects), refined coarse to fine; then, when none fits, a
search over turns, mirrors, scales and small angles.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .affine import Affine, Size, distance
from .arrays import luma, view
from .features import feature
from .frame import Frame, find_frame
from .refine import refine
from .search import search

CERTAIN = 0.85
"""Likeness above which no other guess is tried."""

SURE = 0.60
"""Likeness above which a guess is taken without a search."""

KNOWN = 0.35
"""Likeness below which two pictures do not show the same thing."""

_SIDE = 640  # views that everything but the frame is measured on
_COARSE, _FINE = 96, 256
_FLAT = 0.04  # of lightness: a part of the source with less deviation is one colour
_EMPTY = 0.02  # standard deviation of the feature of a plain surface
_STILL = 0.0008  # of the diagonal: smaller differences from the identity are measuring error


@dataclass(frozen=True, slots=True)
class Geometry:
    """How an edit lies in its source."""

    source_size: Size
    edited_size: Size
    affine: Affine
    """From pixels of the edit to pixels of the source."""

    confidence: float
    """Likeness of the structure under the map, 0 to 1."""

    frame: Frame
    """Bars of one colour that the edit has and the source does not."""

    @property
    def known(self) -> bool:
        """The edit shows the source, and the map can be relied on."""
        return self.confidence >= KNOWN

    @property
    def identity(self) -> bool:
        """Every pixel is where it was."""
        return self.known and self.source_size == self.edited_size and self.affine == Affine()

    @property
    def residual(self) -> float:
        """Structure that the map does not explain, 0 to 1."""
        return 1.0 - self.confidence

    def gap(self, expected: Affine, size: Size) -> float:
        """Distance from an expected map and size, as a share of the source's diagonal."""
        found = self.affine.after(Affine.scaling(*self.edited_size))
        return distance(found, expected.after(Affine.scaling(*size)), (1, 1), self.source_size)


def register(source: Image.Image, edited: Image.Image, expected: Iterable[Affine] = ()) -> Geometry:
    """Find the map from edit pixels to source pixels.

    Args:
        source: The picture before.
        edited: The picture after.
        expected: Maps that the caller thinks likely; they are tried first, and only believed
            when the pixels agree.
    """
    frame = _added_frame(source, edited)
    affine, likeness = _locate(source, edited, frame, list(expected))
    if frame and not _stands_around(frame, affine, source, edited.size):
        frame = Frame()
    if not frame and source.size == edited.size:
        affine = _still(affine, source.size)
    return Geometry(source.size, edited.size, affine, likeness, frame)


def _locate(
    source: Image.Image, edited: Image.Image, frame: Frame, expected: list[Affine]
) -> tuple[Affine, float]:
    """The map and its likeness, found on small grey views and given in full pixels."""
    box = frame.content(edited.size)
    content = edited.crop(box) if frame else edited
    scale = min(1.0, _SIDE / min(max(source.size), max(content.size)))
    small_source, small_edit = (
        view(image, round(scale * max(image.size))).convert("L") for image in (source, content)
    )
    shrink_source = _between(source.size, small_source.size)
    shrink_edit = _between(content.size, small_edit.size).after(Affine.shift(-box[0], -box[1]))
    grow = shrink_edit.inverse()
    guesses = [shrink_source.after(guess).after(grow) for guess in expected]
    affine, likeness = _find(small_source, small_edit, guesses)
    return shrink_source.inverse().after(affine).after(shrink_edit), likeness


def _between(size: Size, other: Size) -> Affine:
    return Affine.scaling(other[0] / size[0], other[1] / size[1])


def _stands_around(frame: Frame, affine: Affine, source: Image.Image, size: Size) -> bool:
    """Whether the bars are not simply a flat part of the source itself."""
    field = luma(source)
    for width, box in zip(frame.widths, _bars(frame, size), strict=True):
        if not width:
            continue
        corners = affine.apply(np.array([[box[0], box[1]], [box[2], box[3]]], dtype=np.float64))
        low = np.clip(corners.min(axis=0).round().astype(int), 0, source.size)
        high = np.clip(corners.max(axis=0).round().astype(int), 0, source.size)
        part = field[low[1] : high[1], low[0] : high[0]]
        wide, tall = (float(length) for length in corners[1] - corners[0])
        area = abs(wide * tall)
        if part.size < 0.5 * area or float(part.std()) > _FLAT:
            return True
    return False


def _bars(frame: Frame, size: Size) -> tuple[tuple[int, int, int, int], ...]:
    left, top, right, bottom = frame.content(size)
    width, height = size
    return (
        (0, 0, left, height),
        (0, 0, width, top),
        (right, 0, width, height),
        (0, bottom, width, height),
    )


def _added_frame(source: Image.Image, edited: Image.Image) -> Frame:
    """The edit's frame, where the source has none on that side."""
    after = find_frame(edited)
    if not after:
        return after

    before = find_frame(source)
    if not before:
        return after
    same = all(abs(a - b) <= 8 for a, b in zip(after.colour, before.colour, strict=True))
    grown = any(a > b + 1 for a, b in zip(after.widths, before.widths, strict=True))
    return after if grown and not same else Frame()


def _find(source: Image.Image, edited: Image.Image, expected: list[Affine]) -> tuple[Affine, float]:
    flat = [_is_plain(image) for image in (source, edited)]
    if any(flat):  # nothing to hold on to: two plain surfaces are taken for the same one
        scales = source.width / edited.width, source.height / edited.height
        return next(iter(expected), Affine.scaling(*scales)), float(all(flat))

    best = Affine(), 0.0
    for guess in _guesses(source.size, edited.size, expected):
        best = max(best, _settle(source, edited, guess), key=lambda found: found[1])
        if best[1] >= CERTAIN:
            return best
    if best[1] >= SURE:
        return best

    for turned in (False, True):
        for candidate in search(source, edited, turned=turned)[:3]:
            found = _settle(source, edited, candidate.affine)
            if found[1] > best[1] + 0.05:
                best = found
            if best[1] >= SURE:
                return best
    return best


def _is_plain(image: Image.Image) -> bool:
    """Nothing to hold on to, at any scale that is looked at; the small view is tried first."""
    if float(feature(luma(view(image, _FINE))).std()) >= _EMPTY:
        return False
    return float(feature(luma(image)).std()) < _EMPTY


def _guesses(source: Size, edited: Size, expected: list[Affine]) -> Iterable[Affine]:
    """The expected maps, the same frame, and the middle at the same scale."""
    yield from expected
    scales = source[0] / edited[0], source[1] / edited[1]
    yield Affine.scaling(*scales)
    if abs(scales[0] / scales[1] - 1) > 0.005 and min(scales) >= 1:
        yield Affine.shift((source[0] - edited[0]) / 2, (source[1] - edited[1]) / 2)


def _settle(source: Image.Image, edited: Image.Image, guess: Affine) -> tuple[Affine, float]:
    """Refine a guess coarse to fine; give up early where nothing fits."""
    affine, likeness = refine(source, edited, guess, side=_COARSE, rounds=8)
    if likeness < 0.25:
        return guess, likeness
    fine = refine(source, edited, affine, side=_FINE, rounds=4)
    blurred = likeness - fine[1] > 0.15  # fine structure is gone, coarse structure fits
    return (affine, likeness) if blurred else fine


def _still(affine: Affine, size: Size) -> Affine:
    """Exactly nothing, where what was measured is measuring error."""
    return Affine() if distance(affine, Affine(), size, size) < _STILL else affine

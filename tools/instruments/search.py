"""Looking for the map between two pictures when nothing is known: turns, mirrors, scales."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .affine import Affine, Size, oriented
from .arrays import Plane, luma
from .features import feature

_SIDE = 64  # long side of the source's view
_SCALES = tuple(1.0 / 1.12**step for step in range(11))  # an edit shows 100 % down to 32 %
_ANGLES = (-4.0, 4.0, -8.0, 8.0, -12.0, 12.0, -18.0, 18.0, -25.0, 25.0, -33.0, 33.0, -42.0, 42.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rough map from edit to source, and how alike the features are under it (0 to 1)."""

    affine: Affine
    likeness: float


def search(source: Image.Image, edited: Image.Image, *, turned: bool = False) -> list[Candidate]:
    """Return rough maps, the best first: all eight orientations, or small angles when `turned`."""
    finder = _Finder(source)
    if turned:
        found = [finder.at(edited, *trial) for trial in _turned(source.size, edited.size)]
    else:
        found = [finder.at(edited, *trial) for trial in _upright(source.size, edited.size)]
    return sorted(found, key=lambda candidate: -candidate.likeness)


Trial = tuple[Affine, Size]
"""A linear map from the edit to an upright edit, and the size of that in pixels of the source."""


def _upright(source: Size, edited: Size) -> Iterator[Trial]:
    for mirrored in (False, True):
        for quarters in range(4):
            width, height = edited if quarters % 2 == 0 else edited[::-1]
            for size in _sizes(source, (width, height)):
                yield oriented((1, 1), quarters, mirrored), size


def _turned(source: Size, edited: Size) -> Iterator[Trial]:
    for angle in _ANGLES:
        turn = np.radians(angle)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        rotation = Affine(cos, -sin, 0, sin, cos, 0)
        for size in (edited, source):
            if _fits(size, source):
                yield rotation, size


def _sizes(source: Size, edited: Size) -> Iterable[Size]:
    """How large the edit may be in pixels of the source."""
    fit = min(source[0] / edited[0], source[1] / edited[1])
    exact = [source, edited]
    scaled = [(round(edited[0] * fit * s), round(edited[1] * fit * s)) for s in _SCALES]
    return [size for size in exact + scaled if _fits(size, source)]


def _fits(size: Size, source: Size) -> bool:
    least = 0.25 * min(source)
    return least <= size[0] <= source[0] * 1.02 and least <= size[1] <= source[1] * 1.02


class _Finder:
    """Finds where an edit of a given size lies in the source, by correlation."""

    def __init__(self, source: Image.Image) -> None:
        self._size = source.size
        self._scale = _SIDE / max(source.size)
        size = tuple(max(8, round(length * self._scale)) for length in source.size)
        self._feature = feature(luma(source.resize((size[0], size[1]), Image.Resampling.BOX)))
        self._pad = (128, 128)
        self._transform = np.fft.rfft2(self._feature, self._pad)
        self._power = np.fft.rfft2(self._feature**2, self._pad)

    def at(self, edited: Image.Image, linear: Affine, size: Size) -> Candidate:
        """Place the edit, made upright by a linear map and that large in source pixels."""
        width, height = (max(8, round(length * self._scale)) for length in size)
        affine = _centred(linear, edited.size, (width, height))
        small = _warp(edited, affine, (width, height))
        template, known = feature(luma(small)), _known(affine, (width, height), edited.size)
        template = (template - np.float32(template.mean())) * known
        place, likeness = self._best(template, known)
        put = Affine.scaling(1 / self._scale, 1 / self._scale).after(
            Affine.shift(*place).after(affine.inverse())
        )
        return Candidate(put, likeness)

    def _best(self, template: Plane, known: Plane) -> tuple[tuple[int, int], float]:
        across = np.conj(np.fft.rfft2(template, self._pad))
        both = np.fft.irfft2(self._transform * across, self._pad)
        mask = np.conj(np.fft.rfft2(known, self._pad))
        power = np.fft.irfft2(self._power * mask, self._pad)
        own = float((template**2).sum())
        score = np.abs(both) / np.sqrt(np.maximum(power, 0.05 * own + 1e-9) * (own + 1e-9))
        rows = self._reach(self._feature.shape[0] - template.shape[0])
        columns = self._reach(self._feature.shape[1] - template.shape[1])
        near: NDArray[np.float64] = score[np.ix_(rows, columns)]
        row, column = np.unravel_index(int(near.argmax()), near.shape)
        place = int(columns[column]), int(rows[row])
        return place, float(min(1.0, near[row, column]))

    @staticmethod
    def _reach(slack: int) -> NDArray[np.intp]:
        """Shifts to look at: inside the source, give or take two pixels."""
        return np.arange(min(0, slack) - 2, max(0, slack) + 3)


def _centred(linear: Affine, edited: Size, size: Size) -> Affine:
    """The map from an upright view of `size` back to the edit, centre to centre."""
    columns, rows = abs(linear.inverse().a) > 0.7, abs(linear.inverse().e) > 0.7
    upright = edited if columns and rows else edited[::-1]
    scale = Affine.scaling(upright[0] / size[0], upright[1] / size[1])
    inner = Affine.shift(-upright[0] / 2, -upright[1] / 2).after(scale)
    back = Affine(linear.inverse().a, linear.inverse().b, 0, linear.inverse().d, linear.inverse().e)
    return Affine.shift(edited[0] / 2, edited[1] / 2).after(back).after(inner)


def _warp(image: Image.Image, affine: Affine, size: Size) -> Image.Image:
    shrink = max(1, int(affine.scale / 2))
    small = image.reduce(shrink) if shrink > 1 else image
    scaled = Affine.scaling(small.width / image.width, small.height / image.height).after(affine)
    return small.transform(
        size, Image.Transform.AFFINE, scaled.coefficients, Image.Resampling.BILINEAR
    )


def _known(affine: Affine, size: Size, edited: Size) -> Plane:
    x, y = np.meshgrid(
        np.arange(size[0], dtype=np.float64) + 0.5, np.arange(size[1], dtype=np.float64) + 0.5
    )
    points = affine.apply(np.stack([x.ravel(), y.ravel()], axis=1))
    inside = ((points >= 0) & (points <= np.array(edited))).all(axis=1)
    return inside.reshape(size[1], size[0]).astype(np.float32)

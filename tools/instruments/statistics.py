"""Tones and colours of a picture, and how those of an edit follow from those of its source."""

from dataclasses import dataclass
from math import atan2, degrees, hypot

import numpy as np
from numpy.typing import NDArray

from .arrays import Bytes, Plane, Planes, weighted_mean, weighted_std
from .colour import chroma as chroma_of

_CLIP = 254  # of 255
_DARK = 14  # of 255: what is darker in the source has no drawing to lose
_BINS = 24


@dataclass(frozen=True, slots=True)
class Tones:
    """Weighted statistics of OKLab; lightness runs from 0 to 1."""

    lightness: float
    contrast: float
    """Standard deviation of lightness."""

    chroma: float
    """Mean distance from grey."""

    tint: float
    """Mean a: green is negative, magenta positive."""

    warmth: float
    """Mean b: blue is negative, yellow positive."""


def tones(lab: Planes, weights: Plane) -> Tones:
    """Measure a picture, or the part of it that weighs."""
    lightness = lab[..., 0]
    return Tones(
        lightness=weighted_mean(lightness, weights),
        contrast=weighted_std(lightness, weights),
        chroma=weighted_mean(chroma_of(lab), weights),
        tint=weighted_mean(lab[..., 1], weights),
        warmth=weighted_mean(lab[..., 2], weights),
    )


@dataclass(frozen=True, slots=True)
class ColourMap:
    """How colours moved: (a, b) was scaled, turned and shifted, in this order."""

    scale: float
    """1 where chroma stayed; 1 too for a picture without colour, which cannot tell."""

    turn: float
    """Degrees, positive from red towards yellow."""

    tint: float
    """What was added to a."""

    warmth: float
    """What was added to b."""


def colour_map(before: Planes, after: Planes, weights: Plane) -> ColourMap:
    """Fit scale, turn and shift to the movement of (a, b) by least squares.

    Separates a cast from a change of saturation, which mean values alone cannot. Pixels that do
    not follow (repainted ones) lose their weight over three rounds.
    """
    old = before[..., 1] + 1j * before[..., 2]
    new = after[..., 1] + 1j * after[..., 2]
    heavy = weights
    factor, shift = 1 + 0j, 0j
    for _ in range(3):
        factor, shift = _fit(old, new, heavy)
        gap = np.abs(new - factor * old - shift)
        heavy = (weights / (1 + (gap / 0.03) ** 2)).astype(np.float32)
    return ColourMap(abs(factor), degrees(atan2(factor.imag, factor.real)), shift.real, shift.imag)


_Complex = np.ndarray[tuple[int, ...], np.dtype[np.complex128]]


def _fit(old: _Complex, new: _Complex, weights: Plane) -> tuple[complex, complex]:
    total = float(weights.sum())
    if total <= 0:
        return 1 + 0j, 0j

    centre_old = complex((old * weights).sum() / total)
    centre_new = complex((new * weights).sum() / total)
    apart = old - centre_old
    spread = float((np.abs(apart) ** 2 * weights).sum()) / total
    both = complex(((new - centre_new) * np.conj(apart) * weights).sum() / total)
    quiet = 1e-5  # variance of a picture that is grey but for noise
    factor = (both + quiet) / (spread + quiet)
    return factor, centre_new - factor * centre_old


def tone_curve(before: Plane, after: Plane, weights: Plane) -> tuple[Plane, Plane, Plane]:
    """How lightness moved: inputs, mean outputs, and the weight of each (24 bins, empty ones out)."""
    place = np.clip((before * _BINS).astype(np.intp), 0, _BINS - 1).ravel()
    heavy = np.bincount(place, weights.ravel(), _BINS)
    inputs = np.bincount(place, (before * weights).ravel(), _BINS)
    outputs = np.bincount(place, (after * weights).ravel(), _BINS)
    full = heavy > max(1e-9, 0.0005 * float(heavy.sum()))
    x, y = inputs[full] / heavy[full], outputs[full] / heavy[full]
    return x.astype(np.float32), y.astype(np.float32), heavy[full].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Clipping:
    """Shares of the picture, 0 to 1, that lost their tones against the source."""

    highlights: float
    shadows: float


def new_clipping(before: Bytes, after: Bytes, known: Plane) -> Clipping:
    """Pixels that reached the end of the scale and were not there before.

    A highlight is lost when two of three channels are full, a shadow when all are empty; and when
    the source still had something to lose there.
    """
    total = max(1.0, float(known.sum()))
    full = _full(after, _CLIP) & ~_full(before, _CLIP - 4)
    empty = (after <= 255 - _CLIP).all(axis=-1) & (before >= _DARK).any(axis=-1)
    return Clipping(float((full * known).sum()) / total, float((empty * known).sum()) / total)


def _full(pixels: Bytes, level: int) -> NDArray[np.bool_]:
    full: NDArray[np.bool_] = (pixels >= level).sum(axis=-1) >= 2
    return full


def colour_distance(one: Planes, other: Planes) -> Plane:
    """Distance in OKLab, pixel by pixel."""
    return np.asarray(np.sqrt(((one - other) ** 2).sum(axis=-1)), dtype=np.float32)


def mean_shift(before: Planes, after: Planes, weights: Plane) -> float:
    """How far the mean colour moved in (a, b)."""
    old, new = tones(before, weights), tones(after, weights)
    return hypot(new.tint - old.tint, new.warmth - old.warmth)

"""Detail, noise, haloes, banding and blocks, on luma (0 to 1) at full size."""

import numpy as np
from numpy.typing import NDArray

from .arrays import Plane, gaussian

_LEVEL = 1 / 255
_UNSEEN = 20 / 255  # luma below which a step of a few levels is not seen: 1 % of white's light
_BLOCK = 8  # pixels: JPEG's


def fine_detail(field: Plane, radius: float = 1.0) -> float:
    """Standard deviation of what a Gaussian of that radius would remove."""
    return float((field - gaussian(field, radius)).std())


def noise(field: Plane) -> float:
    """Standard deviation of the noise, from the flattest fifth of the picture; NaN where all of it
    is black or white, which shows no noise.

    The mask is Immerkaer's (1996, "Fast noise variance estimation"), which cancels ramps.
    """
    if min(field.shape) < 2 * _BLOCK:
        return float("nan")
    two = np.float32(2)
    rows = field[:-2] - two * field[1:-1] + field[2:]
    both: Plane = (rows[:, :-2] - two * rows[:, 1:-1] + rows[:, 2:]).astype(np.float32)
    tone = _blocks(field[1:-1, 1:-1]).mean(axis=(1, 3))
    power = _blocks(both * both).mean(axis=(1, 3))[(tone > 0.03) & (tone < 0.97)]
    if power.size < 4:
        return float("nan")
    return float(np.sqrt(np.percentile(power, 20)) / 6) * 1.1  # the fifth lies 10 % below the mean


def _blocks(field: Plane) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    rows, columns = field.shape[0] // _BLOCK, field.shape[1] // _BLOCK
    return field[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)


def halo(before: Plane, after: Plane) -> float:
    """Bright and dark seams along strong edges, in luma (0 to 1), beyond those of the source.

    `before` has to have the tones of the edit already. Seams are what a morphological opening or
    closing of eleven pixels removes; tones that merely differ on both sides of an edge leave none.
    """
    edge = (_extreme(before, 3, np.maximum) - _extreme(before, 3, np.minimum)) > 0.15
    if np.count_nonzero(edge) < 0.002 * edge.size:
        return 0.0
    return max(0.0, _seams(after, edge) - 1.1 * _seams(before, edge))


def _seams(field: Plane, edge: NDArray[np.bool_]) -> float:
    opened = _extreme(_extreme(field, 5, np.minimum), 5, np.maximum)
    closed = _extreme(_extreme(field, 5, np.maximum), 5, np.minimum)
    bright, dark = (field - opened)[edge], (closed - field)[edge]
    return float(np.sqrt((bright * bright + dark * dark).mean()))


def _extreme(field: Plane, reach: int, pick: np.ufunc) -> Plane:
    """The largest or smallest value within `reach` pixels each way, by doubling windows."""
    for axis in (0, 1):
        pads = [(0, 0), (0, 0)]
        pads[axis] = (reach, reach)
        window = np.moveaxis(np.pad(field, pads, mode="edge"), axis, 0)
        length, width = field.shape[axis], 1
        while 2 * width <= 2 * reach + 1:
            window = pick(window[:-width], window[width:])
            width *= 2
        rest = 2 * reach + 1 - width
        field = np.moveaxis(pick(window[:length], window[rest : rest + length]), 0, axis)
    return field


def banding(before: Plane, after: Plane) -> float:
    """Steps in what was smooth: 0 (none) to 1 (only flat bands are left).

    In smooth parts of the source: the share of the edit's variation that jumps by three levels or
    more where the source went one level at most, times the share of neighbours that are equal. Small
    smooth parts count less, and so do those next to black, where no screen shows such steps.
    """
    smooth = (_extreme(before, 4, np.maximum) - _extreme(before, 4, np.minimum)) < 12 * _LEVEL
    smooth &= after > _UNSEEN
    found = 0.0
    for axis in (0, 1):
        inside = smooth[1:] if axis == 0 else smooth[:, 1:]
        old = np.abs(np.diff(before, axis=axis))[inside]
        new = np.abs(np.diff(after, axis=axis))[inside]
        total = float(new.sum())
        if total > 0:
            steps = (new > 2.6 * _LEVEL) & (old < 1.6 * _LEVEL)
            found = max(found, float(new[steps].sum()) / total * float((new < 0.3 * _LEVEL).mean()))
    return found * min(1.0, float(smooth.mean()) / 0.15)


def blockiness(field: Plane) -> float:
    """How much stronger the steps on JPEG's grid are than those beside it; 0 is not at all.

    The field has to begin on the grid.
    """
    found = 0.0
    for axis in (0, 1):
        jumps = np.abs(np.diff(field, axis=axis))
        lines = jumps.mean(axis=1 - axis)
        place = np.arange(lines.size, dtype=np.intp) % _BLOCK
        on, off = lines[place == _BLOCK - 1], lines[(place != _BLOCK - 1)]
        if on.size and off.size:
            found += float(np.median(on) / (np.median(off) + 0.1 * _LEVEL)) - 1
    return max(0.0, found / 2)

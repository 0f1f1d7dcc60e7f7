"""Sub-pixel refinement of a map between two pictures (Lucas and Kanade 1981, robust weights)."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .affine import Affine, Size
from .arrays import Plane
from .features import correlation, sample, small_feature

_ROBUST = 1.0  # feature units: residuals above this count less


def refine(
    source: Image.Image, edited: Image.Image, start: Affine, *, side: int, rounds: int
) -> tuple[Affine, float]:
    """Improve a map from edit pixels to source pixels.

    Works on views whose longer side has `side` pixels for the edit, and the matching density for
    the source.

    Returns:
        The map and the likeness (0 to 1) of the features under it.
    """
    edit_size = shrunk(edited.size, side / max(edited.size))
    density = edit_size[0] / edited.size[0] / start.scale
    source_size = shrunk(source.size, density)
    moving, fixed = small_feature(source, source_size), small_feature(edited, edit_size)
    to_source = Affine.scaling(source_size[0] / source.size[0], source_size[1] / source.size[1])
    from_edit = Affine.scaling(edited.size[0] / edit_size[0], edited.size[1] / edit_size[1])
    local = to_source.after(start).after(from_edit)
    local, likeness = _descend(moving, fixed, local, rounds)
    return to_source.inverse().after(local).after(from_edit.inverse()), likeness


def shrunk(size: Size, scale: float) -> Size:
    """A size scaled, at most to itself, at least 8 pixels."""
    scale = min(1.0, scale)
    width, height = (max(8, round(length * scale)) for length in size)
    return width, height


def _descend(moving: Plane, fixed: Plane, local: Affine, rounds: int) -> tuple[Affine, float]:
    slope_y, slope_x = _slope(moving, 0), _slope(moving, 1)
    size = fixed.shape[1], fixed.shape[0]
    best, best_likeness = local, _likeness(moving, fixed, local, size)
    for _ in range(rounds):
        step = _step(moving, slope_x, slope_y, fixed, local)
        if step is None:
            break
        local = Affine.of_matrix(local.matrix + step)
        likeness = _likeness(moving, fixed, local, size)
        if likeness > best_likeness:
            best, best_likeness = local, likeness
        corner = float(np.abs(step[:2] @ np.array([size[0], size[1], 1.0])).max())
        if corner < 0.01 or likeness < best_likeness - 0.2:
            break
    return best, best_likeness


def _slope(field: Plane, axis: int) -> Plane:
    pads = [(0, 0), (0, 0)]
    pads[axis] = (1, 1)
    wide = np.pad(field, pads, mode="edge")
    return (wide[2:] - wide[:-2] if axis == 0 else wide[:, 2:] - wide[:, :-2]) * np.float32(0.5)


def _likeness(moving: Plane, fixed: Plane, local: Affine, size: Size) -> float:
    seen, known = sample(moving, local, size)
    if float(known.mean()) < 0.25:
        return 0.0
    return abs(correlation(seen, fixed, known))  # a negative has the same structure


def _step(
    moving: Plane, slope_x: Plane, slope_y: Plane, fixed: Plane, local: Affine
) -> NDArray[np.float64] | None:
    """One Gauss-Newton step of the six numbers, or None where the pictures do not determine it."""
    height, width = fixed.shape
    seen, known = sample(moving, local, (width, height))
    across, _ = sample(slope_x, local, (width, height))
    down, _ = sample(slope_y, local, (width, height))
    gain = float((seen * fixed * known).sum()) / max(1e-9, float((seen * seen * known).sum()))
    if abs(gain) < 1e-3:
        return None
    error = fixed - np.float32(gain) * seen
    weights = (known / (1 + (error / _ROBUST) ** 2)).ravel()
    x = (np.arange(width, dtype=np.float32) + np.float32(0.5)) / np.float32(width)
    y = (np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)) / np.float32(height)
    parts = [across * x, across * y, across, down * x, down * y, down]
    jacobian = np.stack([part.ravel() for part in parts], axis=1) * np.float32(gain)
    heavy = jacobian * weights[:, None]
    normal = heavy.T @ jacobian
    normal += np.eye(6) * 1e-4 * float(np.trace(normal)) / 6
    numbers = np.linalg.solve(normal, heavy.T @ error.ravel())
    scaled = numbers.reshape(2, 3) / np.array([width, height, 1.0])
    return np.vstack([scaled, np.zeros((1, 3))])

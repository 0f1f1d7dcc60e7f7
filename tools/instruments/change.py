"""What changed beyond tones and colours: repainted, moved, added or removed content."""

import numpy as np
from numpy.typing import NDArray

from .arrays import Plane, Planes, gaussian
from .statistics import colour_distance

NOTICED = 0.06
"""Distance in OKLab beyond which a pixel counts as changed; three times what an eye notices."""

_ROUNDS = 4
_SAMPLES = 3_000


def unexplained(before: Planes, after: Planes, known: Plane, *, places: bool = False) -> Plane:
    """How far each pixel is from where one smooth colour transform would have put it.

    The transform is a polynomial of the source's OKLab, fitted so that pixels which do not follow
    it lose their weight: a global edit leaves (nearly) nothing, a repainted object remains. Fine
    texture is smoothed away first, so that grain and sharpening do not count.

    Args:
        before: OKLab of the source.
        after: OKLab of the edit.
        known: Weights; what weighs nothing is neither fitted nor reported.
        places: Let the transform depend on the place too (a vignette, a graduated light).
    """
    old, new, weights = _coarse(before), _coarse(after), _coarse(known[..., None])[..., 0]
    terms = _terms(old, places)
    flat = terms.reshape(-1, terms.shape[-1])
    picked = np.arange(0, flat.shape[0], max(1, flat.shape[0] // _SAMPLES))
    fit = _fit_weights(flat[picked], new.reshape(-1, 3)[picked], weights.ravel()[picked])
    expected = (flat @ fit.astype(np.float32)).reshape(new.shape)
    gaps = colour_distance(new, expected) * (weights > 0.98)  # at the edges two things are mixed
    rows, columns = known.shape
    full = np.repeat(np.repeat(gaps, 2, axis=0), 2, axis=1)
    pads = (0, rows - full.shape[0]), (0, columns - full.shape[1])
    return np.pad(full, pads, mode="edge") * known


def _coarse(field: Planes) -> Planes:
    """Half the size, and smooth enough that grain and sharpening vanish."""
    rows, columns = field.shape[0] // 2 * 2, field.shape[1] // 2 * 2
    even = field[:rows, :columns]
    half = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) * np.float32(
        0.25
    )
    return np.stack([gaussian(half[..., k], 0.7) for k in range(half.shape[-1])], axis=-1)


def changed_share(gaps: Plane, weights: Plane) -> float:
    """The share of the weighted picture whose gap is noticed, 0 to 1."""
    total = float(weights.sum())
    return float(((gaps > NOTICED) * weights).sum()) / total if total > 0 else 0.0


def _terms(lab: Planes, places: bool) -> Planes:
    light, a, b = lab[..., 0], lab[..., 1] * 3, lab[..., 2] * 3
    one = np.ones_like(light)
    terms = [one, light, a, b, light**2, a * a, b * b, light * a, light * b, a * b, light**3]
    if places:
        height, width = light.shape
        x = np.broadcast_to(np.linspace(-1, 1, width, dtype=np.float32), light.shape)
        y = np.broadcast_to(np.linspace(-1, 1, height, dtype=np.float32)[:, None], light.shape)
        far = (x * x + y * y) / 2
        terms += [x, y, far, far**2, far * light, far**2 * light, far * a, far * b]
    return np.stack(terms, axis=-1)


def _fit_weights(
    terms: NDArray[np.floating], target: NDArray[np.floating], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
    terms, target = terms.astype(np.float64), target.astype(np.float64)
    heavy = weights.astype(np.float64)
    found = np.zeros((terms.shape[1], 3))
    for _ in range(_ROUNDS):
        side = terms * heavy[:, None]
        normal = side.T @ terms + 1e-6 * max(1.0, float(heavy.sum())) * np.eye(terms.shape[1])
        found = np.linalg.solve(normal, side.T @ target).astype(np.float64)
        gap = np.sqrt(((target - terms @ found) ** 2).sum(axis=1))
        heavy = weights / (1 + (gap / 0.03) ** 2)
    return found

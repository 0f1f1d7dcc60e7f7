"""Goals on lightness. Effects are per cent of what the source has, unless a unit says otherwise."""

from math import log2, nan

import numpy as np

from ...tools.instruments.arrays import Plane, gaussian, weighted_mean, weighted_percentile
from ...tools.instruments.colour import lightness, smoothstep
from ...tools.retouch.monotone import monotone_cubic
from ...tools.retouch.photometric import (
    Blacks,
    Brightness,
    Clarity,
    Contrast,
    Curve,
    Exposure,
    Highlights,
    Shadows,
    Vignette,
    Whites,
)
from .goal import Band, effect
from .scene import Scene

Tonal = (
    Exposure
    | Brightness
    | Contrast
    | Highlights
    | Shadows
    | Whites
    | Blacks
    | Curve
    | Clarity
    | Vignette
)

_EDGE = 0.04
"""Standard deviation of lightness around a pixel from which it counts as next to an edge."""

_SOFT_END = 0.8  # lightness above which exposure may be rolled off


def exposure_stops(scene: Scene, stops: float) -> float:
    """Measured stops: the ratio of linear light, where the gain had room below white."""
    before, after = lightness(scene.before), lightness(scene.after)
    room = scene.weights * (before * 2 ** (max(0.0, stops) / 3) < _SOFT_END)
    if float(room.sum()) < 0.05 * float(scene.weights.sum()):
        room = scene.weights
    old, new = weighted_mean(before**3, room), weighted_mean(after**3, room)
    return log2(max(new, 1e-9) / max(old, 1e-9))


def mean_lightness(scene: Scene) -> float:
    """Per cent that the mean lightness rose."""
    return _percent(scene.new.lightness, scene.old.lightness)


def contrast(scene: Scene) -> float:
    """Per cent that the standard deviation of lightness rose."""
    return _percent(scene.new.contrast, scene.old.contrast)


def highlights(scene: Scene) -> float:
    """Per cent that the source's bright parts rose; NaN where it has none."""
    return _zone(scene, smoothstep(lightness(scene.before), 0.55, 0.75))


def shadows(scene: Scene) -> float:
    """Per cent that the source's dark parts rose; NaN where it has none."""
    return _zone(scene, smoothstep(lightness(scene.before), 0.55, 0.35))


def _zone(scene: Scene, mask: Plane) -> float:
    zone = scene.part(mask)
    if zone.share < 0.01 * max(scene.share, 0.05):
        return nan
    return _percent(
        weighted_mean(lightness(scene.after), zone.weights),
        weighted_mean(lightness(scene.before), zone.weights),
    )


def end_shift(scene: Scene, amount: float, *, white: bool) -> tuple[float, float]:
    """Measured and expected shift of lightness, in hundredths, near the white or black end.

    The end itself is left out: what reaches it is clipped. The shift is taken to fall off with
    the cube of the distance from the end.
    """
    before = lightness(scene.before)
    shares = (0.85, 0.98) if white else (0.02, 0.15)
    low, high = (weighted_percentile(before, scene.weights, share) for share in shares)
    weights = scene.weights * ((before >= low) & (before <= high))
    reach = before**3 if white else (1 - before) ** 3
    moved = weighted_mean(lightness(scene.after) - before, weights) * 100
    return moved, weighted_mean(reach, weights) * amount / 4


def curve_strength(scene: Scene, curve: Curve) -> float:
    """Per cent of the curve's displacement that is found in the picture's own tone curve."""
    x, y, heavy = scene.curve
    if curve.channel != "lightness":
        x, y, heavy = _channel_curve(scene, ("red", "green", "blue").index(curve.channel))
    wanted = monotone_cubic(curve.points)(x) - x
    power = float((heavy * wanted**2).sum())
    return 100 * float((heavy * wanted * (y - x)).sum()) / power if power > 1e-9 else nan


def _channel_curve(scene: Scene, channel: int) -> tuple[Plane, Plane, Plane]:
    from ...tools.instruments.statistics import tone_curve

    before = scene.pair.before_bytes[..., channel].astype(np.float32) / np.float32(255)
    after = scene.pair.after_bytes[..., channel].astype(np.float32) / np.float32(255)
    return tone_curve(before, after, scene.weights)


def clarity(scene: Scene) -> float:
    """Per cent that the local contrast of midtones rose, at 2 % of the picture's size.

    Strong edges and what lies near them do not vote: clarity leaves them alone, lest they get
    haloes.
    """
    x, y, _ = scene.curve
    before = np.interp(lightness(scene.before), x, y).astype(np.float32)
    after = lightness(scene.after)
    radius = 0.02 * max(before.shape)
    old, new = before - gaussian(before, radius), after - gaussian(after, radius)
    busy = gaussian(np.asarray(old * old, np.float32), radius) / _EDGE**2
    weights = scene.weights * np.exp(-busy) * (4 * before * (1 - before)) ** 2
    power = float((weights * old * old).sum())
    return 100 * (float((weights * old * new).sum()) / power - 1) if power > 1e-6 else nan


def vignette(scene: Scene) -> float:
    """Per cent that the corners darkened against the centre."""
    rows, columns = scene.weights.shape
    x = np.linspace(-1, 1, columns, dtype=np.float32)
    y = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    far = np.sqrt((x * x + y * y) / 2)
    ratios: list[float] = []
    for mask in (far > 0.88, far < 0.3):
        weights = scene.weights * mask
        new = weighted_mean(lightness(scene.after), weights)
        ratios.append(new / max(1e-3, weighted_mean(lightness(scene.before), weights)))
    return 100 * (1 - ratios[0] / max(1e-3, ratios[1]))


def share_band(target: float, exact: bool, *, least: float, part: float = 0.15) -> Band:
    """A band for per cents: `part` of the target or `least`, wider where the user was vague."""
    room = max(least, part * abs(target))
    if exact:
        return effect(target, room, room)
    return effect(target, max(room, 0.5 * abs(target)), max(room, 0.6 * abs(target)))


def _percent(new: float, old: float) -> float:
    return 100 * (new / old - 1) if old > 1e-4 else nan

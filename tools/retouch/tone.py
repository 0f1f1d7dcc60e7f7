"""Operations on lightness: each becomes one curve, fitted to the picture that it is applied to.

All curves rise everywhere, so no two tones change places, and all but whites and blacks leave
black at 0 and white at 1. Those that lift have a shoulder instead of a cut at white.
"""

from math import exp, log
from typing import assert_never

import numpy as np

from ..instruments.colour import Floats, Reals, smoothstep
from .monotone import monotone_cubic
from .photometric import Blacks, Brightness, Contrast, Curve, Exposure, Highlights, Shadows, Whites
from .tally import Curve as ToneCurve
from .tally import Tally, solve

Tone = Exposure | Brightness | Contrast | Highlights | Shadows | Whites | Blacks | Curve

_KNEE = 0.8
"""Lightness above which a shoulder may begin."""

_STEEPEST = 12.0
"""Slope at black of the strongest brightness curve, and at the mean of the strongest contrast."""

_WHITE_SHARE = 0.6
"""How far pure white follows when highlights are lowered: fully, it would turn into flat grey."""


def tone_curve(operation: Tone, tally: Tally) -> ToneCurve:
    """Return the curve that does to this distribution of lightness what the operation promises."""
    match operation:
        case Exposure():
            return _exposed(2.0 ** (operation.stops / 3))
        case Brightness():
            return _brightness(operation.amount, tally)
        case Contrast():
            return _contrast(operation.amount, tally)
        case Highlights():
            return _highlights(operation.amount, tally)
        case Shadows():
            return _shadows(operation.amount, tally)
        case Whites():
            return lambda x: _unit(x + np.float32(operation.amount / 400) * x**3)
        case Blacks():
            return lambda x: _unit(x + np.float32(operation.amount / 400) * (1 - x) ** 3)
        case Curve():
            return monotone_cubic(operation.points)
        case _:
            assert_never(operation)


def shoulder(top: float) -> ToneCurve:
    """Leave what is below the knee, and lead the rest, up to `top` (above 1), smoothly into 1."""
    room = 1 - _KNEE
    bend = (top - 1) / (room * (top - _KNEE)) if top > 1 else 0.0

    def curve(x: Floats) -> Floats:
        over = np.maximum(x - np.float32(_KNEE), 0)
        return _unit(np.minimum(x, np.float32(_KNEE)) + over / (1 + np.float32(bend) * over))

    return curve


def _exposed(gain: float) -> ToneCurve:
    """OKLab is the cube root of light, so light times 2**stops is lightness times 2**(stops/3)."""
    end = shoulder(gain)
    return lambda x: end(x * np.float32(gain))


def _lifted(steepness: float) -> ToneCurve:
    """A hyperbola through black and white: slope `steepness` at black, its inverse at white."""
    k = np.float32(steepness)
    return lambda x: _unit(k * x / (1 + (k - 1) * x))


def _brightness(amount: float, tally: Tally) -> ToneCurve:
    target = tally.mean() * (1 + amount / 100)
    limit = log(_STEEPEST)
    found = solve(lambda s: tally.mean(_lifted(exp(s))), target, -limit, limit)
    return _lifted(exp(found))


def _contrast(amount: float, tally: Tally) -> ToneCurve:
    mean = tally.mean()
    if amount <= 0:
        part = np.float32(1 + amount / 100)
        return lambda x: _unit(np.float32(mean) + part * (x - np.float32(mean)))
    target = tally.spread() * (1 + amount / 100)
    pivot = mean
    for _ in range(3):  # a pivot that stayed would let the mean of a lopsided picture drift
        slope = _slope_for(target, pivot, tally)
        pivot = _pivot_for(mean, slope, tally)
    return _sigmoid(_slope_for(target, pivot, tally), pivot)


def _slope_for(spread: float, pivot: float, tally: Tally) -> float:
    return solve(lambda slope: tally.spread(_sigmoid(slope, pivot)), spread, 1.0, _STEEPEST)


def _pivot_for(mean: float, slope: float, tally: Tally) -> float:
    """The higher the pivot, the darker the picture."""
    return 1 - solve(lambda rest: tally.mean(_sigmoid(slope, 1 - rest)), mean, 0.05, 0.95)


def _sigmoid(slope: float, pivot: float) -> ToneCurve:
    """A straight line in log odds: black, white and the pivot stay, `slope` is that at the pivot."""
    odds = np.float32(pivot / (1 - pivot))

    def curve(x: Floats) -> Floats:
        inside = np.clip(x, 0.0, 0.9999)
        power = (inside / (1 - inside) / odds) ** np.float32(slope)
        return np.where(x >= 1, np.float32(1), power * odds / (1 + power * odds))

    return curve


def bright_part(x: Floats) -> Floats:
    """The soft mask of the highlights."""
    return smoothstep(x, 0.55, 0.75)


def dark_part(x: Floats) -> Floats:
    """The soft mask of the shadows."""
    return smoothstep(x, 0.55, 0.35)


def _highlights(amount: float, tally: Tally) -> ToneCurve:
    bright = tally.within(bright_part)
    target = bright.mean() * (1 + amount / 100)
    if amount > 0:
        return _bright_lift(solve(lambda s: bright.mean(_bright_lift(s)), target, 0.0, 0.95))
    return _bright_drop(solve(lambda s: -bright.mean(_bright_drop(s)), -target, 0.0, 0.4))


def _bright_lift(part: float) -> ToneCurve:
    return lambda x: _unit(x + np.float32(part) * smoothstep(x, 0.4, 0.8) * (1 - x))


def _bright_drop(drop: float) -> ToneCurve:
    start = min(0.45, 0.8 - 1.7 * drop)  # a deeper drop needs a longer slope to keep rising

    def curve(x: Floats) -> Floats:
        mask = smoothstep(x, start, 0.8) * (1 - (1 - _WHITE_SHARE) * smoothstep(x, 0.8, 1.0))
        return _unit(x - np.float32(drop) * mask)

    return curve


def _shadows(amount: float, tally: Tally) -> ToneCurve:
    dark = tally.within(dark_part)
    target = dark.mean() * (1 + amount / 100)
    if amount > 0:
        return _dark_lift(solve(lambda s: dark.mean(_dark_lift(s)), target, 0.0, 0.4))
    return _dark_drop(solve(lambda s: -dark.mean(_dark_drop(s)), -target, 0.0, 1.0))


def _dark_lift(lift: float) -> ToneCurve:
    end = max(0.6, 0.2 + 1.7 * lift)

    def curve(x: Floats) -> Floats:
        rise = 1 - np.square(1 - np.minimum(x / np.float32(0.2), 1))  # black itself stays
        return _unit(x + np.float32(lift) * rise * smoothstep(x, end, 0.2))

    return curve


def _dark_drop(part: float) -> ToneCurve:
    return lambda x: _unit(x * (1 - np.float32(part) * smoothstep(x, 0.6, 0.15)))


def _unit(x: Reals) -> Floats:
    return np.asarray(np.clip(x, 0.0, 1.0), np.float32)

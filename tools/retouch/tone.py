"""Operations on lightness: each becomes one curve, fitted to the picture that it is applied to.

All curves rise everywhere, so no two tones change places, and all but whites, blacks and less
contrast leave black at 0 and white at 1. Those that lift have a shoulder instead of a cut at white.
"""

from math import exp, log
from typing import assert_never

import numpy as np

from ..instruments.colour import Floats, Reals
from .monotone import monotone_cubic
from .photometric import Blacks, Brightness, Contrast, Curve, Exposure, Whites
from .tally import Curve as ToneCurve
from .tally import Tally, solve

Tone = Exposure | Brightness | Contrast | Whites | Blacks | Curve

_KNEE = 0.8
"""Lightness above which a shoulder may begin."""

_STEEPEST = 12.0
"""Slope at the mean of the strongest contrast."""


def tone_curve(operation: Tone, tally: Tally) -> ToneCurve:
    """Return the curve that does to this distribution of lightness what the operation promises."""
    match operation:
        case Exposure():
            return _exposed(2.0 ** (operation.stops / 3))
        case Brightness():
            return _brightness(operation.amount, tally)
        case Contrast():
            return _contrast(operation.amount, tally)
        case Whites():
            return lambda x: unit(x + np.float32(operation.amount / 400) * x**3)
        case Blacks():
            return lambda x: unit(x + np.float32(operation.amount / 400) * (1 - x) ** 3)
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
        return unit(np.minimum(x, np.float32(_KNEE)) + over / (1 + np.float32(bend) * over))

    return curve


def _exposed(gain: float) -> ToneCurve:
    """OKLab is the cube root of light, so light times 2**stops is lightness times 2**(stops/3)."""
    end = shoulder(gain)
    return lambda x: end(x * np.float32(gain))


def _lifted(steepness: float) -> ToneCurve:
    """A hyperbola through black and white: slope `steepness` at black, its inverse at white."""
    k = np.float32(steepness)
    return lambda x: unit(k * x / (1 + (k - 1) * x))


def _brightness(amount: float, tally: Tally) -> ToneCurve:
    """A picture that is light already is not driven into white to gain its per cents. One that
    gets darker is, beyond the same limit, darkened like by a grey filter."""
    target = tally.mean() * (1 + amount / 100)
    limit = _brightness_limit(amount)
    bent = _lifted(exp(solve(lambda s: tally.mean(_lifted(exp(s))), target, -limit, limit)))
    if amount >= 0:
        return bent
    rest = np.float32(min(1.0, target / max(tally.mean(bent), 1e-6)))
    return lambda x: rest * bent(x)


def _brightness_limit(amount: float) -> float:
    """Log of the steepest slope at black; two thirds are what a picture of mean 0.5 needs."""
    part = min(abs(amount) / 100, 0.8)
    return 1.5 * log((1 + part) / (1 - part))


def brightness_reach(amount: float, tally: Tally) -> float:
    """Per cent by which `Brightness(amount)` moves the mean lightness of this distribution."""
    mean = tally.mean()
    return 100 * (tally.mean(_brightness(amount, tally)) / mean - 1) if mean > 1e-4 else amount


def _contrast(amount: float, tally: Tally) -> ToneCurve:
    mean = tally.mean()
    if amount <= 0:
        part = np.float32(1 + amount / 100)
        return lambda x: unit(np.float32(mean) + part * (x - np.float32(mean)))
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
    middle = np.float32(log(pivot / (1 - pivot)))

    def curve(x: Floats) -> Floats:
        inside = np.clip(x, 1e-6, 1 - 1e-6)
        odds = middle + np.float32(slope) * (np.log(inside / (1 - inside)) - middle)
        bent = 1 / (1 + np.exp(np.clip(-odds, -60, 60)))
        return np.asarray(np.where(x <= 0, 0, np.where(x >= 1, 1, bent)), np.float32)

    return curve


def unit(x: Reals) -> Floats:
    """Cut off what lies outside 0 to 1."""
    return np.asarray(np.clip(x, 0.0, 1.0), np.float32)


def spread_left(amount: float, tally: Tally) -> float:
    """Which part of the spread of lightness `Brightness(amount)` leaves; over 1 where it adds."""
    spread = tally.spread()
    return tally.spread(_brightness(amount, tally)) / spread if spread > 1e-4 else 1.0

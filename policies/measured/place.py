"""Where a wish is measured, and goals made of what was found there."""

from dataclasses import dataclass

from PIL import Image

from .goal import Band, Goal, Handle
from .scene import Scene
from .wish import Wish


@dataclass(frozen=True, slots=True)
class Place:
    """Where and under which circumstances a wish is measured."""

    scene: Scene
    edited: Image.Image
    slack: float
    """Added to the bands of tones, in per cent: other operations move the same pixels."""

    brighter: float = 0.0
    """Per cents of brightness that were asked for the same pixels."""


def goal_at(
    wish: Wish,
    place: Place,
    name: str,
    unit: str,
    band: Band,
    measured: float,
    *,
    field: str = "amount",
    digits: int = 1,
    weight: float = 1.0,
) -> Goal:
    """A goal of a wish in a place; `field` is the number of the operation that it hangs on."""
    handles = (Handle(wish.index, field),) if field else ()
    return Goal(name, place.scene.where, unit, band, measured, digits, handles, weight)


def widened(band: Band, slack: float) -> Band:
    """A band that forgives more on both sides, but never no effect at all."""
    if not slack:
        return band
    sign = 1.0 if band.target > 0 else -1.0
    low, high = band.low - slack, band.high + slack
    inner = 0.05 * band.target
    low, high = (max(low, inner), high) if sign > 0 else (low, min(high, inner))
    return Band(band.target, low, high, min(band.none_low, low), max(band.none_high, high))

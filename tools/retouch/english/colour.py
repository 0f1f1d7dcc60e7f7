"""Readers for colour that is turned or replaced, tone curves, fixed effects and looks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..photometric import Photometric
from ..recipe import Operation
from ..region import HueName
from .amounts import graded
from .building import operation
from .effects import effect
from .items import Item, Quantity
from .looks import LOOKS, scaled
from .places import COLOUR_HUES, HUE_ANGLES, hue_name
from .regions import confined, hue_region, overlap
from .slots import Slots
from .tries import Unread

_TINTS: Final = {"magenta": 1, "pink": 1, "purple": 1, "green": -1}
_FIXED: Final = ("grayscale", "invert")
_VERBS: Final = {"make", "add", "turn", "shift", "should", "towards"}


def read_towards(slots: Slots, items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "shift the greens towards yellow", "turn the orange to red", "tint towards magenta".

    Raises:
        Unread: the clause is of another kind.
    """
    verbs = set(slots.keys("verb"))
    if not slots.only(verb=3, target=1, hue=2, colour=2) or verbs - {
        "shift",
        "turn",
        "towards",
        "make",
        "add",
        "set",
    }:
        raise Unread
    hues = _hues(slots)
    target = slots.keys("target")
    if target == ("tint",) and len(hues) == 1:
        return (graded("tint", _tint(hues[0]), slots),)
    if target or len(hues) != 2 or not verbs & {"shift", "turn", "towards"}:
        raise Unread("say 'the reds' for red tones, 'the red areas' for a place" if hues else "")
    return (_turned(hues[0], hues[1], slots, full="turn" in verbs),)


def _hues(slots: Slots) -> list[HueName]:
    """The hues that a clause names, in order."""
    found: list[HueName] = []
    for item in slots.core:
        if hue := _hue(item):
            found.append(hue)
    return found


def _hue(item: Item) -> HueName | None:
    if item.kind == "hue":
        return hue_name(item.key)
    if item.kind == "colour":
        if item.key not in COLOUR_HUES:
            raise Unread(f"{item.key} is no hue that a rotation reaches")
        return COLOUR_HUES[item.key]
    return None


def _tint(hue: HueName) -> int:
    if hue not in _TINTS:
        raise Unread("a tint goes towards magenta or green")
    return _TINTS[hue]


def _turned(one: HueName, other: HueName, slots: Slots, full: bool) -> Operation:
    away = (HUE_ANGLES[other] - HUE_ANGLES[one] + 180) % 360 - 180
    if not away:
        raise Unread("it has that hue already")
    if full and slots.number is None and slots.level is None:
        return operation("hue_band", hue=one, degrees=away, region=slots.region)
    turned = graded("band hue", 1, slots, hue=one)
    degrees = getattr(turned, "degrees", 0.0)
    if slots.number is None:
        degrees = min(degrees, abs(away))
    sign = 1 if away > 0 else -1
    return operation("hue_band", hue=one, degrees=sign * degrees, region=slots.region)


def read_band(slots: Slots, items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "adjust the reds (hue 10 degrees, saturation +20%, lightness -5%)".

    Raises:
        Unread: the clause is of another kind.
    """
    names = {"hue": "degrees", "saturation": "saturation", "lightness": "lightness"}
    wrong = set(slots.params) - set(names)
    if wrong or not slots.params or not slots.only(verb=1, hue=8) or slots.keys("verb") != ("set",):
        raise Unread
    if slots.number or slots.level or not slots.keys("hue"):
        raise Unread
    fields = {
        names[name]: float(value.value)
        for name, value in slots.params.items()
        if isinstance(value, Quantity) and value.unit in ("", "deg" if name == "hue" else "%")
    }
    if len(fields) != len(slots.params):
        raise Unread
    bands = slots.keys("hue")
    return tuple(operation("hue_band", hue=hue, region=slots.region, **fields) for hue in bands)


def read_fixed(slots: Slots, items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read black and white, negative, posterize, sepia: effects that need no direction.

    Raises:
        Unread: the clause is of another kind.
    """
    if slots.params or not slots.only(verb=2, target=1, change=1):
        raise Unread
    names = slots.keys("target") + tuple(key.rstrip("+!") for key in slots.keys("change"))
    verbs = set(slots.keys("verb"))
    if len(names) != 1 or verbs - _VERBS:
        raise Unread
    name = names[0]
    if name in _FIXED and slots.number is None and slots.level in (None, "strong"):
        return (operation(name, region=slots.region),)
    if name == "posterize" and slots.number and slots.number.unit in ("", "levels"):
        levels = slots.number.value
        return (operation(name, levels=float(levels), region=slots.region),)
    if name == "posterize":
        raise Unread("say how many levels: 'posterize to 6 levels'")
    if name == "sepia" and not verbs & {"towards", "shift"}:
        return (effect("sepia", 1, replace(slots, goal=False)),)
    raise Unread


def read_curve(slots: Slots, items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "apply the tone curve (0, 0) (0.25, 0.2) (1, 1) to the red channel".

    Raises:
        Unread: the clause is of another kind.
    """
    words = slots.keys("word")
    if slots.keys("target") != ("curve",) or not slots.only(target=1, point=99, verb=1, word=1):
        raise Unread
    if (
        slots.number
        or slots.level
        or slots.params
        or set(slots.keys("verb")) - {"add", "set", "make"}
    ):
        raise Unread
    points = [
        (float(item.pair[0]), float(item.pair[1]))
        for item in slots.core
        if item.kind == "point" and item.pair
    ]
    if not points:
        raise Unread("give the points of the curve: (0, 0) (0.25, 0.2) (1, 1)")
    channel = words[0].removesuffix(" channel") if words else "lightness"
    if words and not words[0].endswith(" channel"):
        raise Unread
    return (operation("curve", points=points, channel=channel, region=slots.region),)


def read_look(slots: Slots, items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read a vague look, alone or confined to a place or a hue.

    Raises:
        Unread: the clause is of another kind.
    """
    looks = slots.keys("look")
    if not looks and slots.keys("verb") == ("improve",) and len(slots.core) == 1:
        looks = ("auto",)
    if len(looks) != 1 or slots.number or slots.params or not slots.only(look=1, verb=3, hue=1):
        raise Unread
    verbs = set(slots.keys("verb"))
    allowed = {"make", "add", "more", "should", "set", "improve"}
    if verbs - (allowed if looks != ("dehaze",) else {"remove", "down", "less"}):
        raise Unread("a look can be asked for, not taken away")
    region = slots.region
    for hue in _hues(slots):
        region = overlap([hue_region(hue), region]) if region else hue_region(hue)
    parts: list[Photometric] = [scaled(part, slots.strength) for part in LOOKS[looks[0]]]
    return tuple(confined(part, region) if region else part for part in parts)

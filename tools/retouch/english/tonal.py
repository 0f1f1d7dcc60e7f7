"""Readers for light and colour: verbs, targets and changes that have a degree."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from ..recipe import Operation
from .amounts import graded
from .building import operation
from .effects import effect
from .items import Item, Quantity
from .places import hue_name
from .regions import TONAL, hue_region, overlap
from .slots import Slots
from .tries import Unread

_UP: Final = {"up": 1, "add": 1, "more": 1, "open": 1, "down": -1, "less": -1, "remove": -1} | {
    "upward": 1,
    "downward": -1,
    "improve": 1,
}
_TONES: Final = ("shadows", "highlights", "whites", "blacks")
_SCALE: Final = {"double": Decimal(100), "triple": Decimal(200), "halve": Decimal(-50)}
_BAND: Final = {"saturation": "band saturation", "vibrance": "band saturation"} | {
    "brightness": "band lightness",
    "exposure": "band lightness",
    "hue": "band hue",
}
_CASTS: Final = {
    "warm cast": ("temperature", -1),
    "cool cast": ("temperature", 1),
    "green cast": ("tint", 1),
    "magenta cast": ("tint", -1),
}
_ADDED: Final = ("vignette", "light vignette", "grain", "blur", "sepia", "denoise")


def direction(slots: Slots) -> int:
    """What the verbs say about a target: 1 more, -1 less, 0 nothing.

    Raises:
        Unread: they say both, or a verb is no matter of degree.
    """
    signs: set[int] = set()
    for key in slots.keys("verb"):
        if key in _UP:
            signs.add(_UP[key])
        elif key not in ("make", "should", "set", "shift", "too", "be", "crush", "touch"):
            raise Unread
    if "touch" in slots.keys("verb") and signs:
        raise Unread
    if {1, -1} <= signs and "add" in slots.keys("verb"):
        signs.discard(1)  # "needs less contrast"
    if len(signs) > 1:
        raise Unread("say 'more' or 'less', not both")
    sign = signs.pop() if signs else 0
    if sign and {"too", "crush"} & set(slots.keys("verb")):
        raise Unread("say what to do about it once")
    return -1 if "too" in slots.keys("verb") and not sign else sign


def change_of(slots: Slots) -> tuple[str, int]:
    """The operation and the sign of the one change in a clause: "less warm" is temperature, -1.

    Raises:
        Unread: there is a verb that does not go with it, or it only says how the picture is.
    """
    (key,) = slots.keys("change")
    cured = key.endswith("!")
    name, sign = key.rstrip("!")[:-1], 1 if key.rstrip("!")[-1] == "+" else -1
    verbs = set(slots.keys("verb"))
    verbs.discard("upward" if sign > 0 else "downward")  # "warm it up", "cool it down"
    if verbs - {"make", "should", "more", "less", "too", "be", "add"}:
        raise Unread
    if cured:
        if verbs & {"make", "should", "less", "add"}:
            raise Unread("say what to do about it")
        return name, sign
    if verbs & {"too", "less"}:
        return name, -sign
    if "be" in verbs and not verbs & {"make", "should", "more"}:
        raise Unread("say whether it should be so, or is too much so")
    return name, sign


def read_change(slots: Slots, items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "warmer", "darken the shadows", "make the reds less saturated".

    Raises:
        Unread: the clause is of another kind.
    """
    if len(slots.keys("change")) != 1 or not slots.only(change=1, verb=3, target=4, hue=8):
        raise Unread
    if scale := next((verb for verb in slots.keys("verb") if verb in _SCALE), None):
        slots = _times(scale, slots)
    name, sign = change_of(slots)
    targets, hues = slots.keys("target"), slots.keys("hue")
    if targets and hues:
        raise Unread
    if hues:
        return tuple(_on_hue(name, sign, hue, slots) for hue in hues)
    if targets:
        return tuple(_on_target(name, sign, target, slots) for target in targets)
    return (effect(name, sign, slots),)


def _times(verb: str, slots: Slots) -> Slots:
    """ "twice as bright": a change by 100 %; "twice as dark" says no amount."""
    (change,) = slots.keys("change")
    if slots.number or slots.level or change[-1] != "+":
        raise Unread
    core = tuple(item for item in slots.core if (item.kind, item.key) != ("verb", verb))
    return replace(slots, core=core, number=Quantity(_SCALE[verb] / 100 + 1, "x"))


def _on_target(name: str, sign: int, target: str, slots: Slots) -> Operation:
    if name == "brightness" and target in _TONES:
        if slots.number and slots.number.unit == "EV":
            return effect("exposure", sign, _within(slots, target))
        return graded(target, sign, slots)
    if target == "saturation" and name in ("brightness", "vibrance", "contrast", "saturation"):
        return graded("saturation" if name != "vibrance" else name, sign, slots)
    if target == name:
        return effect(name, sign, slots)
    if target in TONAL:
        return effect(name, sign, _within(slots, target))
    raise Unread


def _within(slots: Slots, target: str) -> Slots:
    if target not in TONAL:
        raise Unread
    region = TONAL[target]
    return replace(slots, region=overlap([region, slots.region]) if slots.region else region)


def _on_hue(name: str, sign: int, hue: str, slots: Slots) -> Operation:
    if name in _BAND and not (slots.number and slots.number.unit == "EV"):
        return graded(_BAND[name], sign, slots, hue=hue)
    region = hue_region(hue_name(hue))
    region = overlap([region, slots.region]) if slots.region else region
    return effect(name, sign, replace(slots, region=region))


def read_target(slots: Slots, items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "more contrast", "highlights -20", "boost the saturation of the blues".

    Raises:
        Unread: the clause is of another kind.
    """
    targets, hues = slots.keys("target"), slots.keys("hue")
    if not (targets or hues) or not slots.only(verb=3, target=6, hue=8):
        raise Unread
    verbs = slots.keys("verb")
    if scale := next((verb for verb in verbs if verb in _SCALE), None):
        return _scaled(scale, targets, hues, slots)
    sign = direction(slots)
    if "remove" in verbs and slots.number is None:
        return (
            tuple(_removed(target, slots) for target in targets or ("",))
            if not hues
            else _gone(slots)
        )
    if hues and not targets:
        if slots.number is None or sign:
            return tuple(graded("band saturation", sign, slots, hue=hue) for hue in hues)
        raise Unread("say what to change about the colour: its hue, saturation or lightness")
    if hues:
        return tuple(_on_hue(target, sign, hue, slots) for target in targets for hue in hues)
    return tuple(_adjusted(target, sign, slots) for target in targets)


def read_stops(slots: Slots, items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "+1 EV", which needs no word.

    Raises:
        Unread: the clause is of another kind.
    """
    number = slots.number
    if slots.core or number is None or number.unit != "EV" or not number.signed or slots.params:
        raise Unread
    return (graded("exposure", 0, slots),)


def _gone(slots: Slots) -> tuple[Operation, ...]:
    bare = replace(slots, number=Quantity(Decimal(100), "%"))
    return tuple(graded("band saturation", -1, bare, hue=hue) for hue in slots.keys("hue"))


def _scaled(
    verb: str, targets: tuple[str, ...], hues: tuple[str, ...], slots: Slots
) -> tuple[Operation, ...]:
    if slots.number is not None or slots.level is not None or len(slots.keys("verb")) > 1:
        raise Unread
    fixed = replace(slots, number=Quantity(_SCALE[verb], "%", signed=True))
    if hues:
        return tuple(_on_hue(target, 0, hue, fixed) for target in targets for hue in hues)
    return tuple(_adjusted(target, 0, fixed) for target in targets)


def _adjusted(target: str, sign: int, slots: Slots) -> Operation:
    verbs = slots.keys("verb")
    if "crush" in verbs or "open" in verbs:
        sign = _tonal_sign("crush" if "crush" in verbs else "open", target)
    if target in _CASTS:
        name, cure = _CASTS[target]
        return graded(name, -cure * sign, slots)
    plain = slots.number is not None and not slots.number.signed and target not in _ADDED
    put = bool({"set", "shift"} & set(verbs)) or slots.goal or _bare(slots)
    if not sign and plain and not put:
        raise Unread("say 'increase' or 'reduce', or give the number a sign: +20, -20")
    if not sign and slots.number is None and target in _ADDED:
        sign = 1
    return effect(target, sign, slots)


def _bare(slots: Slots) -> bool:
    """ "saturation 20": a slider that is put at a value."""
    return not slots.keys("verb")


def _tonal_sign(verb: str, target: str) -> int:
    signs = {("open", "shadows"): 1, ("open", "blacks"): 1, ("open", "highlights"): -1}
    signs |= {("open", "whites"): -1, ("crush", "shadows"): -1, ("crush", "blacks"): -1}
    signs |= {("open", "saturation"): 1, ("open", "contrast"): 1, ("open", "clarity"): 1}
    if (verb, target) not in signs:
        raise Unread
    return signs[verb, target]


def _removed(target: str, slots: Slots) -> Operation:
    if target == "saturation" and slots.level is None:
        return operation("grayscale", region=slots.region)
    if target in _CASTS:
        name, sign = _CASTS[target]
        return graded(name, sign, slots)
    strong = replace(slots, level=slots.level or "strong")
    if target in ("noise", "grain"):
        return graded("denoise", 1, strong)
    if target == "vignette":
        return graded("vignette", -1, slots)
    raise Unread("it can be reduced, not removed")

"""The operation behind a target or a change."""

from typing import Final

from ..recipe import Operation
from .amounts import graded
from .items import Quantity
from .slots import Slots
from .tries import Unread


def effect(name: str, sign: int, slots: Slots) -> Operation:
    """Build the operation behind a target or a change, with its parameters.

    Raises:
        Unread: no direction, or a parameter or an effect that the operation has not.
        InputError: a number out of range.
    """
    if name == "exposure" or (name == "brightness" and slots.number and slots.number.unit == "EV"):
        return graded("exposure", sign, slots)
    if name == "coolness":
        return graded("temperature", -sign, slots)
    if name == "noise":
        return graded("denoise" if sign < 0 else "grain", 1, slots)
    if name == "grain" and sign < 0:
        return graded("denoise", 1, slots)
    if name == "light vignette":
        return graded("vignette", -1 if sign >= 0 else 1, slots)
    if name == "denoise" and sign < 0:
        raise Unread
    return _with_params(name, sign, slots)


_PARAMS: Final = {"sharpen": {"radius"}, "vignette": {"midpoint"}, "grain": {"seed"}}


def _with_params(name: str, sign: int, slots: Slots) -> Operation:
    if set(slots.params) - _PARAMS.get(name, set()):
        raise Unread(f"{name} has no such parameter")
    fields: dict[str, object] = {}
    for key, value in slots.params.items():
        if isinstance(value, str):
            raise Unread
        fields[key] = value.share if key == "midpoint" else _plain(value)
    if name not in _GRADED:
        raise Unread
    return graded(name, sign, slots, **fields)


def _plain(value: Quantity) -> float | int:
    whole = value.value == value.value.to_integral_value() and abs(value.value) < 10**12
    return int(value.value) if whole else float(value.value)


_GRADED: Final = frozenset(
    [
        "brightness",
        "contrast",
        "highlights",
        "shadows",
        "whites",
        "blacks",
        "temperature",
        "tint",
        "saturation",
        "vibrance",
        "hue",
        "clarity",
        "sharpen",
        "denoise",
        "blur",
        "vignette",
        "grain",
        "sepia",
    ]
)

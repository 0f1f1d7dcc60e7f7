"""From a direction, a number and a degree to the amount of an operation."""

import math
from decimal import Decimal
from typing import Final

from ....memory import InputError
from ..recipe import Operation
from .building import operation
from .intensities import AMOUNTS, Grade
from .items import Quantity
from .slots import Slots
from .tries import Unread

_HUNDRED: Final = Decimal(100)


def amount_of(name: str, sign: int, slots: Slots) -> float:
    """How much: a number as it stands, else what the degree means. `sign` 0: by the number's own.

    Raises:
        Unread: no direction, or a unit that this operation has not.
        InputError: the number contradicts the verb.
    """
    grade, number = AMOUNTS[name], slots.number
    if number is None:
        if not sign:
            raise Unread("say which way, for example with 'increase' or 'reduce', or give a number")
        return sign * grade.amount(slots.strength)
    if slots.level is not None:
        raise Unread("give a number or a degree, not both")
    value = _converted(grade, number, slots.goal, sign)
    if sign < 0 and number.value < 0 and not slots.goal:
        raise InputError(
            f"a reduction by a negative number ({number.value}) can be meant both ways; "
            "say 'increase' or 'reduce' with a positive number"
        )
    if slots.goal and sign and value * sign < 0:
        raise InputError(
            f"'to {number.value}{number.unit}' contradicts the direction asked for {name}: "
            "say 'by' for a change; 'to 80%' means four fifths of what it is now"
        )
    return value if slots.goal or not sign else value * sign


def _converted(grade: Grade, number: Quantity, goal: bool, sign: int) -> float:
    if grade.unit == "EV":
        return _stops(number)
    if grade.unit == "%":
        return _per_cent(number, goal, sign)
    wanted = {"degrees": ("deg", ""), "px": ("px", "")}[grade.unit]
    if number.unit not in wanted or goal:
        raise Unread(f"give a change in {grade.unit}")
    return float(number.value)


def _stops(number: Quantity) -> float:
    if number.unit in ("EV", "", "part"):
        return float(number.value)
    factor = number.value if number.unit == "x" else 1 + number.value / _HUNDRED
    if number.unit not in ("%", "x") or factor <= 0:
        raise Unread("give exposure in EV")
    return round(math.log2(factor), 4)


def _per_cent(number: Quantity, goal: bool, sign: int) -> float:
    if number.unit == "x":
        return float((number.value - 1) * _HUNDRED)
    if number.unit == "part" or (number.unit == "" and 0 < abs(number.value) < 1):
        value = number.value * _HUNDRED
    elif number.unit in ("%", ""):
        value = number.value
    else:
        raise Unread("give an amount in per cent")
    if goal and not number.signed and number.unit != "":
        if not sign:
            raise Unread("say 'increase' or 'reduce', or give the number a sign: +20%, -20%")
        value -= _HUNDRED  # "reduce the saturation to 80 %": of what it is now
    return float(value)


def graded(name: str, sign: int, slots: Slots, **fields: object) -> Operation:
    """Build an operation that has a degree.

    Raises:
        Unread: no direction, a unit that does not fit, or an effect that cannot be undone.
        InputError: a number out of range.
    """
    if set(slots.params) - set(fields):
        raise Unread(f"{name} has no such parameter")
    amount = amount_of(name, sign, slots)
    grade = AMOUNTS[name]
    if grade.low >= 0 and (sign < 0 or amount < 0):
        raise Unread(_ONE_WAY.get(name, f"{name} can be added, not taken away"))
    return operation(grade.op, **{grade.field: amount}, region=slots.region, **fields)


_ONE_WAY: Final = {
    "sharpen": "sharpening can be added, not taken away; to soften, ask for less clarity or a blur",
    "blur": "a blur cannot be taken back; ask to sharpen",
}

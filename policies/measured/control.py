"""The control step: what to tell the editor next.

Each goal off its target turns its own number. The effect per unit is taken from what was told and
what was measured (a secant through "nothing told, nothing happened"), and falls back to what the
words mean where that is not believable:

    new = told + gain (target - measured) / slope,    slope = measured / told

bounded to a third and three times of what was told, and to the range of the recipe. Where the
wish itself did damage (tones lost at an end, noise brought up), a clause that undoes it is put in
front: nothing that the user did not ask for is ever improved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from ...memory import InputError, UnsupportedInstruction
from ...tools.retouch.photometric import Denoise, Highlights, Photometric, Shadows
from ...tools.retouch.recipe import Operation, Recipe
from .goal import Goal
from .quality import Flaw
from .wish import Wish

GAIN = 0.9
"""Damping: a little less than what a straight line through the measurement would ask."""

_CLOSE = 0.93
"""How far a goal must be reached to be left alone."""

_TRUSTED = 0.3, 3.0
"""Measured effect against what the words mean: outside of this the secant is not believed."""

_STEP = 1 / 3, 3.0
"""How far one step may go, as a factor of what was told."""

_NEARLY = 0.75, 1.35
"""The same, where the effect already lies in the band that was asked: no leap away from there."""

_PROTECTING: tuple[type[Highlights | Shadows | Denoise], ...] = (Highlights, Shadows, Denoise)


def refined(wishes: Sequence[Wish], told: str, goals: Sequence[Goal], flaws: Sequence[Flaw]) -> str:
    """Return the next instruction; byte for byte `told` when nothing is left to ask."""
    from ...tools.retouch.english import write

    before = _told_operations(told)
    present, extras = _matched(wishes, before)
    wanted = [_turned(op, i, wishes, goals) for i, op in enumerate(present)]
    guards = list(_guards(wishes, extras, flaws))
    content = all(goal.reached >= _CLOSE for goal in goals) and not any(g.new for g in guards)
    complete = _in_front(wanted, [guard.operation for guard in guards])
    if content or complete == before or (before is None and wanted == present and not guards):
        return told
    return write(Recipe(operations=tuple(complete)))


def _told_operations(told: str) -> list[Operation] | None:
    """What the editor was told, or None where it is prose that cannot be read."""
    from ...tools.retouch.english import read

    try:
        return list(read(told).operations)
    except (InputError, UnsupportedInstruction):
        return None


def _matched(
    wishes: Sequence[Wish], before: Sequence[Operation] | None
) -> tuple[list[Operation], list[Operation]]:
    """What was told for each wish (the wish itself where nothing was), and what was told beside."""
    spare, present = list(before or ()), list[Operation]()
    for wish in wishes:
        match = next((told for told in spare if _alike(told, wish)), wish.operation)
        if match in spare:
            spare.remove(match)
        present.append(match)
    return present, spare


def _alike(told: Operation, wish: Wish) -> bool:
    """The same operation with other numbers."""
    asked = wish.operation
    if type(told) is not type(asked):
        return False
    numbers = {"amount", "stops", "degrees", "radius", "saturation", "lightness"}
    kept = set(type(told).model_fields) - numbers
    if not isinstance(asked, Photometric):
        kept |= set(type(told).model_fields) - {"degrees"}
    return all(getattr(told, name) == getattr(asked, name) for name in kept)


def _turned(
    operation: Operation, place: int, wishes: Sequence[Wish], goals: Sequence[Goal]
) -> Operation:
    """The operation with every number moved that a missed goal hangs on."""
    asked = wishes[place].operation
    for goal in goals:
        for handle in goal.handles:
            if handle.operation == wishes[place].index and goal.reached < _CLOSE:
                told = float(getattr(operation, handle.field))
                meant = float(getattr(asked, handle.field))
                number = _bounded(operation, handle.field, step(goal, told, meant))
                operation = operation.model_copy(update={handle.field: number})
    return operation


def step(goal: Goal, told: float, meant: float) -> float:
    """One damped secant step of a number.

    Args:
        goal: What is wanted and what was measured.
        told: The number that the editor was told.
        meant: The number that the user's words stand for; its effect should be the target.
    """
    target, measured = goal.band.target, goal.measured
    if isnan(measured) or meant == 0 or told == 0:
        return meant
    nominal = target / meant
    slope = measured / told
    low, high = _TRUSTED
    if not low <= slope / nominal <= high:
        slope = nominal * min(high, max(low, slope / nominal))
    new = told + GAIN * (target - measured) / slope
    low, high = _NEARLY if goal.met else _STEP
    ratio = min(high, max(low, new / told))
    return ratio * told


def _bounded(operation: BaseModel, field: str, number: float) -> float:
    """Inside the recipe's range, with as few digits as are worth saying."""
    digits = 2 if field in ("stops", "radius") else 1
    number = round(number, digits)
    unit = 10.0**-digits
    for limit in type(operation).model_fields[field].metadata:
        match limit:
            case Ge(ge=low):
                number = max(number, float(str(low)))
            case Gt(gt=low):
                number = max(number, float(str(low)) + unit)
            case Le(le=high):
                number = min(number, float(str(high)))
            case Lt(lt=high):
                number = min(number, float(str(high)) - unit)
            case _:
                pass
    return number


@dataclass(frozen=True, slots=True)
class _Guard:
    operation: Operation
    new: bool
    """It was not told in this strength before."""


def _guards(
    wishes: Sequence[Wish], extras: Sequence[Operation], flaws: Sequence[Flaw]
) -> Iterator[_Guard]:
    """Clauses that undo damage: those told before, and stronger or new ones where it shows."""
    asked = {type(wish.operation) for wish in wishes}
    worth = {flaw.name: flaw for flaw in flaws if flaw.points > 0.8}
    for kind, name in zip(_PROTECTING, ("highlights lost", "shadows lost", "noise"), strict=True):
        told = next((op for op in extras if type(op) is kind and region_of_op(op) is None), None)
        flaw = worth.get(name)
        if kind in asked or (flaw is None and told is None):
            continue
        sign = -1.0 if kind is Highlights else 1.0
        now = abs(float(getattr(told, "amount", 0.0)))
        more = 0.0 if flaw is None else min(20.0, 4.0 + 3.0 * flaw.points)
        if kind is Denoise and more:
            more = 0.0 if now else 50.0  # once: more of it would take the drawing too
        amount = round(sign * min(60.0, now + more), 0)
        yield _Guard(kind(amount=amount), new=abs(amount) != now)


def region_of_op(operation: Operation) -> object:
    """Where an operation acts; None is everywhere."""
    return getattr(operation, "region", None)


def _in_front(wanted: Sequence[Operation], guards: Sequence[Operation]) -> list[Operation]:
    """Guards before the first photometric operation, because what is cut off cannot be undone."""
    place = next((i for i, op in enumerate(wanted) if isinstance(op, Photometric)), len(wanted))
    return [*wanted[:place], *guards, *wanted[place:]]

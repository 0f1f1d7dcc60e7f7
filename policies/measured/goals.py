"""From what the user asked to goals, measured on one edit."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...tools.retouch import photometric as ops
from ...tools.retouch.geometric import Text
from ...tools.retouch.recipe import Operation
from .evidence import Area, Evidence
from .expected import GEOMETRY
from .framing_goals import framing_goals, text_goal
from .goal import Goal, Handle
from .photometric_goals import photometric_goals
from .place import Place
from .scene import Scene
from .wish import Wish, unmeasurable

_WHOLE = 0.15
"""Share of the picture from which the part that no region names speaks for the whole."""

_PULL: dict[type, float] = {
    ops.Exposure: 12.0,
    ops.Brightness: 0.5,
    ops.Contrast: 0.35,
    ops.Highlights: 0.5,
    ops.Shadows: 0.5,
    ops.Whites: 0.2,
    ops.Blacks: 0.2,
    ops.Curve: 10.0,
    ops.Clarity: 0.2,
    ops.Vignette: 0.4,
    ops.Invert: 100.0,
    ops.Posterize: 8.0,
}
"""Per cent of lightness that one unit of an operation may move the tones of a neighbour's goal."""


def goals(evidence: Evidence) -> tuple[Goal, ...]:
    """Turn every wish into measured goals.

    Operations of one kind on one part are joined: their targets add up, as per cents multiply.

    Raises:
        ThinkerError: a clause gives nothing that pixels could tell; names it.
    """
    found = list(framing_goals(evidence))
    seen = {wish.clause for wish in evidence.wishes if isinstance(wish.operation, GEOMETRY)}
    for wish in evidence.wishes:
        for goal in text_goal(evidence, wish):
            found.append(goal)
            seen.add(wish.clause)
    for area in evidence.areas:
        for wish, goal in _area_goals(evidence, area):
            found.append(goal)
            seen.add(wish.clause)
    for wish in evidence.wishes:
        if wish.clause not in seen and not _empty(wish.operation):
            raise unmeasurable(wish.clause, "this picture has nothing to measure it on")
    return tuple(found)


def _area_goals(evidence: Evidence, area: Area) -> Iterator[tuple[Wish, Goal]]:
    scene = area.scene
    if not area.own:
        return
    if not scene.where or scene.share >= _WHOLE or area is not evidence.rest:
        scene = Scene(scene.pair, scene.weights, scene.where)
    else:
        scene = Scene(scene.pair, scene.pair.known)
    if area is evidence.rest:
        scene = replace(scene, where="")
    for joined in _joined(area):
        present = (*area.own, *area.also)
        place = Place(scene, evidence.edited, _slack(joined, present), _brighter(present))
        for goal in photometric_goals(joined[0], place):
            yield joined[0], _with_handles(goal, joined)


def _joined(area: Area) -> Iterator[tuple[Wish, ...]]:
    """Groups of wishes with one effect; the first of each carries the joint target."""
    done: set[int] = set()
    for wish in area.own:
        if wish.index in done or isinstance(wish.operation, (*GEOMETRY, Text)):
            continue
        group = [w for w in area.own if _same(w.operation, wish.operation)]
        done.update(w.index for w in group)
        others = [w for w in area.also if _same(w.operation, wish.operation)]
        lead = replace(wish, operation=_sum([w.operation for w in group + others]))
        yield (replace(lead, exact=all(w.exact for w in group)), *group)


def _same(one: Operation, other: Operation) -> bool:
    if isinstance(one, ops.HueBand) and isinstance(other, ops.HueBand):
        return one.hue == other.hue
    return type(one) is type(other)


def _sum(operations: Sequence[Operation]) -> Operation:
    """One operation for several of a kind."""
    total = operations[0]
    for operation in operations[1:]:
        for name, sum_up in _SUMS.items():
            if name in type(total).model_fields and name in type(operation).model_fields:
                both = sum_up(getattr(total, name), getattr(operation, name))
                total = total.model_copy(update={name: both})
    return total


def _per_cents(one: float, other: float) -> float:
    return 100 * ((1 + one / 100) * (1 + other / 100) - 1)


def _plus(one: float, other: float) -> float:
    return one + other


_SUMS = {
    "amount": _per_cents,
    "stops": _plus,
    "degrees": _plus,
    "saturation": _per_cents,
    "lightness": _per_cents,
}


def _with_handles(goal: Goal, joined: tuple[Wish, ...]) -> Goal:
    if not goal.handles:
        return goal
    field = goal.handles[0].field
    return replace(goal, handles=tuple(Handle(wish.index, field) for wish in joined[1:]))


def _slack(joined: tuple[Wish, ...], present: Sequence[Wish]) -> float:
    """How far other operations on the same tones may pull the goal, in per cent."""
    kind = type(joined[0].operation)
    if kind not in _PULL:
        return 0.0
    others = [w.operation for w in present if type(w.operation) is not kind]
    return min(25.0, sum(0.5 * pull(operation) for operation in others))


def _brighter(present: Sequence[Wish]) -> float:
    asked = [w.operation for w in present if isinstance(w.operation, ops.Brightness)]
    total = _sum(asked) if asked else None
    return total.amount if isinstance(total, ops.Brightness) else 0.0


def pull(operation: Operation) -> float:
    """Per cent by which an operation may move tones."""
    size = abs(float(getattr(operation, "amount", getattr(operation, "stops", 1.0))))
    return _PULL.get(type(operation), 0.0) * size


def _empty(operation: Operation) -> bool:
    """Asks for nothing: every number is 0."""
    numbers = [getattr(operation, name, None) for name in (*_SUMS, "radius", "levels")]
    given = [number for number in numbers if number is not None]
    return bool(given) and not any(given)

"""Cases: a scene of things with attributes, and an instruction of one to four clauses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .dice import Dice, bell

KINDS = ("mug", "chair", "lamp", "book", "plant", "clock", "bowl", "shoe", "bag", "cat")
VALUES: Mapping[str, tuple[str, ...]] = {
    "colour": ("red", "blue", "green", "white", "black", "yellow", "grey", "orange"),
    "size": ("tiny", "small", "large", "huge"),
    "material": ("wooden", "glass", "metal", "woollen", "paper"),
    "place": ("left", "right", "in front", "behind", "on the table", "on the floor"),
    "presence": ("there", "gone"),
}
"""Attributes of a thing, and what they can be; `gone` only by an edit."""

ATTRIBUTES = tuple(VALUES)

_SHARES = (0.75, 0.92, 0.98, 1.0)
"""Share of instructions with at most 1, 2, 3 and 4 clauses: most of a benchmark's ask one thing."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something in the picture, by the values of its attributes in the order of `ATTRIBUTES`."""

    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One change that is asked for: `attribute` of thing number `thing` shall be `value`."""

    thing: int
    attribute: str
    value: str
    difficulty: float
    """How hard it is for an editor, in standard deviations; 0 is usual."""

    vagueness: float
    """0 (said exactly) to 1 (could be anything)."""


@dataclass(frozen=True, slots=True)
class Case:
    """A scene and what is asked of it."""

    number: int
    things: tuple[Thing, ...]
    clauses: tuple[Clause, ...]
    flaws: float
    """How easily edits of this picture look wrong, in standard deviations; 0 is usual."""

    def twins(self, thing: int) -> tuple[int, ...]:
        """The other things of the same kind, which can be taken for this one."""
        kind = self.things[thing].kind
        return tuple(n for n, each in enumerate(self.things) if each.kind == kind and n != thing)


_STEPS = (0.8566748838545029, 0.7338918566271260, 0.6287067210378087, 0.5385972572236101)
"""Powers of the inverse of the root of x^5 = x + 1: sequences of these steps fill a space of four
dimensions evenly."""


def case(number: int, dice: Dice) -> Case:
    """Make a case; the same number and dice give the same case.

    What decides most about a case (how many clauses; difficulty and vagueness of the first; flaws)
    is spread evenly over the numbers instead of drawn, so that a few thousand cases are enough.
    """
    clauses, difficulty, vagueness, flaws = _even(number, dice)
    things = tuple(
        _thing(dice.roll(number, "thing", n))
        for n in range(3 + int(dice.roll(number, "counts")[0] * 6))
    )
    wanted = 1 + sum(clauses > share for share in _SHARES[:3])
    targets = _some(len(things), wanted, dice.roll(number, "targets"))
    first, *others = (_clause(things, t, dice.roll(number, "clause", t)) for t in targets)
    first = replace(first, difficulty=bell(difficulty), vagueness=vagueness)
    return Case(number, things, (first, *others), bell(flaws))


def _even(number: int, dice: Dice) -> tuple[float, ...]:
    """A Kronecker sequence, shifted by the seed."""
    shifts = dice.roll("shift")
    pairs = zip(shifts, _STEPS, strict=False)
    return tuple(min(max((u + number * step) % 1.0, 1e-9), 1 - 1e-9) for u, step in pairs)


def _thing(u: Sequence[float]) -> Thing:
    values = [_pick(VALUES[name], u[n + 1]) for n, name in enumerate(ATTRIBUTES[:-1])]
    return Thing(_pick(KINDS, u[0]), (*values, "there"))


def _clause(things: Sequence[Thing], thing: int, u: Sequence[float]) -> Clause:
    at = int(u[0] * len(ATTRIBUTES))
    now = things[thing].values[at]
    others = tuple(value for value in VALUES[ATTRIBUTES[at]] if value != now)
    return Clause(thing, ATTRIBUTES[at], _pick(others, u[1]), bell(u[2]), u[3])


def _some(count: int, wanted: int, u: Sequence[float]) -> list[int]:
    left = list(range(count))
    return [left.pop(int(u[n] * len(left))) for n in range(min(wanted, count))]


def _pick(values: Sequence[str], u: float) -> str:
    return values[int(u * len(values))]

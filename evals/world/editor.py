"""The simulated editor: what it misses, mistakes, overdoes and wears out."""

from collections.abc import Sequence
from dataclasses import dataclass

from .dice import Dice, bell
from .scenes import ATTRIBUTES, VALUES, Case, Clause
from .wording import EXACT, Told

_OWN = 0.9  # correlation between the flaws of two edits of the same picture
_FAINT = 0.85  # the weakest that a change is carried out that counts as carried out


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorHabits:
    """How an editor fails. Strengths are in standard deviations of a clause's difficulty."""

    ability: float
    """Where half of the clauses that are said exactly would succeed, with average luck."""

    vagueness: float
    """What a wholly vague clause costs; words that are exact win it back."""

    luck: float
    """Weight of chance, which falls anew with every other instruction or seed."""

    crowd: float
    """What each further clause of the instruction costs every clause."""

    stray: float
    """Of failed clauses with a look-alike beside their thing: the share done to the look-alike."""

    overdone: float
    """Chance that something is changed that nobody spoke of."""

    verbose: float
    """What every added detail adds to that chance."""

    flaws: float
    """Mean of what an edit loses in quality, of 10 points."""

    uneven: float
    """Standard deviation of the flaws; most of the variance belongs to the picture."""

    drift: float
    """Further flaws of every edit that was made from an edit."""

    forgotten: float
    """Chance that an edit of an edit undoes a change that was there."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise than in the source."""

    thing: int
    attribute: str
    value: str
    strength: float
    """0 to 1: how fully it was carried out."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture: the changes since the source, and its flaws."""

    changes: tuple[Change, ...] = ()
    flaws: float = 0.0
    """0 to 10: what it has lost in quality."""

    edits: int = 0
    """How many edits lie between it and the source."""

    def at(self, thing: int, attribute: str) -> Change | None:
        """The change of that attribute of that thing."""
        found = (c for c in self.changes if c.thing == thing and c.attribute == attribute)
        return next(found, None)


SOURCE_CANVAS = Canvas()


def edit(
    case: Case, told: Told, base: Canvas, habits: EditorHabits, dice: Dice, *, key: str
) -> Canvas:
    """Edit a base; `key` is what luck hangs on: the base, the words and the seed."""
    luck, chance = dice.roll(key, "luck"), dice.roll(key, "chance")
    changes = {(c.thing, c.attribute): c for c in base.changes}
    for n, (clause, detail) in enumerate(zip(case.clauses, told.details, strict=True)):
        if change := _attempt(case, clause, detail, habits, dice.roll(key, "clause", n)):
            changes[change.thing, change.attribute] = change
        elif base.edits and luck[n] < habits.forgotten:
            changes.pop((clause.thing, clause.attribute), None)

    if chance[0] < habits.overdone + habits.verbose * told.length:
        extra = _whim(case, chance[1:])
        changes.setdefault((extra.thing, extra.attribute), extra)

    spread = habits.uneven * (_OWN * case.flaws + (1 - _OWN**2) ** 0.5 * bell(chance[6]))
    flaws = max(0.0, habits.flaws + spread) + base.edits * habits.drift
    return Canvas(tuple(changes.values()), min(10.0, flaws), base.edits + 1)


def _attempt(
    case: Case, clause: Clause, detail: int | None, habits: EditorHabits, u: Sequence[float]
) -> Change | None:
    """What becomes of a clause: done, done to a look-alike, or nothing."""
    if detail is None:
        return None

    vague = clause.vagueness * (1 - min(detail, EXACT) / EXACT)
    margin = habits.ability - clause.difficulty - habits.vagueness * vague
    margin -= habits.crowd * (len(case.clauses) - 1)
    if margin + habits.luck * bell(u[0]) > 0:
        return Change(clause.thing, clause.attribute, clause.value, _FAINT + (1 - _FAINT) * u[1])

    twins = case.twins(clause.thing)
    if twins and u[2] < habits.stray:
        twin = twins[int(u[3] * len(twins))]
        return Change(twin, clause.attribute, clause.value, _FAINT + (1 - _FAINT) * u[1])

    return None


def _whim(case: Case, u: Sequence[float]) -> Change:
    """A change that nobody asked for."""
    at, thing = int(u[0] * (len(ATTRIBUTES) - 1)), int(u[1] * len(case.things))
    now = case.things[thing].values[at]
    others = [value for value in VALUES[ATTRIBUTES[at]] if value != now]
    return Change(thing, ATTRIBUTES[at], others[int(u[2] * len(others))], 0.2 + 0.8 * u[3])

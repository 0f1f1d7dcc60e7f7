"""The simulated thinker: it overlooks, it is too kind, and its rewriting helps or harms."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...memory.records import Critique, Score
from .dice import Dice, bell
from .editor import Canvas
from .judge import HARM, followed, judged, unasked
from .scenes import Case
from .wording import EXACT, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """How good a thinker is."""

    scores: bool
    """It gives scores (EditThinker); else a stop flag (the paper's experts)."""

    sight: float
    """Chance that it sees a clause that was missed. A blind spot stays one for the whole run."""

    alarm: float
    """Chance that it takes a clause for missed that was carried out; anew for every picture."""

    craft: float
    """Share of the missed clauses that it puts exactly at once; else it only uses other words."""

    practice: float
    """Chance of each further rewriting to put such a clause exactly after all."""

    slip: float
    """Chance that its rewriting loses another clause."""

    noise: float
    """Standard deviation of its scores, before they are rounded to whole numbers."""

    lenience: float
    """Points that it adds to quality."""

    bar: float
    """The quality below which a thinker with a flag is not satisfied."""

    content: float
    """Chance that it repeats the instruction where it sees nothing missing."""


@dataclass(frozen=True, slots=True)
class Look:
    """What it thinks of a picture, and what it would say next."""

    critique: Critique
    told: Told


def look(case: Case, canvas: Canvas, told: Told, skill: Skill, dice: Dice, *, key: str) -> Look:
    """Criticise a picture; `key` is what chance hangs on: the picture and the instruction."""
    u = dice.roll(key, "look")
    missed = tuple(
        _seems_missed(followed(case, canvas, n), dice.roll(case.number, "sight", n)[0], u[n], skill)
        for n in range(len(case.clauses))
    )
    score = _believed(case, canvas, missed, skill, (u[4], u[5]))
    satisfied = not any(missed) and score.quality >= skill.bar
    repeats = not any(missed) and u[6] < skill.content
    if repeats or (satisfied and not skill.scores):
        following = told
    else:
        gift = [dice.roll(case.number, "craft", n)[0] for n in range(len(missed))]
        following = _rewritten(told, missed, gift, skill, dice.roll(key, "rewrite"))
    return Look(
        Critique(
            score=score if skill.scores else None,
            reasoning=f"missing: {sum(missed)} of {len(missed)}",
            refined=following.text(case),
            satisfied=None if skill.scores else satisfied,
        ),
        following,
    )


def _seems_missed(done: float, sight: float, alarm: float, skill: Skill) -> bool:
    return alarm < skill.alarm if done else sight < skill.sight


def _believed(
    case: Case, canvas: Canvas, missed: tuple[bool, ...], skill: Skill, u: tuple[float, float]
) -> Score:
    """The scores as it sees them, in whole numbers: what it overlooks counts as done."""
    truth = judged(case, canvas)
    seen = [0.0 if m else followed(case, canvas, n) or 0.9 for n, m in enumerate(missed)]
    strange = sum(change.strength for change in unasked(case, canvas))
    semantic = min(10.0 * sum(seen) / len(seen), 10.0 - HARM * strange)
    return Score(
        semantic=_whole(semantic + skill.noise * bell(u[0])),
        quality=_whole(truth.quality + skill.lenience + skill.noise * bell(u[1])),
    )


def _rewritten(
    told: Told,
    missed: Sequence[bool],
    gift: Sequence[float],
    skill: Skill,
    u: Sequence[float],
) -> Told:
    practice = skill.practice if told.wording else 0.0
    details = [
        _put(detail, m, gift[n] < skill.craft or u[n] < practice)
        for n, (detail, m) in enumerate(zip(told.details, missed, strict=True))
    ]
    kept = [n for n, m in enumerate(missed) if not m]
    if kept and u[4] < skill.slip:
        details[kept[int(u[5] * len(kept))]] = None
    return told.reworded(tuple(details))


def _put(detail: int | None, missed: bool, well: bool) -> int | None:
    """How a clause is said next."""
    if not missed:
        return detail
    return EXACT if well else detail or 0


def _whole(points: float) -> float:
    return float(round(min(10.0, max(0.0, points))))

"""The reasoning in short factual sentences, with the numbers that were measured."""

from collections.abc import Sequence
from math import isnan

from ...memory import Score
from .goal import Goal
from .quality import Flaw
from .side_effects import SideEffect

_MOST = 8  # sentences


def report(
    goals: Sequence[Goal],
    moved: Sequence[SideEffect],
    flaws: Sequence[Flaw],
    score: Score,
    told: str,
    refined: str,
) -> str:
    """Write what was asked, what was found, what moved beside it, and what to do."""
    worst_first = sorted(goals, key=lambda goal: goal.reached)
    room = _MOST - 3
    sentences = [_goal(goal) for goal in worst_first[:room]]
    if len(goals) > room:
        sentences[-1] = f"{len(goals) - room + 1} further goals are reached better."
    sentences += [_moved(moved), _flaws(flaws), _close(score, told, refined)]
    return " ".join(sentences)


def _goal(goal: Goal) -> str:
    digits, unit, band = goal.digits, goal.unit, goal.band
    place = f" in {goal.where}" if goal.where else ""
    found, lacks = _number(goal.measured, digits), "reached" if goal.met else "missed"
    if isnan(goal.measured):
        return f"{_first(goal.name)}{place} could not be measured: missed."
    if band.target == 0:
        limit = f"{band.high:.{digits}f}{unit}"
        return f"{_first(goal.name)}{place}: {found}{unit}, at most {limit}: {lacks}."
    span = f"{band.low:.{digits}f} to {band.high:.{digits}f}"
    wish = f"asked {_number(band.target, digits)}{unit} ({span})"
    return f"{_first(goal.name)}{place}: {wish}, measured {found}{unit}: {lacks}."


def _moved(moved: Sequence[SideEffect]) -> str:
    seen = sorted((effect for effect in moved if effect.seen), key=lambda effect: effect.kept)
    if not seen:
        return "Nothing else moved beyond its tolerance."
    parts = [
        f"{effect.name}{f' in {effect.where}' if effect.where else ''} "
        f"{_number(effect.measured, effect.digits)}{effect.unit} "
        f"(tolerance {effect.tolerance:.{effect.digits}f})"
        for effect in seen[:3]
    ]
    return f"Not asked for: {'; '.join(parts)}."


def _flaws(flaws: Sequence[Flaw]) -> str:
    seen = sorted((flaw for flaw in flaws if flaw.points >= 0.3), key=lambda flaw: -flaw.points)
    if not seen:
        return "No new flaws."
    parts = [f"{flaw.name} {flaw.measured:.{flaw.digits}f}{flaw.unit}" for flaw in seen[:3]]
    return f"Flaws: {'; '.join(parts)}."


def _close(score: Score, told: str, refined: str) -> str:
    if refined != told:
        return "The next instruction corrects the numbers."
    if score.semantic >= 8 and score.quality >= 8:
        return "Nothing is left to correct."
    return "No number of the instruction would improve it."


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]

"""What happened to a run, numbered by its record, so that every process tells the same story.

Opening is moment 1, the edit half of turn k is 2k, its critique half 2k+1, the ending 2n+2 for n
turns. The numbers follow from the record alone: whoever lost the thread says the last number heard
and goes on from there, at any server. What is only passing (steps of an edit, a retry) has none.
"""

from dataclasses import dataclass
from typing import Any

from ...agent import Closed, Event, Opened, TurnCriticised, TurnEdited
from ...agent.said import said
from ...memory import Run, Turn

RECORDED = (Opened, TurnEdited, TurnCriticised, Closed)
"""Events that leave a trace on record; they carry the run."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a run."""

    number: int | None
    """Its place in the record; None for what leaves no trace there."""

    name: str
    """`run.opened`, `turn.edited`, `turn.completed`, `run.closed`; passing: `turn.editing`,
    `turn.progress`, `turn.retrying`."""

    facts: dict[str, Any]
    """As `agent.said` writes it: run, turn, scores, image as `sha256:…`."""


def moments(run: Run, after: int = 0, made: dict[int, Moment] | None = None) -> list[Moment]:
    """Everything on record of a run that comes after a number.

    `made` keeps what was made of the same run before: many may listen to it.
    """
    made = {} if made is None else made
    numbers = [number for number in _numbers(run) if number > after]
    for number in numbers:
        if number not in made:
            made[number] = _moment(number, _event(run, number))
    return [made[number] for number in numbers]


def _numbers(run: Run) -> list[int]:
    """The places of what is on record of a run."""
    found = [1]
    for turn in run.turns:
        found += [2 * turn.number, 2 * turn.number + 1] if turn.done else [2 * turn.number]
    return found if run.stop is None else [*found, 2 * len(run.turns) + 2]


def _event(run: Run, number: int) -> Event:
    """What is on record at a place of `_numbers`."""
    if number == 1:
        return Opened(run)
    if number > 2 * len(run.turns) + 1:
        return Closed(run)
    turn = run.turn(number // 2)
    return TurnCriticised(run, turn) if number % 2 else TurnEdited(run, _edit_half(turn))


def _edit_half(turn: Turn) -> Turn:
    """A turn as it was told when it was edited and nobody had looked at it yet."""
    if turn.edited is None:
        return turn

    return turn.but(samples=(), critique=None, failure=None)


def passing(event: Event) -> Moment:
    """An event that leaves no trace on record."""
    return _moment(None, event)


def _moment(number: int | None, event: Event) -> Moment:
    facts = said(event)
    return Moment(number, facts.pop("type"), facts)

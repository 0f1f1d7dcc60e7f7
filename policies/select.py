"""Which turn is the answer."""

from dataclasses import dataclass
from typing import Protocol

from ..memory import Run, Turn


class Selector(Protocol):
    """Picks the answer of a run."""

    def pick(self, run: Run) -> Turn | None:
        """Return a turn that has an edit, or None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class BestScore:
    """The highest overall score; on a tie the earlier turn. Do no harm (design.md 4, rule 3).

    Turns without a critique are passed over; when no turn was scored, the first edit is the answer,
    because nothing is known that would speak for a later one.
    """

    def pick(self, run: Run) -> Turn | None:
        """Return the best turn."""
        edited = [turn for turn in run.turns if turn.edited]
        scored = [(turn.critique.score.overall, turn) for turn in edited if turn.critique]
        if not scored:
            return edited[0] if edited else None

        return max(scored, key=lambda pair: (pair[0], -pair[1].number))[1]


@dataclass(frozen=True, slots=True)
class LastTurn:
    """The last edit, as the official script returns it (editthinker-spec 1.7)."""

    def pick(self, run: Run) -> Turn | None:
        """Return the last turn that has an edit."""
        return next((turn for turn in reversed(run.turns) if turn.edited), None)

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

    Critiques without scores are compared by what they say (decision 11), never by an invented
    number. In this order:

    1. the earliest turn that a thinker without scores was satisfied with;
    2. the best score;
    3. the last turn that was turned down: each was made to mend what was seen in one before it;
    4. the first edit, when nobody looked at any.
    """

    def pick(self, run: Run) -> Turn | None:
        """Return the best turn."""
        edited = [turn for turn in run.turns if turn.edited]
        scored = [(turn.score.overall, turn) for turn in edited if turn.score]
        flagged = [
            (turn.critique.satisfied, turn) for turn in edited if turn.critique and not turn.score
        ]
        if content := [turn for satisfied, turn in flagged if satisfied]:
            return content[0]

        if scored:
            return max(scored, key=lambda pair: (pair[0], -pair[1].number))[1]

        if flagged:
            return flagged[-1][1]

        return edited[0] if edited else None


@dataclass(frozen=True, slots=True)
class LastTurn:
    """The last edit, as the official script returns it (editthinker-spec 1.7)."""

    def pick(self, run: Run) -> Turn | None:
        """Return the last turn that has an edit."""
        return next((turn for turn in reversed(run.turns) if turn.edited), None)

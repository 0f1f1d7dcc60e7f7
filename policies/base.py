"""Which picture the next turn edits: the source, the best edit so far, or the latest."""

from dataclasses import dataclass
from typing import Protocol

from ..memory import SOURCE, Run
from .select import BestScore, LastTurn


class BaseChoice(Protocol):
    """Chooses the base of the next turn."""

    def choose(self, run: Run) -> int:
        """Return `SOURCE` or the number of a turn that has an edit."""
        ...


@dataclass(frozen=True, slots=True)
class FromSource:
    """Always the source, as EditThinker does (paper, Eq. 2): edits do not pile up."""

    def choose(self, run: Run) -> int:
        """Return `SOURCE`."""
        return SOURCE


@dataclass(frozen=True, slots=True)
class FromBest:
    """The best edit so far, for editors that can edit their own answers.

    An edit that has no score and that no thinker was satisfied with is no base: nothing is known
    that would speak for it.
    """

    def choose(self, run: Run) -> int:
        """Return the best turn's number, or `SOURCE` while nothing speaks for any."""
        best = BestScore().pick(run)
        if best is None or best.critique is None:
            return SOURCE

        return best.number if best.score or best.critique.satisfied else SOURCE


@dataclass(frozen=True, slots=True)
class FromPrevious:
    """The latest edit, whatever its score."""

    def choose(self, run: Run) -> int:
        """Return the last edit's number, or `SOURCE` before the first."""
        last = LastTurn().pick(run)
        return last.number if last else SOURCE

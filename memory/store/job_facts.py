"""What is said about jobs."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

from ..reasons import RunStatus
from ..records import Run

Wanted = Literal["run", "pause", "done"]


class Mark(NamedTuple):
    """How far a run is; two that are equal need no further look."""

    status: RunStatus
    turns: int
    whole: bool
    """The latest turn has both halves."""

    held: bool
    """Somebody works on it."""

    wanted: Wanted | None
    """None: no door has asked for it."""

    @property
    def paused(self) -> bool:
        """Open, and nobody works on it or will."""
        return self.status == "open" and not self.held and self.wanted != "run"


class Share(NamedTuple):
    """What a caller has had."""

    minute: int
    """Runs begun within the last minute."""

    first_of_minute: datetime | None
    cost: float
    """US dollars of the runs begun within the last 24 hours."""

    first_of_day: datetime | None
    """When the oldest of these that cost something was begun."""

    open: int
    """Runs that wait or are worked on."""


Admit = Callable[[Share], None]
"""Raises where a caller has had its share; it is asked within the transaction that takes more."""


class Engines(NamedTuple):
    """By whom a run was begun, which nobody else goes on with: names of editor and thinker."""

    editor: str
    thinker: str

    @classmethod
    def of(cls, run: Run) -> "Engines":
        """Those of a run."""
        return cls(run.editor, run.thinker)

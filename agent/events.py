"""What a watcher of a run hears, in order."""

from dataclasses import dataclass
from typing import Any

from ..memory import Failure, Run, Turn
from ..tools import Progress


@dataclass(frozen=True, slots=True)
class Opened:
    """The run is on record and owned by this worker."""

    run: Run
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Editing:
    """The editor is being asked."""

    run_id: str
    turn: Turn


@dataclass(frozen=True, slots=True)
class EditProgress:
    """The editor has come a step further. Steps may be left out when they come too fast."""

    run_id: str
    turn_number: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class TurnEdited:
    """The first half of a turn is on record."""

    run: Run
    turn: Turn


@dataclass(frozen=True, slots=True)
class Retrying:
    """A call failed and is made again after `wait` seconds."""

    run_id: str
    turn_number: int
    failure: Failure
    wait: float


@dataclass(frozen=True, slots=True)
class TurnCriticised:
    """The second half of a turn is on record; the critique is None when none could be had."""

    run: Run
    turn: Turn


@dataclass(frozen=True, slots=True)
class Closed:
    """The run has ended; its answer is chosen."""

    run: Run


Event = Opened | Editing | EditProgress | TurnEdited | Retrying | TurnCriticised | Closed

NAMES: dict[type[Any], str] = {
    Opened: "run.opened",
    Editing: "turn.editing",
    EditProgress: "turn.progress",
    TurnEdited: "turn.edited",
    Retrying: "turn.retrying",
    TurnCriticised: "turn.completed",
    Closed: "run.closed",
}
"""The names of the events outside Python: JSON lines, server-sent events."""

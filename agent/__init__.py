"""The loop: many runs at once, budgets, wiring, telemetry."""

from .agent import EditAgent
from .build import build
from .events import (
    NAMES,
    Closed,
    Editing,
    Event,
    Opened,
    Retrying,
    TurnCriticised,
    TurnEdited,
)
from .kit import Kit
from .ledger import Ledger
from .many import Outcome
from .retry import Retry
from .settings import Choices, Settings, load
from .telemetry import Telemetry

__all__ = [
    "NAMES",
    "Choices",
    "Closed",
    "EditAgent",
    "Editing",
    "Event",
    "Kit",
    "Ledger",
    "Opened",
    "Outcome",
    "Retry",
    "Retrying",
    "Settings",
    "Telemetry",
    "TurnCriticised",
    "TurnEdited",
    "build",
    "load",
]

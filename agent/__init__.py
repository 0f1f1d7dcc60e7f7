"""The loop: many runs at once, budgets, wiring, telemetry.

Names load when they are first asked for, so that reading settings loads no engine and no store.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .agent import EditAgent as EditAgent
    from .events import NAMES as NAMES
    from .events import Closed as Closed
    from .events import Editing as Editing
    from .events import EditProgress as EditProgress
    from .events import Event as Event
    from .events import Opened as Opened
    from .events import Retrying as Retrying
    from .events import TurnCriticised as TurnCriticised
    from .events import TurnEdited as TurnEdited
    from .kit import Kit as Kit
    from .ledger import Ledger as Ledger
    from .many import Outcome as Outcome
    from .retry import Retry as Retry
    from .settings import Choices as Choices
    from .settings import Settings as Settings
    from .settings import load as load
    from .telemetry import Telemetry as Telemetry
    from .wiring import build as build

_HOMES = {
    "Choices": ".settings",
    "Closed": ".events",
    "EditAgent": ".agent",
    "EditProgress": ".events",
    "Editing": ".events",
    "Event": ".events",
    "Kit": ".kit",
    "Ledger": ".ledger",
    "NAMES": ".events",
    "Opened": ".events",
    "Outcome": ".many",
    "Retry": ".retry",
    "Retrying": ".events",
    "Settings": ".settings",
    "Telemetry": ".telemetry",
    "TurnCriticised": ".events",
    "TurnEdited": ".events",
    "build": ".wiring",
    "load": ".settings",
}

__all__ = [
    "NAMES",
    "Choices",
    "Closed",
    "EditAgent",
    "EditProgress",
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


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        return getattr(import_module(home, __name__), name)

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""How runs stand and why they end: words that need no Pydantic."""

from enum import StrEnum
from typing import Literal

RunStatus = Literal["open", "done", "refused", "failed"]


class StopReason(StrEnum):
    """Why a run ended. A cancelled run has none: it is still open and can be resumed."""

    SATISFIED = "satisfied"
    UNCHANGED = "unchanged"
    PLATEAU = "plateau"
    DECLINING = "declining"
    REPEATED = "repeated"
    MAX_TURNS = "max_turns"
    BUDGET = "budget"
    REFUSED = "refused"
    FAILED = "failed"

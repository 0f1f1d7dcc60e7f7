"""How a run ends, and what went wrong on the way."""

from enum import StrEnum
from typing import Self

from ..errors import Border, EditloopError
from .frozen import Frozen


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


class Stop(Frozen):
    """A reason to end, from the policy that gave it."""

    reason: StopReason
    detail: str = ""
    """One sentence for a person."""


class Failure(Frozen):
    """An error, as data: what crossed which border."""

    border: Border
    kind: str
    """The name of the error's class."""

    message: str
    retryable: bool = False

    @classmethod
    def of(cls, error: EditloopError) -> Self:
        """Write an error down."""
        return cls(
            border=error.border,
            kind=type(error).__name__,
            message=str(error),
            retryable=error.retryable,
        )

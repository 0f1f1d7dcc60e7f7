"""How a run ends, and what went wrong on the way."""

from typing import Self

from ..errors import Border, EditloopError
from ..reasons import StopReason
from .frozen import Frozen


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

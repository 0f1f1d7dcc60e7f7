"""The one layer that retries."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import stamina

from ..memory import EditloopError, MalformedCritique, StoreAway, StoreLocked

# Retries are events of a run. Where nobody has set up logging, Python would print each once more.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a call that may succeed later is made, and the wait between.

    Waits double from `wait` up to `longest`, with as much jitter; seconds. A malformed critique is
    sampled again at once: there is nothing to wait for. Who asked for a wait (`Retry-After`) gets
    it, up to `patience` seconds.
    """

    edits: int = 3
    """Attempts at an edit."""

    samples: int = 3
    """Attempts at a readable critique."""

    wait: float = 1.0
    longest: float = 30.0
    patience: float = 120.0
    outage: float = 45.0
    """How long a half-turn that is made waits for a store that is away; a lease is a minute long."""

    def attempts(self, count: int) -> AsyncIterator[stamina.Attempt]:
        """Iterate over at most `count` attempts, waiting before each but the first."""
        return stamina.retry_context(
            on=self.worth_another,
            attempts=max(1, count),
            timeout=None,
            wait_initial=self.wait,
            wait_max=self.longest,
            wait_jitter=self.wait,
        ).__aiter__()

    def until_written(self) -> AsyncIterator[stamina.Attempt]:
        """Iterate over attempts at writing down what is made already, for `outage` seconds."""
        return stamina.retry_context(
            on=(StoreAway, StoreLocked),
            attempts=None,
            timeout=self.outage,
            wait_initial=0.1,
            wait_max=2.0,
            wait_jitter=0.1,
        ).__aiter__()

    def worth_another(self, error: Exception) -> bool | float:
        """Whether to try again, or the seconds to wait first."""
        if isinstance(error, MalformedCritique):
            return 0.0

        if not isinstance(error, EditloopError) or not error.retryable:
            return False

        return True if error.retry_after is None else min(error.retry_after, self.patience)

"""Time, so that tests can hold it in their hand."""

from time import monotonic
from typing import Protocol

import anyio


class Clock(Protocol):
    """Seconds that only grow."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when that much time has passed."""
        ...


_LONGEST = 86_400.0  # seconds: sleeping for ever would overflow some event loops


class EventLoopClock:
    """Real time."""

    def now(self) -> float:
        """Seconds since some moment."""
        return monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return when that much time has passed."""
        await anyio.sleep(min(seconds, _LONGEST))

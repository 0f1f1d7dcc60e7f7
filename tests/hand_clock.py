"""A clock in the hand, for tests of pools."""

import anyio
from anyio.lowlevel import checkpoint


async def settled() -> None:
    """Let every task run until it waits: nothing here waits for a thread or a socket."""
    for _ in range(60):
        await checkpoint()


class FakeClock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, anyio.Event]] = []

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        me = (self._now + seconds, anyio.Event())
        self._sleepers.append(me)
        try:
            await me[1].wait()
        finally:
            if me in self._sleepers:
                self._sleepers.remove(me)

    async def pass_by(self, seconds: float) -> None:
        """Wake everybody in their order until that much time has passed."""
        end = self._now + seconds
        await settled()
        while due := [each for each in self._sleepers if each[0] <= end]:
            moment, awake = min(due, key=lambda each: each[0])
            self._sleepers.remove((moment, awake))
            self._now = max(self._now, moment)
            awake.set()
            await settled()
        self._now = end

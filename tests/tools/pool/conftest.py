"""Editors that answer when they are told to."""

from collections.abc import Callable

import anyio
import pytest
from hand_clock import FakeClock, settled

from editloop.tools import Abilities, Edited, EditRequest, Picture


class HandEditor:
    """An editor whose edits take some time of a fake clock, or end when the test says so."""

    def __init__(self, name: str, abilities: Abilities, clock: FakeClock) -> None:
        self.name, self.abilities, self._clock = name, abilities, clock
        self.seconds: float | None = None
        """How long an edit takes; None: until `done` or `fail`."""

        self.error: Exception | None = None
        self.keys: list[str] = []
        self.now = self.most = self.cancelled = 0
        self._ends: list[anyio.Event] = []

    async def edit(self, request: EditRequest) -> Edited:
        self.keys.append(request.key)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self._work()
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        finally:
            self.now -= 1
        if self.error:
            raise self.error.with_traceback(None)
        return Edited(Picture(self.name.encode(), "image/png"))

    async def _work(self) -> None:
        if self.seconds is not None:
            await self._clock.sleep(self.seconds)
            return
        end = anyio.Event()
        self._ends.append(end)
        try:
            await end.wait()
        finally:
            if end in self._ends:
                self._ends.remove(end)

    async def done(self, count: int = 1) -> None:
        """Let the oldest edits end."""
        for end in self._ends[:count]:
            end.set()
        await settled()


Hand = Callable[..., HandEditor]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def hand(clock: FakeClock) -> Hand:
    """Makes editors on the clock of the test."""

    def make(name: str, seconds: float | None = None, **abilities: object) -> HandEditor:
        editor = HandEditor(name, Abilities(**abilities), clock)  # type: ignore[arg-type]
        editor.seconds = seconds
        return editor

    return make

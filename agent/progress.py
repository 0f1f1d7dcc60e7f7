"""Steps of an edit, from whatever thread they are told on, as events of the run."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

from ..tools import Progress, Watch
from .events import EditProgress, Event
from .scope import helpers

_SECONDS = 0.2  # nobody reads faster; steps in between are left out


@asynccontextmanager
async def told(
    emit: Callable[[Event], Awaitable[None]], run_id: str, turn_number: int
) -> AsyncGenerator[Watch]:
    """Give a `watch` for an editor, and emit the latest progress while the block runs.

    A slow listener delays the next event, never the edit.
    """
    latest: list[Progress] = []

    async def report() -> None:
        while True:
            await anyio.sleep(_SECONDS)
            if count := len(latest):
                newest = latest[count - 1]
                del latest[:count]
                await emit(EditProgress(run_id, turn_number, newest))

    async with helpers() as group:
        group.start_soon(report)
        yield latest.append  # a list may be appended to from any thread

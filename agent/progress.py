"""Steps of an edit, from whatever thread they are told on, as events of the run."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from threading import get_ident

import anyio
from anyio import RunFinishedError, from_thread
from anyio.lowlevel import current_token

from ..tools import Progress, Watch
from .events import EditProgress, Event
from .scope import helpers

_SECONDS = 0.2  # nobody reads faster; steps in between are left out


@asynccontextmanager
async def told(
    emit: Callable[[Event], Awaitable[None]], run_id: str, turn_number: int
) -> AsyncGenerator[Watch]:
    """Give a `watch` for an editor, and emit the latest progress while the block runs.

    A slow listener delays the next event, never the edit. An editor that tells nothing costs no
    timer.
    """
    latest: list[Progress] = []
    begun = anyio.Event()
    home, token = get_ident(), current_token()

    def watch(progress: Progress) -> None:
        latest.append(progress)  # may be done from any thread
        if begun.is_set():
            return
        if get_ident() == home:
            begun.set()
            return
        with suppress(RunFinishedError):  # the edit was given up long ago
            from_thread.run_sync(begun.set, token=token)

    async def report() -> None:
        await begun.wait()
        while True:
            if count := len(latest):
                newest = latest[count - 1]
                del latest[:count]
                await emit(EditProgress(run_id, turn_number, newest))
            await anyio.sleep(_SECONDS)

    async with helpers() as group:
        group.start_soon(report)
        try:
            yield watch
        finally:
            begun.set()  # an editor that goes on telling need not wait for anybody

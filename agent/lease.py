"""Keeping a run while working on it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import current_time, sleep

from ..memory import LeaseLost, RunNotFound, StoreError
from ..memory.store import Store
from .scope import helpers, unbroken

_BEATS = 4  # within one lease


@asynccontextmanager
async def kept(store: Store, run_id: str, seconds: float) -> AsyncGenerator[None]:
    """Extend the lease of a run while the block runs; give it up when the block fails.

    After a block that ends well the lease still holds, for whoever closes the run. A store that
    cannot be reached breaks nothing off while the lease lasts: what is under way may be paid for.

    Raises:
        LeaseLost: another worker took the run; the block was cancelled.
        StoreError: the lease could not be extended until it ended.
    """

    async def beat() -> None:
        ends = current_time() + seconds
        while True:
            await sleep(seconds / _BEATS)
            try:
                await store.renew(run_id)
            except (LeaseLost, RunNotFound):
                raise
            except StoreError:
                if current_time() + seconds / _BEATS >= ends:
                    raise
            else:
                ends = current_time() + seconds

    try:
        async with helpers() as group:
            group.start_soon(beat)
            yield
    except BaseException:  # a cancellation too: an open run must be free for whoever resumes it
        await unbroken(store.release(run_id))
        raise

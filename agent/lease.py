"""Keeping a run while working on it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import sleep

from ..memory.store import Store
from .scope import helpers, unbroken


@asynccontextmanager
async def kept(store: Store, run_id: str, seconds: float) -> AsyncGenerator[None]:
    """Extend the lease of a run while the block runs; give it up when the block fails.

    After a block that ends well the lease still holds, for whoever closes the run.

    Raises:
        LeaseLost: another worker took the run; the block was cancelled.
    """

    async def beat() -> None:
        while True:
            await sleep(seconds / 3)
            await store.renew(run_id)

    try:
        async with helpers() as group:
            group.start_soon(beat)
            yield
    except BaseException:  # a cancellation too: an open run must be free for whoever resumes it
        await unbroken(store.release(run_id))
        raise

"""The trace store: what remembers runs."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from ..records import Run, Sample, Turn
from . import leases, reads, writes
from .engine import Database, database_at
from .leases import LEASE_SECONDS, Worker, worker_name
from .listing import EVERY, RunFilter, RunSummary, Stats
from .upgrade import HEAD, bring_up


@asynccontextmanager
async def open_store(
    url: str,
    *,
    owner: str | None = None,
    upgrade: bool = True,
    lease_seconds: float = LEASE_SECONDS,
) -> AsyncGenerator["Store"]:
    """Open a store, make or upgrade its schema, and close it after the block.

    Args:
        url: a path, `sqlite:///path`, or `postgresql://user:password@host/database`.
        owner: the name under which this worker holds runs; by default one that nobody else has.
        upgrade: False to leave the schema alone.
        lease_seconds: how long a run stays with this worker after its last write.

    Raises:
        StoreVersion: the store is newer than this package, or older and `upgrade` is False.
        StoreError: it cannot be opened; the subclass says why.
    """
    database = database_at(url)
    try:
        await bring_up(database, upgrade=upgrade)
        yield Store(database, Worker(owner or worker_name(), lease_seconds))
    finally:
        await database.close()


class Store:
    """Runs on record. Every write of a run proves in its own transaction that this worker owns it.

    All methods may raise `StoreError`; its subclasses say what is wrong with the store. Those that
    write a run raise `LeaseLost` once another worker owns it. Safe for concurrent use in one
    event loop.
    """

    def __init__(self, database: Database, worker: Worker) -> None:
        self._database = database
        self._worker = worker

    @property
    def owner(self) -> str:
        """The name under which this worker holds runs."""
        return self._worker.name

    @property
    def path(self) -> Path | None:
        """The file of an SQLite store."""
        return self._database.path

    async def opened(self, run: Run) -> None:
        """Write down a run that begins, and hold it."""
        await self._database.write(writes.opened, run, self._worker)

    async def edited(self, run_id: str, turn: Turn) -> None:
        """Write the edit half of a turn: an edit, or the failure to make one.

        Once only: the same half again changes nothing, another one in its place is a
        `StoreError`. What belongs to the critique half is left for `critiqued`.
        """
        await self._database.write(writes.edited, run_id, turn, self._worker)

    async def sampled(self, run_id: str, turn_number: int, sample: Sample) -> None:
        """Append one answer of the thinker to a turn."""
        await self._database.write(writes.sampled, run_id, turn_number, sample, self._worker)

    async def critiqued(self, run_id: str, turn: Turn) -> None:
        """Write the critique half of a turn, with those of its samples that are not written yet.

        Once only, as with `edited`.
        """
        await self._database.write(writes.critiqued, run_id, turn, self._worker)

    async def closed(self, run: Run) -> None:
        """Write how a run ended, and let it go."""
        await self._database.write(writes.closed, run, self._worker)

    async def claim(self, run_id: str, seconds: float = LEASE_SECONDS) -> Run:
        """Take over an open run that nobody holds, or whose holder was not heard of for long.

        Raises:
            LeaseLost: another worker holds it.
            RunNotFound: there is no such run.
            StoreError: it has ended.
        """
        await self._database.write(leases.claim, run_id, self._worker, seconds)
        return await self.run(run_id)

    async def renew(self, run_id: str) -> None:
        """Extend the lease during something long."""
        await self._database.write(leases.hold, run_id, self._worker)

    async def release(self, run_id: str) -> None:
        """Let an open run go, so that it can be resumed at once; one not held needs nothing."""
        await self._database.write(leases.release, run_id, self._worker)

    async def run(self, name: str) -> Run:
        """Return a run by its id, the beginning or the end of it, or `last`.

        Raises:
            RunNotFound: no run has this name, or several have, which are then named.
        """
        return await self._database.read(reads.run, name)

    async def runs(
        self, where: RunFilter = EVERY, limit: int = 20, before: str | None = None
    ) -> Sequence[RunSummary]:
        """Return runs, newest first; `before` is the id of the last one of the page before."""
        return await self._database.read(reads.summaries, where, limit, before)

    async def referenced(self) -> set[str]:
        """Return the SHA-256 of every picture that any run leads to."""
        return await self._database.read(reads.referenced)

    async def stats(self) -> Stats:
        """Count what is there."""
        runs, turns, images, size = await self._database.read(reads.counts)
        return Stats(runs=runs, turns=turns, images=images, bytes=size, revision=HEAD)

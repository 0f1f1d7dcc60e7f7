"""The trace store: what remembers runs."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ..records import Run, Sample, Turn
from . import curves, export, labels, leases, reads, remarks, writes
from .annotation import Annotation, Kind, Trace, Value
from .engine import Database, database_at
from .jobs import Jobs
from .judging import Judging
from .labels import Labelled
from .leases import LEASE_SECONDS, Worker
from .listing import EVERY, RunFilter, RunSummary, Stats
from .upgrade import HEAD, bring_up
from .uploads import Uploads
from .workers import worker_name

_PAGE = 50
"""Runs that an export reads at once."""


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

    @property
    def judging(self) -> Judging:
        """What judges said about pictures, whichever run made them."""
        return Judging(self._database, self._worker)

    @property
    def jobs(self) -> Jobs:
        """Runs that doors were asked for, and that any process may work on."""
        return Jobs(self._database, self._worker)

    @property
    def uploads(self) -> Uploads:
        """Pictures that doors were sent."""
        return Uploads(self._database)

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

    async def run(self, name: str, principal: str | None = None) -> Run:
        """Return a run by its id, the beginning or the end of it, or `last`.

        With a principal there are only the runs that a door began for that caller.

        Raises:
            RunNotFound: no run has this name, or several have, which are then named.
        """
        return await self._database.read(reads.run, name, principal)

    async def runs(
        self, where: RunFilter = EVERY, limit: int = 20, before: str | None = None
    ) -> Sequence[RunSummary]:
        """Return runs, newest first; `before` is the id of the last one of the page before."""
        return await self._database.read(reads.summaries, where, limit, before)

    async def labelled(self, name: str, prefix: str = "") -> Sequence[Labelled]:
        """Return the runs with a label of this name whose value begins so, oldest first."""
        return await self._database.read(labels.labelled, name, prefix)

    async def curves(self, name: str, prefix: str = "") -> Sequence[curves.Curve]:
        """Return the runs with a label of this name whose value begins so, in short."""
        return await self._database.read(curves.curves, name, prefix)

    async def trace(self, run_id: str, trace_id: str, span_id: str) -> None:
        """Record the trace of an attempt: the first one's in the run, others beside it."""
        further = Trace(trace_id=trace_id, span_id=span_id)
        await self._database.write(remarks.trace, run_id, further, self._worker)

    async def traces(self, run_id: str) -> Sequence[Trace]:
        """Return the traces of further attempts, in their order."""
        return (await self._database.read(remarks.traces_of, [run_id]))[run_id]

    async def annotate(
        self,
        run_id: str,
        turn_number: int | None,
        kind: Kind,
        name: str,
        value: Value,
        author: str = "",
        note: str = "",
    ) -> Annotation:
        """Say something about a run, or about one of its turns; anybody may, at any time.

        Raises:
            RunNotFound: there is no such run.
            StoreError: it has no such turn.
        """
        annotation = Annotation(
            turn=turn_number,
            kind=kind,
            name=name,
            value=value,
            author=author,
            note=note,
            created=leases.now(),
        )
        await self._database.write(remarks.annotate, run_id, annotation)
        return annotation

    async def annotations(self, run_id: str) -> Sequence[Annotation]:
        """Return what was said about a run, in the order of saying.

        Raises:
            RunNotFound: there is no such run.
        """
        return await self._database.read(remarks.annotations, run_id)

    async def remove(self, run_id: str) -> None:
        """Delete a run and what belongs to it; its pictures stay until they are collected.

        Raises:
            LeaseLost: another worker is at it.
            RunNotFound: there is no such run.
        """
        await self._database.write(leases.remove, run_id, self._worker)

    async def export(
        self, which: RunFilter | Sequence[str] = EVERY
    ) -> AsyncGenerator[dict[str, Any]]:
        """Yield runs as JSON objects, pictures by reference: those named by id, or oldest first.

        `export_line` makes the line of a file of each.

        Raises:
            RunNotFound: one of the ids names no run.
        """
        async for ids in self._pages(which):
            for each in await self._database.read(export.exported, ids):
                yield each

    async def import_(self, exported: Mapping[str, Any]) -> str:
        """Insert an exported run, held by nobody, and return its id.

        The same run again changes nothing.

        Raises:
            StoreVersion: it was exported by a newer editloop.
            StoreError: it is no exported run, or another one of its name is there.
        """
        return await self._database.write(export.imported, exported)

    async def referenced(self) -> set[str]:
        """Return the SHA-256 of every picture that any run leads to."""
        return await self._database.read(reads.referenced)

    async def stats(self) -> Stats:
        """Count what is there."""
        runs, turns, images, size = await self._database.read(reads.counts)
        return Stats(runs=runs, turns=turns, images=images, bytes=size, revision=HEAD)

    async def _pages(self, which: RunFilter | Sequence[str]) -> AsyncGenerator[Sequence[str]]:
        """Yield ids in portions that fit into memory; nothing is held open in between."""
        if not isinstance(which, RunFilter):
            for start in range(0, len(which), _PAGE):
                yield await self._database.read(reads.present, which[start : start + _PAGE])
            return
        after: reads.Place | None = None
        while page := await self._database.read(reads.places, which, _PAGE, after):
            yield [run_id for _, run_id in page]
            after = page[-1]

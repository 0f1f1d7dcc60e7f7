"""What is still to be done: each job against the folder's lines and the runs on record."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from anyio import to_thread

from ..memory import RunStatus
from ..memory.store import Store
from .batch_folder import BatchFolder, Line
from .jobs import KEY, BatchJob

_AT_ONCE = 64
"""Jobs that are read and looked up together."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one job needs."""

    job: BatchJob
    run: str | None = None
    """A run to go on with or, when it has ended, to deliver; None begins one."""

    line: Line | None = None
    """Its line, when it needs nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Turns jobs into steps, a few at a time."""

    folder: BatchFolder
    runs: Mapping[str, tuple[str, RunStatus]]
    """Runs that the folder's lines do not tell of, by the digest of their job."""

    def step(self, job: BatchJob) -> Step:
        """Say what a job needs; looks at the answer's file, so call it in a worker thread."""
        if found := self.runs.get(job.digest):
            return Step(job, run=found[0])

        known = self.folder.known.get(job.digest)
        if known is None or not known.settled:
            return Step(job, run=known.run if known and known.answered else None)

        line = self.folder.line(known)
        return Step(job, line=line) if self.folder.there(line) else Step(job, run=known.run)

    async def steps(
        self, jobs: Iterator[BatchJob], done: Callable[[Line], None]
    ) -> AsyncIterator[Step]:
        """Yield what is to be done; jobs that need nothing are only handed to `done`."""
        while steps := await to_thread.run_sync(self._some, jobs):
            for step in steps:
                if step.line:
                    done(step.line)
                else:
                    yield step

    def _some(self, jobs: Iterator[BatchJob]) -> Sequence[Step]:
        return [self.step(job) for job in islice(jobs, _AT_ONCE)]


async def planned(folder: BatchFolder, store: Store) -> Plan:
    """Find the runs that were cut off, or ended without a line: a crash leaves both.

    Raises:
        StoreError: the store cannot be read.
    """
    if folder.fresh:
        return Plan(folder, {})

    runs: dict[str, tuple[str, RunStatus]] = {}
    for value, run_id, status in await store.labelled(KEY, f"{folder.id}/"):
        digest = value.partition("/")[2]
        known = folder.known.get(digest)
        if known is None or known.run != run_id:
            runs[digest] = run_id, status
        else:
            runs.pop(digest, None)
    return Plan(folder, runs)

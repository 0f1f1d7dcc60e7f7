"""Many jobs at once: so many runs in flight, the jobs read as there is room, answers delivered."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from anyio import CapacityLimiter, to_thread

from ..agent import Closed, EditAgent, Event
from ..agent.many import side_by_side
from ..memory import (
    EditloopError,
    Failure,
    ImageRef,
    InputError,
    InternalError,
    LeaseLost,
    Run,
    RunNotFound,
    Task,
)
from ..memory.images import deliver, suffix_of
from .batch_folder import BatchFolder, Line
from .batch_plan import Step
from .batch_totals import line_of
from .deliver import Finish
from .editing import FILE
from .exits import Exit, of_error
from .files import read
from .jobs import BATCH, JOB, KEY, BatchJob
from .jobs_file import suffix_told
from .report import Ending, Written

_LOG = logging.getLogger(__name__)

_TAKEN_AT_ONCE = 4
"""Pictures that are read in, or delivered, at the same time; their bytes are in memory."""

_REMEMBERED = 1024
"""Pictures that need not be read again for another job."""

Version = tuple[Path, int, int]
"""A file as it is now: its path, when it was changed, its size."""

Hear = Callable[[BatchJob, Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What holds for all jobs of a batch."""

    finish: Finish = field(default_factory=Finish)
    touch: bool = False
    """Whether answers get the metadata and the size that `finish` says; else they stay as received
    unless another format was asked for."""

    media_type: str | None = None
    seed: int = 0
    labels: dict[str, str] = field(default_factory=dict[str, str])
    code: Callable[[Run], Exit]
    """The exit code of a closed run."""


@dataclass(slots=True, kw_only=True)
class Crew:
    """Works off steps."""

    agent: EditAgent
    folder: BatchFolder
    wanted: Wanted
    hear: Hear = lambda job, event: None
    """Hears every event of every run."""

    stopping: str | None = None
    """Why no further job is begun; those in flight go on to their end."""

    running: int = 0
    _known: dict[Version, ImageRef] = field(default_factory=dict[Version, ImageRef])
    _taking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_TAKEN_AT_ONCE))
    _giving: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_TAKEN_AT_ONCE))

    async def lines(
        self, steps: AsyncIterator[Step], limit: int
    ) -> AsyncGenerator[tuple[BatchJob, Line]]:
        """Do the steps, at most `limit` at once, and yield each job's line, which is on record."""

        async def work(step: Step) -> tuple[BatchJob, Line]:
            return step.job, await self._line(step)

        async with side_by_side(self._until_stopped(steps), work, limit=limit) as lines:
            async for found in lines:
                yield found

    async def _until_stopped(self, steps: AsyncIterator[Step]) -> AsyncGenerator[Step]:
        while not self.stopping and (step := await anext(steps, None)) is not None:
            yield step

    async def _line(self, step: Step) -> Line:
        job, ending, place = step.job, None, None
        self.running += 1
        try:
            run = await self._ended(step)
            ending = Ending(job.id, self.wanted.code(run), run)
            if run.best and run.best.edited:
                ending, place = await self._delivered(job, run)
        except EditloopError as error:
            ending = _failed(job, error, ending)
        except Exception as error:  # noqa: BLE001 (a bug must not take the runs beside it along)
            _LOG.exception("job %s ended with a bug", job.id)
            ending = _failed(job, InternalError(repr(error)), ending)
        finally:
            self.running -= 1

        line = line_of(job, ending, place)
        await to_thread.run_sync(self.folder.note, line)
        return line

    async def _ended(self, step: Step) -> Run:
        if step.run:
            try:
                return await self._followed(step.job, step.run)
            except RunNotFound:
                pass  # somebody removed it: begin anew

        return await self._followed(step.job, await self._task(step.job))

    async def _followed(self, job: BatchJob, what: Task | str) -> Run:
        closed: Run | None = None
        async with self.agent.stream(what) as events:
            async for event in events:
                self.hear(job, event)
                closed = event.run if isinstance(event, Closed) else closed
        if closed is None:
            raise InternalError("a run ended without saying so")

        return closed

    async def _task(self, job: BatchJob) -> Task:
        own = {BATCH: self.folder.id, JOB: job.id, KEY: f"{self.folder.id}/{job.digest}"}
        async with self._taking:
            return Task(
                source=await self._taken(job.image),
                instruction=job.instruction,
                mask=await self._taken(job.mask) if job.mask else None,
                references=tuple([await self._taken(path) for path in job.references]),
                seed=self.wanted.seed if job.seed is None else job.seed,
                labels={FILE: job.image.name, **self.wanted.labels, **job.labels, **own},
            )

    async def _taken(self, path: Path) -> ImageRef:
        """Take a picture in, checked; once for many jobs that edit the same one."""
        key = await to_thread.run_sync(_version, path)
        if key not in self._known:
            source = await to_thread.run_sync(read, str(path))
            self._known[key] = await self.agent.kit.images.put(source.data, verify=True)
            if len(self._known) > _REMEMBERED:
                self._known.pop(next(iter(self._known)))
        return self._known[key]

    async def _delivered(self, job: BatchJob, run: Run) -> tuple[Ending, str]:
        async with self._giving:
            data, written = await self._made(job, run)
            place = job.place
            if not (job.output and suffix_told(place)):
                place += suffix_of(written.media_type)
            await to_thread.run_sync(self.folder.put, place, job.digest, data)
        written = replace(written, path=self.folder.path / place)
        return Ending(job.id, self.wanted.code(run), run, written), place

    async def _made(self, job: BatchJob, run: Run) -> tuple[bytes, Written]:
        """The answer as a file: as it was received, unless something else was asked for."""
        edited = run.best.edited if run.best else None
        if edited is None:
            raise InternalError(f"run {run.id} has no answer to deliver")

        images = self.agent.kit.images
        data = await images.get(edited)
        asked = suffix_told(job.output) or self.wanted.media_type
        if not self.wanted.touch and asked in (None, edited.media_type):
            what = (edited.size, edited.sha256, edited.media_type, edited.width, edited.height)
            return data, Written(None, *what, (), ())

        source = await images.get(run.task.source)
        finish = self.wanted.finish

        def make() -> tuple[bytes, Written]:
            made = deliver(
                data,
                like=source,
                media_type=asked or edited.media_type,
                exif=finish.exif,
                quality=finish.quality,
                match_size=finish.match_size,
            )
            return made.data, Written.of(None, made.data, made.degraded, made.notes)

        return await to_thread.run_sync(make)


def _version(path: Path) -> Version:
    try:
        found = path.stat()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror or error}") from None

    return path, found.st_mtime_ns, found.st_size


def _failed(job: BatchJob, error: EditloopError, ending: Ending | None) -> Ending:
    failure = Failure.of(error)
    code = Exit.UNKNOWN if isinstance(error, LeaseLost) else of_error(error)
    return Ending(job.id, code, ending.run if ending else None, failure=failure)

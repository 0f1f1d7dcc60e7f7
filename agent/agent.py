"""`EditAgent`: edit, think, write it down, ask whether to stop."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from anyio import (
    create_memory_object_stream,
    move_on_after,
    to_thread,
)
from opentelemetry.trace import Span

from ..memory import Failure, ImageRef, InputError, Run, Stop, StopReason, Task, new_run_id
from ..memory.images import LocalImages
from ..memory.store import Store
from ..tools import Described, Editor
from .course import Course, Emit
from .events import Closed, Event, Opened
from .kit import Kit
from .lease import kept
from .many import Outcome, run_many
from .scope import helpers, unbroken
from .telemetry import ids


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAgent:
    """Runs tasks through the think-while-edit loop. Made by `build`, or by hand from a `Kit`."""

    kit: Kit
    seconds: float | None = None
    """Wall-clock limit of one run; when it is over, the best turn so far is the answer."""

    lease_seconds: float = 60.0
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The snapshot that every run keeps."""

    async def task(
        self,
        source: bytes | str | Path,
        instruction: str,
        *,
        mask: bytes | str | Path | None = None,
        references: Iterable[bytes | str | Path] = (),
        seed: int = 0,
        labels: Mapping[str, str] | None = None,
    ) -> Task:
        """Take pictures in, checked, and return the task.

        Raises:
            InputError: a file cannot be read, or the instruction is empty.
            PictureError: a picture is unsafe, broken or of a format that is not taken.
            StoreError: the pictures cannot be kept.
        """
        if not instruction.strip():
            raise InputError("the instruction is empty; say what to change")

        return Task(
            source=await self._taken(source),
            instruction=instruction,
            mask=await self._taken(mask) if mask is not None else None,
            references=tuple([await self._taken(reference) for reference in references]),
            seed=seed,
            labels=dict(labels or {}),
        )

    @property
    def editor(self) -> Editor:
        """Who edits."""
        return self.kit.editor

    @property
    def images(self) -> LocalImages:
        """Where the pictures are."""
        return self.kit.images

    @property
    def store(self) -> Store:
        """Where the runs are."""
        return self.kit.store

    async def run(self, task: Task, *, watch: Emit | None = None) -> Run:
        """Run a task to its end and return the closed run; `watch` hears its events.

        Failures of editor and thinker are on the run, not raised. Cancelling leaves an open run
        that `resume` continues. A watcher that raises `BudgetSpent` ends the run there, closed with
        its best turn.

        Raises:
            StoreError: the record cannot be written.
        """
        return await self._run(task, watch or _nobody)

    async def resume(self, run_id: str, *, watch: Emit | None = None) -> Run:
        """Go on with an open run where its record ends; a closed run is returned as it is.

        Raises:
            RunNotFound: there is no such run.
            LeaseLost: another worker owns it.
            StoreError: the record cannot be read or written.
        """
        return await self._resume(run_id, watch or _nobody)

    async def carry(self, run: Run, *, watch: Emit | None = None) -> Run:
        """Go on with an open run that this worker holds already, to its end.

        Raises:
            LeaseLost: it does not hold it any more.
            StoreError: the record cannot be written.
        """
        with self.kit.telemetry.run(run) as span:
            trace_id, span_id = ids(span)
            if trace_id and span_id:
                await self.kit.store.trace(run.id, trace_id, span_id)
            return await self._go(run, watch or _nobody, span, resumed=bool(run.turns))

    @asynccontextmanager
    async def stream(self, task: Task | str) -> AsyncGenerator[AsyncIterator[Event]]:
        """Run a task, or resume a run by its id, and iterate over its events.

        async with agent.stream(task) as events:
            async for event in events: ...

        Leaving the block early cancels the run, which stays resumable. A slow reader slows the
        run down; nothing piles up.
        """
        send, receive = create_memory_object_stream[Event](16)

        async def work() -> None:
            async with send:
                if isinstance(task, Task):
                    await self._run(task, send.send)
                else:
                    await self._resume(task, send.send)

        async with helpers() as group, receive:
            group.start_soon(work)
            yield receive

    @asynccontextmanager
    async def run_many(
        self,
        tasks: Iterable[Task] | AsyncIterable[Task],
        *,
        limit: int = 8,
        watch: Emit | None = None,
    ) -> AsyncGenerator[AsyncIterator[Outcome]]:
        """Run tasks, at most `limit` at once, and iterate over outcomes as they come.

        Tasks are taken from the iterable only as there is room, and a slow reader slows the work
        down. Nothing that happens to one run touches another. `watch` hears the events of all.
        """

        async def run(task: Task) -> Run:
            return await self._run(task, watch or _nobody)

        async with run_many(run, tasks, limit=limit) as outcomes:
            yield outcomes

    async def _taken(self, source: bytes | str | Path) -> ImageRef:
        if not isinstance(source, bytes):
            source = await to_thread.run_sync(_read, Path(source))
        return await self.kit.images.put(source, verify=True)

    def fresh(self, task: Task, settings: Mapping[str, Any] | None = None) -> Run:
        """Return the record of a run that is not begun; `settings` are those that differ."""
        return Run(
            id=new_run_id(),
            task=task,
            created=datetime.now(UTC),
            editor=self.kit.editor.name,
            thinker=self.kit.thinker.name,
            settings={**self.settings, **_described(self.kit), **(settings or {})},
        )

    async def _run(self, task: Task, emit: Emit) -> Run:
        run = self.fresh(task)
        with self.kit.telemetry.run(run) as span:
            trace_id, span_id = ids(span)
            run = run.but(trace_id=trace_id, span_id=span_id)
            await unbroken(self.kit.store.opened(run))
            return await self._go(run, emit, span, resumed=False)

    async def _resume(self, run_id: str, emit: Emit) -> Run:
        run = await self.kit.store.run(run_id)
        if run.stop is not None:
            await emit(Closed(run))
            return run

        return await self.carry(
            await self.kit.store.claim(run.id, seconds=self.lease_seconds), watch=emit
        )

    async def _go(self, run: Run, emit: Emit, span: Span, *, resumed: bool) -> Run:
        course = Course(self.kit, run, emit)
        async with kept(self.kit.store, run.id, self.lease_seconds):
            await emit(Opened(run, resumed))
            stop = await self._finished(course)
        run = await self._closed(course, stop)
        self.kit.telemetry.closed(span, run)
        await emit(Closed(run))
        return run

    async def _finished(self, course: Course) -> Stop:
        start = perf_counter()
        with move_on_after(self.seconds):
            return await course.finish()

        detail = f"the limit of {self.seconds:g} s was reached after {perf_counter() - start:.1f} s"
        return Stop(reason=StopReason.BUDGET, detail=detail)

    async def _closed(self, course: Course, stop: Stop) -> Run:
        answer = self.kit.rules.select.pick(course.run)
        failed = stop.reason in (StopReason.FAILED, StopReason.REFUSED) and course.run.last
        failure: Failure | None = failed.failure if failed else None
        run = course.run.ended(stop, answer.number if answer else None, failure)
        await unbroken(self.kit.store.closed(run))
        return run


def _described(kit: Kit) -> dict[str, Any]:
    """What the engines want on record, known now that they are open."""
    engines = {
        "editor_details": kit.editor,
        "thinker_details": kit.thinker,
        "first_details": kit.rewriter,
    }
    return {
        name: dict(engine.details)
        for name, engine in engines.items()
        if isinstance(engine, Described)
    }


async def _nobody(_: Event) -> None:
    """Nobody listens."""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {str(path)!r}") from None
    except IsADirectoryError:
        raise InputError(f"{str(path)!r} is a folder; name a picture") from None
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror or error}") from None

"""One thread that owns a pipeline: it loads it, is the only one to call it, and frees it.

A pipeline is not safe to share between threads, and compiled graphs want the thread that made them.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import anyio
from anyio import CancelScope, RunFinishedError, from_thread
from anyio.lowlevel import EventLoopToken, current_token

from ...memory import EditorError
from ..editor import Watch
from .pictures import Prepared
from .plan import Plan

Made = TypeVar("Made")


@dataclass(slots=True, eq=False)
class Job(Generic[Made]):
    """One request in the queue, and later its answer."""

    prepared: Prepared
    instruction: str
    seed: int
    watch: Watch | None
    plan: Plan
    token: EventLoopToken = field(default_factory=current_token)
    settled: anyio.Event = field(default_factory=anyio.Event)
    withdrawn: bool = False
    """Its caller has gone; set once, read by the worker between steps."""

    made: Made | None = None
    error: BaseException | None = None
    notes: list[str] = field(default_factory=list[str])
    seconds: float = 0.0
    together: int = 1
    """How many requests ran with it in one call, itself included."""

    @property
    def kind(self) -> Hashable:
        """Requests of one kind may run together."""
        pictures = self.prepared.size, self.prepared.source.size, self.prepared.mask is None
        return pictures, self.plan.kind

    def settle(self) -> None:
        """Wake the caller; from the worker's thread."""
        _wake(self.settled, self.token)


class Runs(Protocol[Made]):
    """What the thread owns."""

    def __call__(self, jobs: Sequence[Job[Made]]) -> None:
        """Work on jobs of one kind, and put into each its answer or its error."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class Worker(Generic[Made]):
    """Runs jobs in the order of arrival, similar ones together."""

    def __init__(self, name: str, batch: int) -> None:
        """`batch` is how many jobs run together at most."""
        self._name, self._batch = name, batch
        self._waiting: deque[Job[Made]] = deque()
        self._running: Sequence[Job[Made]] = ()
        self._changed = threading.Condition()
        self._closed = threading.Event()  # one for each opening, so that a late thread stays closed
        self._closed.set()
        self._thread: threading.Thread | None = None

    async def open(self, load: Callable[[], Runs[Made]]) -> None:
        """Start the thread and load in it.

        Cancelled while it loads, it returns at once, and the thread ends when the load does.
        """
        opened, ended, token = anyio.Event(), anyio.Event(), current_token()
        closed = threading.Event()
        failures: list[BaseException] = []
        self._ended = ended

        def live() -> None:
            try:
                run = load()
            except BaseException as error:  # noqa: BLE001 (raised by `open`)
                failures.append(error)
                _wake(opened, token)
                return

            _wake(opened, token)
            self._serve(run, closed)
            run.close()
            _wake(ended, token)

        self._closed = closed
        self._thread = threading.Thread(target=live, name=self._name, daemon=True)
        self._thread.start()
        try:
            await opened.wait()
        except BaseException:
            self._shut()
            raise

        if failures:
            closed.set()
            raise failures[0]

    async def run(self, job: Job[Made]) -> Made:
        """Wait for a job's turn and its answer.

        Cancelled in the queue, it never reaches the pipeline; cancelled later, it stops after the
        step that is being made, and the caller does not wait for that.

        Raises:
            EditorError: the worker is closed, or what the run raised.
        """
        with self._changed:
            if self._closed.is_set():
                raise EditorError(f"{self._name} is not open: use it inside of `async with`")

            self._waiting.append(job)
            self._changed.notify()
        try:
            await job.settled.wait()
        finally:
            self._withdraw(job)

        if job.error is not None:
            raise job.error

        assert job.made is not None
        return job.made

    @property
    def waiting(self) -> int:
        """Jobs that are not yet being worked on."""
        return len(self._waiting)

    @property
    def busy(self) -> bool:
        """Whether jobs are being worked on."""
        return bool(self._running)

    async def close(self) -> None:
        """Stop after the step that is being made, free the pipeline and end the thread."""
        if self._thread is None or not self._thread.is_alive():
            return

        self._shut()
        with CancelScope(shield=True):
            await self._ended.wait()
        self._thread = None

    def _shut(self) -> None:
        with self._changed:
            self._closed.set()
            for job in (*self._waiting, *self._running):
                job.withdrawn = True
            self._changed.notify_all()

    def _withdraw(self, job: Job[Made]) -> None:
        with self._changed:
            job.withdrawn = True
            with suppress(ValueError):
                self._waiting.remove(job)

    def _serve(self, run: Runs[Made], closed: threading.Event) -> None:
        while jobs := self._next(closed):
            try:
                run(jobs)
            except BaseException as error:  # noqa: BLE001 (raised by `run`; the thread goes on)
                for job in jobs:
                    job.error = job.error or error
            self._running = ()
            for job in jobs:
                job.settle()
            jobs = ()  # lets go of their pictures while it waits

        for job in self._waiting:
            job.error = EditorError(f"{self._name} was closed before this edit was made")
            job.settle()

    def _next(self, closed: threading.Event) -> Sequence[Job[Made]]:
        """The oldest job and the oldest of its kind; none when it is time to go."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or closed.is_set())
            if closed.is_set():
                return ()

            kind = self._waiting[0].kind
            jobs = [job for job in self._waiting if job.kind == kind][: self._batch]
            for job in jobs:
                self._waiting.remove(job)
            self._running = jobs
            return jobs


def _wake(event: anyio.Event, token: EventLoopToken) -> None:
    with suppress(RunFinishedError):  # the loop has ended, and nobody waits
        from_thread.run_sync(event.set, token=token)

"""Edits under way: each may have several listeners, and ends when the last one leaves."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import anyio
from anyio.abc import TaskGroup

from ..memory import EditloopError, EditorBusy, InternalError
from ..tools import Edited, EditRequest, Progress
from .refusals import Refused
from .rules import ServiceRules

Work = Callable[[EditRequest], Awaitable[Edited]]


@dataclass(slots=True)
class Job:
    """One edit and whoever waits for it."""

    request: EditRequest
    print: bytes
    """The digest of what was asked, to tell a repetition from another request."""

    key: str = ""
    done: anyio.Event = field(default_factory=anyio.Event)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    listeners: int = 0
    edited: Edited | None = None
    error: Exception | None = None
    progress: Progress | None = None
    ended: float = 0.0

    @property
    def answer(self) -> Edited:
        """The edit.

        Raises:
            EditloopError: what the editor raised.
            Refused: the service ended it.
        """
        if self.edited:
            return self.edited

        raise self.error or EditorBusy("the service is stopping: ask again, or elsewhere")


class Jobs:
    """Starts edits, joins repetitions of them, and remembers answers for a while."""

    def __init__(self, rules: ServiceRules, work: Work) -> None:
        self._rules = rules
        self._work = work
        self._group: TaskGroup | None = None
        self._keyed: OrderedDict[str, Job] = OrderedDict()
        self._bytes = 0
        self.running: list[Job] = []

    def begin(self, group: TaskGroup) -> None:
        """Name the task group in which edits run."""
        self._group = group

    def knows(self, key: str) -> bool:
        """Whether a request with this key would start nothing new."""
        self._forget_old()
        return bool(key) and key in self._keyed

    async def answered(self, request: EditRequest, print_: bytes) -> Job:
        """Wait for the edit, the running one or the remembered one where the key is the same.

        Cancelling the last one that waits cancels the edit.

        Raises:
            EditloopError: what the editor raised.
            Refused: 422 where the key was used for something else; what the line says.
        """
        job = self._joined(request.key, print_) or self._started(request, print_)
        job.listeners += 1
        try:
            await job.done.wait()
        finally:
            job.listeners -= 1
            if not job.listeners and not job.done.is_set():
                self._drop(job)
                job.scope.cancel()

        _ = job.answer
        return job

    def _joined(self, key: str, print_: bytes) -> Job | None:
        if not self.knows(key):
            return None

        job = self._keyed[key]
        if job.print != print_:
            said = f"the Idempotency-Key {key!r} was used for another request: choose a new one"
            raise Refused(422, "key_reused", said)

        return job

    def _started(self, request: EditRequest, print_: bytes) -> Job:
        if self._group is None:
            raise Refused(503, "not_begun", "the service has not begun: try again in a moment")

        job = Job(request, print_, request.key)
        if job.key:
            self._keyed[job.key] = job
        self.running.append(job)
        self._group.start_soon(self._do, job)
        return job

    async def _do(self, job: Job) -> None:
        try:
            with job.scope:
                job.edited = await self._work(_watched(job))
        except (EditloopError, Refused) as error:
            job.error = error
        except Exception as error:  # noqa: BLE001 (an editor's bug ends this edit, not the service)
            job.error = InternalError(f"the editor failed by {type(error).__name__}: {error}")
            job.error.__cause__ = error
        finally:
            self.running.remove(job)
            job.ended = anyio.current_time()
            self._keep(job)
            job.done.set()

    def _keep(self, job: Job) -> None:
        """Remember an edit; failures may be tried again under the same key."""
        if self._keyed.get(job.key) is not job:
            return

        if job.edited is None or len(job.edited.picture.data) > self._rules.remembered_bytes:
            del self._keyed[job.key]
            return

        self._keyed.move_to_end(job.key)
        self._bytes += len(job.edited.picture.data)
        while self._bytes > self._rules.remembered_bytes:
            self._drop(next(each for each in self._keyed.values() if each.edited))

    def _forget_old(self) -> None:
        since = anyio.current_time() - self._rules.remembered_seconds
        for job in [j for j in self._keyed.values() if j.edited and j.ended < since]:
            self._drop(job)

    def _drop(self, job: Job) -> None:
        if self._keyed.get(job.key) is job:
            del self._keyed[job.key]
            self._bytes -= len(job.edited.picture.data) if job.edited else 0


def _watched(job: Job) -> EditRequest:
    def watch(progress: Progress) -> None:
        job.progress = progress

    return replace(job.request, watch=watch)

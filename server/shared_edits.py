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
class SharedEdit:
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


class SharedEdits:
    """Starts edits, joins repetitions of them, and remembers answers for a while."""

    def __init__(self, rules: ServiceRules, work: Work) -> None:
        self._rules = rules
        self._work = work
        self._group: TaskGroup | None = None
        self._keyed: OrderedDict[str, SharedEdit] = OrderedDict()
        self._bytes = 0
        self.running: list[SharedEdit] = []

    def begin(self, group: TaskGroup) -> None:
        """Name the task group in which edits run."""
        self._group = group

    def knows(self, key: str) -> bool:
        """Whether a request with this key would start nothing new."""
        self._forget_old()
        return bool(key) and key in self._keyed

    async def answered(self, request: EditRequest, print_: bytes) -> SharedEdit:
        """Wait for the edit, the running one or the remembered one where the key is the same.

        Cancelling the last one that waits cancels the edit.

        Raises:
            EditloopError: what the editor raised.
            Refused: 422 where the key was used for something else; what the line says.
        """
        edit = self._joined(request.key, print_) or self._started(request, print_)
        edit.listeners += 1
        try:
            await edit.done.wait()
        finally:
            edit.listeners -= 1
            if not edit.listeners and not edit.done.is_set():
                self._drop(edit)
                edit.scope.cancel()

        _ = edit.answer
        return edit

    def _joined(self, key: str, print_: bytes) -> SharedEdit | None:
        if not self.knows(key):
            return None

        edit = self._keyed[key]
        if edit.print != print_:
            said = f"the Idempotency-Key {key!r} was used for another request: choose a new one"
            raise Refused(422, "key_reused", said)

        return edit

    def _started(self, request: EditRequest, print_: bytes) -> SharedEdit:
        if self._group is None:
            raise Refused(503, "not_begun", "the service has not begun: try again in a moment")

        edit = SharedEdit(request, print_, request.key)
        if edit.key:
            self._keyed[edit.key] = edit
        self.running.append(edit)
        self._group.start_soon(self._do, edit)
        return edit

    async def _do(self, edit: SharedEdit) -> None:
        try:
            with edit.scope:
                edit.edited = await self._work(_watched(edit))
        except (EditloopError, Refused) as error:
            edit.error = error
        except Exception as error:  # noqa: BLE001 (an editor's bug ends this edit, not the service)
            edit.error = InternalError(f"the editor failed by {type(error).__name__}: {error}")
            edit.error.__cause__ = error
        finally:
            self.running.remove(edit)
            edit.ended = anyio.current_time()
            self._keep(edit)
            edit.done.set()

    def _keep(self, edit: SharedEdit) -> None:
        """Remember an edit; failures may be tried again under the same key."""
        if self._keyed.get(edit.key) is not edit:
            return

        if edit.edited is None or len(edit.edited.picture.data) > self._rules.remembered_bytes:
            del self._keyed[edit.key]
            return

        self._keyed.move_to_end(edit.key)
        self._bytes += len(edit.edited.picture.data)
        while self._bytes > self._rules.remembered_bytes:
            self._drop(next(each for each in self._keyed.values() if each.edited))

    def _forget_old(self) -> None:
        since = anyio.current_time() - self._rules.remembered_seconds
        for edit in [e for e in self._keyed.values() if e.edited and e.ended < since]:
            self._drop(edit)

    def _drop(self, edit: SharedEdit) -> None:
        if self._keyed.get(edit.key) is edit:
            del self._keyed[edit.key]
            self._bytes -= len(edit.edited.picture.data) if edit.edited else 0


def _watched(edit: SharedEdit) -> EditRequest:
    def watch(progress: Progress) -> None:
        edit.progress = progress

    return replace(edit.request, watch=watch)

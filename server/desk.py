"""The desk between the doors and the editor: one edit from admission to answer."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import anyio
from starlette.requests import ClientDisconnect, Request

from ..memory import EditloopError, EditorError
from ..tools import Abilities, Described, Edited, EditRequest
from .asked import Settable
from .connected import while_connected
from .keeper import Keeper, Opening
from .metrics import Metrics
from .official import Face
from .queue import Line
from .refusals import Refused, of_error
from .rules import ServiceRules
from .shared_edits import SharedEdits

_Value = TypeVar("_Value")
KEY = "idempotency-key"
_LONGEST_KEY = 256
_SPARE = 8  # requests beyond the line: repetitions, and bodies that turn out to be refused


@dataclass(frozen=True, slots=True)
class Done:
    """An edit that was made, now or before."""

    edited: Edited
    seed: int
    """The one that was used."""


class Desk:
    """Holds the editor, the line before it and the edits under way."""

    def __init__(
        self,
        opening: Opening,
        face: Face,
        rules: ServiceRules,
        *,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        """`stop` is called when the editor cannot be opened."""
        self.rules, self.face = rules, face
        self.line = Line(rules)
        self.edits = SharedEdits(rules, self._edited)
        self.keeper = Keeper(opening, rules, self.line, mask=face.verb == "fill")
        self.metrics = Metrics()
        self._inside = 0
        self._stop = stop

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Keep the editor open beside the block; edits under way at its end are cancelled."""
        async with anyio.create_task_group() as group:
            self.edits.begin(group)
            group.start_soon(self.keeper.keep, self._stop)
            try:
                yield
            finally:
                group.cancel_scope.cancel()

    @property
    def abilities(self) -> Abilities:
        """What the editor can do.

        Raises:
            Refused: 503 while it is being opened, 500 where it cannot be.
        """
        try:
            return self.keeper.editor.abilities
        except EditloopError as error:
            raise of_error(error, self.line.retry_after) from error

    @property
    def settable(self) -> Settable:
        """What a request can set of the editor.

        Raises:
            Refused: as for `abilities`.
        """
        options = self.abilities.options
        editor = self.keeper.editor
        return Settable(options, editor.details if isinstance(editor, Described) else {})

    @contextmanager
    def admitted(self, http: Request) -> Generator[str]:
        """Let a request in by its headers alone; give its idempotency key.

        Bodies that are on their way count too, so that memory is bounded before they are read.

        Raises:
            Refused: 400 for an endless key, 429 or 503 where the body would be read in vain.
        """
        key = http.headers.get(KEY, "")
        if len(key) > _LONGEST_KEY:
            raise Refused(400, "invalid", f"{KEY} is longer than {_LONGEST_KEY} characters")

        if not self.edits.knows(key):
            _ = self.abilities
            self.line.check()
        if self._inside >= self.rules.at_once + self.rules.waiting + _SPARE:
            raise self.line.full()

        self._inside += 1
        try:
            yield key
        finally:
            self._inside -= 1

    async def edit(self, request: EditRequest, digest: bytes) -> Done:
        """Have it edited; cancelling this cancels the edit unless others wait for it too.

        Raises:
            Refused: the status and the sentence for whatever came instead of an edit.
        """
        try:
            shared = await self.edits.answered(request, digest)
        except EditloopError as error:
            refused = of_error(error, self.line.retry_after)
            self.metrics.edits.add(outcome=refused.kind)
            raise refused from error
        except Refused as refused:
            self.metrics.edits.add(outcome=refused.kind)
            raise

        fresh = shared.request is request
        self.metrics.edits.add(outcome="edited" if fresh else "repeated")
        return Done(shared.answer, shared.request.seed)

    async def while_connected(self, http: Request, work: Callable[[], Awaitable[_Value]]) -> _Value:
        """Do the work unless the client leaves; whoever leaves takes the edit along.

        Raises:
            ClientDisconnect: nobody waits any more; the work was cancelled.
            Refused: what the work raised.
        """
        try:
            return await while_connected(http, work)
        except ClientDisconnect:
            self.metrics.edits.add(outcome="client_left")
            raise

    async def _edited(self, request: EditRequest) -> Edited:
        return await self.line.through(lambda: self._worked(request))

    async def _worked(self, request: EditRequest) -> Edited:
        """The editor's part; its time is measured and its failures are remembered."""
        editor = self.keeper.editor
        began = perf_counter()
        try:
            edited = await editor.edit(request)
            if not edited.picture.data:
                raise EditorError(f"{editor.name} answered with no bytes")
        except EditloopError as error:
            self.keeper.said(error)
            raise
        except Exception as error:
            self.keeper.said(EditorError(f"{editor.name} failed by {type(error).__name__}"))
            raise

        self.metrics.seconds.add(perf_counter() - began)
        self.keeper.said(None)
        return edited

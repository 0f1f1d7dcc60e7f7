"""Keeps the editor open, and knows whether it really answers."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import perf_counter

import anyio

from ..memory import EditloopError, EditorBusy, EditorError, EditorRejected, InternalError
from ..tools import Edited, Editor, EditRequest, Picture
from ..tools.pool.probing import tiny_png
from .queue import Line
from .rules import ServiceRules

Opening = Callable[[], AbstractAsyncContextManager[Editor]]
"""Opens an editor; called once, in the task that also closes it."""

_log = logging.getLogger("editloop.server")
_STEPS = "num_inference_steps"
_FEW = 2  # steps of a probe: schedulers exist that cannot do one


class Keeper:
    """Opens, probes and closes one editor."""

    def __init__(self, opening: Opening, rules: ServiceRules, line: Line, *, mask: bool) -> None:
        self._opening, self._rules, self._line = opening, rules, line
        self._mask = mask
        self._editor: Editor | None = None
        self._troubled = anyio.Event()
        self._answered = not rules.probe
        self.settled = anyio.Event()
        """Set once it is known for the first time whether the editor answers."""

        self.trouble: str = ""
        """Why it is not ready, when something went wrong."""

        self.failed: EditloopError | None = None
        """Why the editor could not be opened at all."""

    @property
    def editor(self) -> Editor:
        """The open editor.

        Raises:
            EditorBusy: it is being opened.
            EditorError: it cannot be opened.
        """
        if self._editor:
            return self._editor

        if self.failed:
            raise EditorError(f"the editor could not be opened: {self.failed}") from self.failed

        raise EditorBusy("the editor is being opened: try again in a moment")

    @property
    def is_open(self) -> bool:
        """Whether there is an editor to ask."""
        return self._editor is not None

    @property
    def ready(self) -> bool:
        """An edit was answered since the start, and the last one did not fail."""
        return self.is_open and self._answered and not self.trouble

    async def keep(self, stop: Callable[[], None]) -> None:
        """Hold the editor open until cancelled; call `stop` where it cannot be opened."""
        began = perf_counter()
        try:
            async with self._opening() as editor:
                self._editor = editor
                _log.info("opened %s in %.1f s", editor.name, perf_counter() - began)
                try:
                    await self._watch_over(editor)
                finally:
                    self._editor = None
        except EditloopError as error:
            self._fail(error, stop)
        except Exception as error:  # noqa: BLE001 (a bug of an engine, told as such)
            failed = InternalError(f"{type(error).__name__}: {error}")
            failed.__cause__ = error
            self._fail(failed, stop)

    def said(self, error: Exception | None) -> None:
        """Learn from what a real edit came to; the request's own faults say nothing."""
        if error is None:
            self._answered, self.trouble = True, ""
        elif isinstance(error, InternalError) or (
            isinstance(error, EditorError) and not isinstance(error, EditorRejected)
        ):
            self.trouble = str(error)
            self._troubled.set()

    def _fail(self, error: EditloopError, stop: Callable[[], None]) -> None:
        self.failed, self.trouble = error, str(error)
        self.settled.set()
        _log.error("the editor could not be opened: %s", error)
        stop()

    async def _watch_over(self, editor: Editor) -> None:
        if self._rules.probe:
            await self._probe(editor)
        self.settled.set()
        while True:
            await self._troubled.wait()
            await anyio.sleep(self._rules.probe_seconds)
            self._troubled = anyio.Event()
            if self.trouble:
                await self._probe(editor)

    async def _probe(self, editor: Editor) -> None:
        """Have a small picture edited, in the line like everybody."""
        from .refusals import Refused

        began = perf_counter()
        try:
            edited = await self._line.through(lambda: editor.edit(self._tiny(editor)))
            _filled(edited, editor)
        except Refused as refused:
            if refused.status_code == 504:
                self.said(EditorError(refused.said))
            else:
                self._troubled.set()  # full: those edits will tell
        except EditloopError as error:
            _log.warning("the tiny edit failed: %s", error)
            self.trouble = str(error)
            self._troubled.set()
        else:
            self.said(None)
            _log.info("ready: a tiny edit was answered in %.2f s", perf_counter() - began)

    def _tiny(self, editor: Editor) -> EditRequest:
        picture = Picture(tiny_png(), "image/png")
        options = {_STEPS: _FEW} if _STEPS in editor.abilities.options else {}
        return EditRequest(
            picture,
            "Make the picture a little brighter.",
            mask=picture if self._mask else None,
            options=options,
        )


def opened(editor: Editor) -> Opening:
    """The opening of an editor that was made already; those that connect are entered."""

    @asynccontextmanager
    async def opening() -> AsyncGenerator[Editor]:
        if isinstance(editor, AbstractAsyncContextManager):
            async with editor:
                yield editor
        else:
            yield editor

    return opening


def _filled(edited: Edited, editor: Editor) -> None:
    if not edited.picture.data:
        raise EditorError(f"{editor.name} answered a probe with nothing")

"""What a person or a program sees of a chat: words on stdout, the loop's turns on stderr."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from ..agent import EditAgent, Event, Opened
from ..agent.said import said
from ..memory import Run, Task
from ..memory.images import LocalImages
from ..memory.store import Store
from ..tools import Editor
from .lines import emit
from .live import LiveTable, PlainLines, Watcher
from .screen import Screen
from .words import visible


class Shows(Protocol):
    """Shows one conversation."""

    def text(self, piece: str) -> None:
        """Words of the model, as they come."""
        ...

    def called(self, tool: str) -> None:
        """The model calls a tool."""
        ...

    def answered(self, text: str, facts: dict[str, Any]) -> None:
        """An exchange is over."""
        ...

    def watcher(self) -> Watcher | None:
        """What shows a run; None: its events come by `heard`."""
        ...

    def heard(self, event: Event) -> None:
        """Take an event of a run in."""
        ...


@dataclass(slots=True)
class ForPeople:
    """Streams words to stdout, and shows runs as `editloop edit` does."""

    screen: Screen
    targets: tuple[float, float]
    _open: bool = False
    _live: bool = False

    def text(self, piece: str) -> None:
        """Print a piece of the answer."""
        if piece:
            print(visible(piece), end="", flush=True)
            self._open = not piece.endswith("\n")

    def called(self, tool: str) -> None:
        """End the line that was being written."""
        self._ended()

    def answered(self, text: str, facts: dict[str, Any]) -> None:
        """End the answer, and name what it can be saved by."""
        self._ended()
        for image in facts["images"]:
            self.screen.say("picture", f"{image['image']}  {image['size']}")

    def watcher(self) -> Watcher:
        """A table in place, or lines; lines too beside a table that is being drawn."""
        if self.screen.lively and not self._live:
            return _Once(LiveTable(self.screen, self.targets), self)
        return PlainLines(self.screen)

    def heard(self, event: Event) -> None:
        """Nothing: the watcher shows it."""

    def drawing(self, live: bool) -> None:
        """Note that a table is being drawn, or no longer."""
        self._live = live

    def _ended(self) -> None:
        if self._open:
            print(flush=True)
        self._open = False


@dataclass(slots=True)
class _Once:
    """A table that says while it is drawn that there is one."""

    table: LiveTable
    shown: ForPeople

    def __enter__(self) -> Self:
        self.shown.drawing(True)
        self.table.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.table.__exit__()
        self.shown.drawing(False)

    def hear(self, event: Event) -> None:
        """Pass an event on."""
        self.table.hear(event)


@dataclass(slots=True)
class ForPrograms:
    """One JSON object a line: pieces of text, tool calls, events of runs, answers."""

    session: str

    def text(self, piece: str) -> None:
        """A piece of the answer."""
        if piece:
            emit({"type": "text.delta", "text": piece})

    def called(self, tool: str) -> None:
        """The name of the tool."""
        emit({"type": "tool.called", "tool": tool})

    def answered(self, text: str, facts: dict[str, Any]) -> None:
        """The whole answer."""
        emit({"type": "answer", "session": self.session, "text": text, **facts})

    def watcher(self) -> None:
        """Return None: events are printed as they are heard."""

    def heard(self, event: Event) -> None:
        """Print an event, as `--events` does."""
        emit(said(event))


@dataclass(slots=True)
class Watched:
    """The agent of a chat, whose runs are shown; it is the `Loop` of the chat's tools."""

    agent: EditAgent
    shows: Shows
    unfinished: dict[str, Run] = field(default_factory=dict[str, Run])
    """Runs that were begun and have not ended, for what is said after Ctrl-C."""

    @property
    def editor(self) -> Editor:
        """Who edits."""
        return self.agent.editor

    @property
    def images(self) -> LocalImages:
        """Where the pictures are."""
        return self.agent.images

    @property
    def store(self) -> Store:
        """Where the runs are."""
        return self.agent.store

    async def run(
        self, task: Task, *, watch: Callable[[Any], Awaitable[None]] | None = None
    ) -> Run:
        """Run a task, shown; what is cut off stays in `unfinished`."""
        watcher = self.shows.watcher()
        inside: AbstractContextManager[object] = watcher or nullcontext()
        with inside:

            async def hear(event: Event) -> None:
                if isinstance(event, Opened):
                    self.unfinished[event.run.id] = event.run
                self.shows.heard(event)
                if watcher:
                    watcher.hear(event)
                if watch:
                    await watch(event)

            run = await self.agent.run(task, watch=hear)
        self.unfinished.pop(run.id, None)
        return run

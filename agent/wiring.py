"""Wiring: settings in, a wired agent out. The only place that names concrete engines."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from math import inf
from typing import TypeVar

from anyio import CapacityLimiter

from ..memory import SettingsError
from ..memory.images import LocalImages
from ..memory.store import open_store
from ..policies import (
    BaseChoice,
    FromBest,
    FromPrevious,
    FromSource,
    Rules,
    Thinker,
    reference,
    standard,
)
from ..tools import Editor
from .agent import EditAgent
from .kit import Kit
from .ledger import Ledger
from .retry import Retry
from .settings import Choices, Settings, load
from .telemetry import Telemetry

_Made = TypeVar("_Made")


@asynccontextmanager
async def build(choices: Choices | Settings | None = None) -> AsyncGenerator[EditAgent]:
    """Open the store and the engines, and close them at the end of the block.

    Without an argument the settings are read from the environment and the files.

    Raises:
        SettingsError: an editor or thinker of that name does not exist.
        StoreError: the store cannot be opened.
    """
    if isinstance(choices, Settings):
        choices = Choices(choices, dict.fromkeys(Settings.model_fields, "the program"))
    choices = choices or load()
    settings = choices.settings
    editor = editor_named(settings.editor, cost=settings.edit_cost)
    thinker = thinker_named(settings.thinker)
    opened = open_store(settings.store_url, lease_seconds=settings.lease_seconds)
    async with _closing(editor), opened as store:
        kit = Kit(
            editor=editor,
            thinker=thinker,
            store=store,
            images=LocalImages(settings.images_folder),
            rules=rules(settings),
            retry=Retry(edits=settings.edit_attempts, samples=settings.samples),
            ledger=Ledger(cost=inf if settings.cost is None else settings.cost),
            telemetry=Telemetry(content=settings.trace_content),
            editing=CapacityLimiter(settings.edits_at_once),
            thinking=CapacityLimiter(settings.critiques_at_once),
        )
        yield EditAgent(
            kit=kit,
            seconds=settings.seconds,
            lease_seconds=settings.lease_seconds,
            settings=choices.snapshot(),
        )


def rules(settings: Settings) -> Rules:
    """The stop policy, the selector and the base choice that the settings ask for."""
    if settings.rules == "reference":
        return reference(turns=settings.turns)

    bases: dict[str, BaseChoice] = {
        "source": FromSource(),
        "best": FromBest(),
        "previous": FromPrevious(),
    }
    made = standard(turns=settings.turns, semantic=settings.semantic, quality=settings.quality)
    return Rules(stop=made.stop, select=made.select, base=bases[settings.base])


def editor_named(name: str, *, cost: float = 0.0) -> Editor:
    """Make an editor: a built-in one, or `provider:model` for any image model of pydantic-ai.

    `cost` is what one edit of a hosted editor is expected to cost, in US dollars.

    Raises:
        SettingsError: there is none of that name, or its key or package is missing.
    """
    if ":" in name:
        return _hosted(name, cost)

    return _made("editor", name, EDITORS, or_else="or a hosted one such as openai:gpt-image-2")


def thinker_named(name: str) -> Thinker:
    """Make a thinker.

    Raises:
        SettingsError: there is none of that name.
    """
    return _made("thinker", name, THINKERS)


def _hosted(name: str, cost: float) -> Editor:
    from ..tools.hosted import HOSTED, HostedEditor

    return HostedEditor(name, abilities=replace(HOSTED, cost=cost))


def _retouch() -> Editor:
    from ..tools.retouch.editor import Retouch

    return Retouch()


def _measured() -> Thinker:
    from ..policies.measured.thinker import Measured

    return Measured()


EDITORS: dict[str, Callable[[], Editor]] = {"retouch": _retouch}
THINKERS: dict[str, Callable[[], Thinker]] = {"measured": _measured}


@asynccontextmanager
async def _closing(editor: Editor) -> AsyncGenerator[None]:
    """Open and close an editor that holds connections; others need nothing."""
    if isinstance(editor, AbstractAsyncContextManager):
        async with editor:
            yield
    else:
        yield


def _made(kind: str, name: str, makers: dict[str, Callable[[], _Made]], or_else: str = "") -> _Made:
    if maker := makers.get(name):
        return maker()

    known = ", ".join([*sorted(makers), *([or_else] if or_else else [])])
    raise SettingsError(f"there is no {kind} {name!r}; there is {known}")

"""Wiring: settings in, a wired agent out. The only place that names concrete engines."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
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
    editor, thinker = editor_named(settings.editor), thinker_named(settings.thinker)
    opened = open_store(settings.store_url, lease_seconds=settings.lease_seconds)
    async with opened as store:
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


def editor_named(name: str) -> Editor:
    """Make an editor.

    Raises:
        SettingsError: there is none of that name.
    """
    return _made("editor", name, EDITORS)


def thinker_named(name: str) -> Thinker:
    """Make a thinker.

    Raises:
        SettingsError: there is none of that name.
    """
    return _made("thinker", name, THINKERS)


def _retouch() -> Editor:
    from ..tools.retouch.editor import Retouch

    return Retouch()


def _measured() -> Thinker:
    from ..policies.measured.thinker import Measured

    return Measured()


EDITORS: dict[str, Callable[[], Editor]] = {"retouch": _retouch}
THINKERS: dict[str, Callable[[], Thinker]] = {"measured": _measured}


def _made(kind: str, name: str, makers: dict[str, Callable[[], _Made]]) -> _Made:
    if maker := makers.get(name):
        return maker()

    raise SettingsError(f"there is no {kind} {name!r}; there is {', '.join(sorted(makers))}")

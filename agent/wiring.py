"""Wiring: settings in, a wired agent out.

Which engine an address means stands in `editors` and `thinkers`; `opening` opens them.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from math import inf

from anyio import CapacityLimiter

from ..memory.images import LocalImages
from ..memory.store import open_store
from ..policies import (
    BaseChoice,
    FromBest,
    FromPrevious,
    FromSource,
    Rules,
    exhaustive,
    reference,
    standard,
)
from .agent import EditAgent
from .kit import Kit
from .ledger import Ledger
from .opening import editor_at, editor_places, thinker_at, thinker_places
from .retry import Retry
from .rewriters import rewriter_at
from .settings import Choices, Settings, load
from .telemetry import Telemetry


@asynccontextmanager
async def build(choices: Choices | Settings | None = None) -> AsyncGenerator[EditAgent]:
    """Open the store and the engines, and close them at the end of the block.

    Without an argument the settings are read from the environment and the files.

    Raises:
        SettingsError: an editor, thinker or rewriter of that address does not exist.
        EditorBusy: bare URLs of editors, and none can be reached.
        ThinkerBusy: a thinker that must say which model it serves cannot be reached.
        StoreError: the store cannot be opened.
    """
    if isinstance(choices, Settings):
        choices = Choices(choices, dict.fromkeys(Settings.model_fields, "the program"))
    choices = choices or load()
    settings = choices.settings
    async with AsyncExitStack() as stack:
        kit = await _kit(settings, stack)
        yield EditAgent(
            kit=kit,
            seconds=settings.seconds,
            lease_seconds=settings.lease_seconds,
            settings=choices.snapshot(),
        )


async def _kit(settings: Settings, stack: AsyncExitStack) -> Kit:
    backends = settings.backends
    editor = editor_at(settings.editor, backends=backends, cost=settings.edit_cost)
    thinker = thinker_at(settings.thinker, backends=backends)
    rewriter = rewriter_at(settings.first, backends)
    store = open_store(settings.store_url, lease_seconds=settings.lease_seconds)
    edits = settings.edits_at_once or editor_places(settings.editor, backends)
    critiques = settings.critiques_at_once or thinker_places(settings.thinker, backends)
    return Kit(
        editor=await stack.enter_async_context(editor),
        thinker=await stack.enter_async_context(thinker),
        rewriter=await stack.enter_async_context(rewriter),
        store=await stack.enter_async_context(store),
        images=LocalImages(settings.images_folder),
        rules=rules(settings),
        retry=Retry(edits=settings.edit_attempts, samples=settings.samples),
        ledger=Ledger(cost=inf if settings.cost is None else settings.cost),
        telemetry=Telemetry(content=settings.trace_content),
        editing=CapacityLimiter(edits),
        thinking=CapacityLimiter(critiques),
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
    if settings.rules == "exhaustive":
        made = exhaustive(turns=settings.turns)
    else:
        made = standard(turns=settings.turns, semantic=settings.semantic, quality=settings.quality)
    return Rules(stop=made.stop, select=made.select, base=bases[settings.base])

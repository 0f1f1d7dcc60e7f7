"""Opens engines by their addresses: one, or several as a pool."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TypeVar

from ..memory import SettingsError
from ..policies import Thinker
from ..tools import Editor
from . import detect, editors, thinkers
from .addresses import Address, parse
from .options import Options

_POOL = "pool"
"""What reports and spans say instead of a replica's name, however many replicas there are: a run
that waits behind a door goes on where the engines have the names that it was begun with."""

_Engine = TypeVar("_Engine", Editor, Thinker)


@asynccontextmanager
async def editor_at(
    text: str, *, backends: Mapping[str, str] | None = None, cost: float = 0.0
) -> AsyncGenerator[Editor]:
    """Open an editor, or a pool of several; `cost` is that of one hosted edit.

    Raises:
        SettingsError: an address that names nothing.
        EditorBusy: bare URLs of which none can be reached.
    """
    from ..tools.pool import EditorPool, tiny_edit

    addresses = await detect.editors(expanded(text, backends))
    if len(addresses) == 1:
        async with _opened(editors.made(addresses[0], cost=cost)) as editor:
            yield editor
        return

    made = [(address, editors.made(address, cost=cost)) for address in addresses]
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(EditorPool(_POOL))
        for name, (address, editor) in zip(_names([e.name for _, e in made]), made, strict=True):
            options = Options(address)
            bound = options.whole("bound", _edits(address))
            probe = tiny_edit if options.yes("probe") else None
            editor = await stack.enter_async_context(_opened(editor))
            pool.add(editor, name=name, bound=bound, probe=probe)
        yield pool


@asynccontextmanager
async def thinker_at(
    text: str, *, backends: Mapping[str, str] | None = None
) -> AsyncGenerator[Thinker]:
    """Open a thinker, or a pool of several.

    Raises:
        SettingsError: an address that names nothing, or a server that serves several models.
    """
    addresses = await detect.thinkers([_thinker(a) for a in expanded(text, backends)])
    if len(addresses) == 1:
        async with _opened(thinkers.made(addresses[0])) as thinker:
            yield thinker
        return

    from ..policies.pooled import ThinkerPool, tiny_comparison

    made = [(address, thinkers.made(address)) for address in addresses]
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(ThinkerPool(_POOL))
        for name, (address, thinker) in zip(_names([t.name for _, t in made]), made, strict=True):
            options = Options(address)
            bound = options.whole("bound", _critiques(address))
            probe = tiny_comparison if options.yes("probe") else None
            thinker = await stack.enter_async_context(_opened(thinker))
            free = address.kind in ("editthinker", "measured")
            pool.add(thinker, name=name, bound=bound, probe=probe, free=free)
        yield pool


def planned_editor(
    text: str, backends: Mapping[str, str] | None = None, *, cost: float = 0.0
) -> tuple[str, float]:
    """Name and expected cost of what `editor_at` would open, without asking any server.

    Raises:
        SettingsError: an address that names nothing.
    """
    addresses = expanded(text, backends)
    made = [editors.made(a, cost=cost) if a.kind else None for a in addresses]
    names = [e.name if e else a.shown for e, a in zip(made, addresses, strict=True)]
    return ", ".join(names), max((e.abilities.cost for e in made if e), default=0.0)


def planned_thinker(text: str, backends: Mapping[str, str] | None = None) -> str:
    """Name of what `thinker_at` would open, without asking any server.

    Raises:
        SettingsError: an address that names nothing.
    """
    return ", ".join(thinkers.made(_thinker(a)).name for a in expanded(text, backends))


def expanded(text: str, backends: Mapping[str, str] | None = None) -> tuple[Address, ...]:
    """Take a setting apart, names of the configuration replaced by what they stand for.

    Raises:
        SettingsError: an address that cannot be taken apart, or a name that stands for itself.
    """
    found: list[Address] = []
    for address in parse(text):
        named = (backends or {}).get(address.text)
        if named is None:
            found.append(address)
            continue
        meant = parse(named)
        if any(inner.text in (backends or {}) for inner in meant):
            raise SettingsError(f"the backend {address.text!r} names another backend: write it out")
        found += meant

    return tuple(found)


def editor_places(text: str, backends: Mapping[str, str] | None) -> int:
    """How many edits the editors of a setting are given at once; each pool has one more ready."""
    addresses = expanded(text, backends)
    spare = len(addresses) if len(addresses) > 1 else 0
    return spare + _places(addresses, [_edits(address) for address in addresses])


def thinker_places(text: str, backends: Mapping[str, str] | None) -> int:
    """How many critiques the thinkers of a setting are given at once."""
    addresses = tuple(_thinker(address) for address in expanded(text, backends))
    return _places(addresses, [_critiques(address) for address in addresses])


def _edits(address: Address) -> int:
    kind = editors.EDITORS.get(address.kind)
    return kind.places if kind else 2


def _critiques(address: Address) -> int:
    return thinkers.THINKERS.get(address.kind, thinkers.EXPERT).places


def _places(addresses: Sequence[Address], usual: Sequence[int]) -> int:
    pairs = zip(addresses, usual, strict=True)
    return sum(Options(address).whole("bound", count) or count for address, count in pairs)


def _thinker(address: Address) -> Address:
    return address if address.kind else address.but(kind="editthinker")


def _names(names: Sequence[str]) -> list[str]:
    """Tell replicas of the same name apart."""
    return [
        name if names.count(name) == 1 else f"{name} #{names[: i + 1].count(name)}"
        for i, name in enumerate(names)
    ]


@asynccontextmanager
async def _opened(engine: _Engine) -> AsyncGenerator[_Engine]:
    """Open and close an engine that holds connections; others need nothing."""
    if isinstance(engine, AbstractAsyncContextManager):
        async with engine:
            yield engine
    else:
        yield engine

"""Opens the rewriter that the setting `first` names: who words the instruction of turn 1."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..memory import SettingsError
from ..policies import Rewriter
from .addresses import Address
from .opening import expanded
from .options import Options

if TYPE_CHECKING:
    from ..policies.think_once import ThinkOnce

ASKED = "asked"
"""Nobody: turn 1 is told what the user asked."""


@dataclass(frozen=True, slots=True)
class RewriterKind:
    """One kind of rewriter, for a list."""

    what: str
    example: str


REWRITERS: Mapping[str, RewriterKind] = {
    "chat": RewriterKind(
        "a vision model behind OpenAI's chat completions", "chat+http://HOST:8000/v1?model=NAME"
    ),
    "provider:model": RewriterKind("any vision model of pydantic-ai", "openai:gpt-4.1?prompt=FILE"),
}


@asynccontextmanager
async def rewriter_at(
    text: str, backends: Mapping[str, str] | None = None
) -> AsyncGenerator[Rewriter | None]:
    """Open a rewriter; none for `asked`.

    Raises:
        SettingsError: an address that names nothing, or several.
    """
    rewriter = planned_rewriter(text, backends)
    if rewriter is None:
        yield None
        return

    async with rewriter:
        yield rewriter


def planned_rewriter(text: str, backends: Mapping[str, str] | None = None) -> "ThinkOnce | None":
    """Make what `rewriter_at` would open; nothing is sent.

    Raises:
        SettingsError: an address that names nothing, or several.
    """
    if text == ASKED:
        return None

    address, *more = expanded(text, backends)
    if more:
        raise SettingsError(f"the rewriter {text!r} is several; it is asked once, so name one")

    return made(address)


def made(address: Address) -> "ThinkOnce":
    """Make a rewriter; nothing is sent yet.

    Raises:
        SettingsError: no such kind, an option it does not have, a missing key, package or file.
    """
    if not address.kind or not address.place or (address.is_url and address.kind != "chat"):
        examples = " or ".join(kind.example for kind in REWRITERS.values())
        raise SettingsError(
            f"there is no rewriter {address.shown!r}; write {ASKED!r}, or an address such as {examples}"
        )

    options = Options(address)
    rewriter = _at_server(address, options) if address.is_url else _by_name(address, options)
    options.done()
    return rewriter


def _by_name(address: Address, options: Options) -> "ThinkOnce":
    from ..policies.think_once import ThinkOnce

    model = address.place if address.kind == "expert" else f"{address.kind}:{address.place}"
    return ThinkOnce(model, **_common(options))


def _at_server(address: Address, options: Options) -> "ThinkOnce":
    from ..policies.think_once import at_server

    model = options.text("model")
    if not model:
        raise SettingsError(f"{address.shown!r} does not say which model: add ?model=NAME")

    return at_server(address.place, model=model, key=options.token() or None, **_common(options))


def _common(options: Options) -> dict[str, Any]:
    from ..policies.think_once.prompt import Prompt

    prompt = options.text("prompt")
    return {
        "prompt": Prompt.load(Path(prompt)) if prompt else None,
        "side": options.whole("side", 1024),
        "max_tokens": options.whole("max_tokens"),
        "temperature": options.number("temperature", 0.0) if options.has("temperature") else None,
        "seconds": options.number("seconds", 360.0),
        "name": options.text("name"),
    }

"""What `backend list` and `backend ping` do."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import anyio

from ..agent import Settings, editors, rewriters, thinkers
from ..agent.addresses import Address
from ..agent.opening import expanded
from ..memory import EditloopError, SettingsError
from ..tools import Abilities
from .exits import Exit
from .extras import install, missing
from .options import Common
from .reach import Reached, reached

Role = Literal["editor", "thinker", "rewriter"]

_KEYS = {"fal": "FAL_KEY", "hf": "HF_TOKEN", "google": "GOOGLE_API_KEY"}
_OWN = frozenset(
    {"retouch", "measured", "diffusers", "editthinker", "images", "comfyui", "mcp", "chat", ""}
)


@dataclass(frozen=True, slots=True)
class Backend:
    """One engine that a setting names."""

    name: str
    """Of the setting: `editor`, `thinker`, `first`, or one's own."""

    roles: tuple[Role, ...]
    """What it can be; none when it cannot be made."""

    address: str
    kind: str
    abilities: Mapping[str, Any] | None
    """Of an editor."""

    extra: str
    """The extra of editloop that it needs, if any."""

    installed: bool
    key: str
    """The variable that holds its key, if it needs one."""

    has_key: bool
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """One object."""
        return asdict(self)


def listed(common: Common) -> int:
    """Print what the settings name and the kinds of addresses.

    Raises:
        SettingsError: an address cannot be taken apart.
    """
    found = list(named(common.choices().settings))
    if common.json:
        kinds = [{"role": role, **each} for role, each in _kinds()]
        named_ = [each.as_json() for each in found]
        print(json.dumps({"backends": named_, "kinds": kinds}, ensure_ascii=False))
        return 0

    for backend in found:
        print(f"{backend.name:<14} {backend.address}")
        print(f"{'':<14} {_told(backend)}")
    print()
    for role, each in _kinds():
        lacking = "" if each["installed"] else f"  needs {install(each['extra'])}"
        print(f"{role:<14} {each['example']}")
        print(f"{'':<14} {each['what']}{lacking}")
    common.screen.next("editloop backend test NAME")
    return 0


def pinged(names: Sequence[str], common: Common) -> int:
    """Ask the servers of some names, or of the settings, and print what they said.

    Raises:
        SettingsError: an address cannot be taken apart.
    """
    settings = common.choices().settings
    addresses = [each for name in names or _asked(settings) for each in _taken(name, settings)]
    found = anyio.run(reached, addresses)
    if common.json:
        print(json.dumps([each.as_json() for each in found], ensure_ascii=False))
    else:
        _print(found, addresses)
    bad = any(not each.reachable or each.ready is False for each in found)
    return Exit.BACKEND if bad else Exit.ACCEPTED


def named(settings: Settings) -> Iterator[Backend]:
    """Every engine that the settings name, taken apart; nothing is sent."""
    for role, (name, text) in _used(settings).items():
        for address in _taken(text, settings):
            yield _backend(name, address, (role,))
    for name, text in settings.backends.items():
        for address in _taken(text, settings):
            yield _backend(name, address, _roles(address))


def key_of(address: Address) -> str:
    """The variable that an address takes its key from; empty when it needs none."""
    if variable := address.options.get("token_env"):
        return variable
    if address.kind in _OWN:
        return ""

    provider = address.place.partition(":")[0] if address.kind == "expert" else address.kind
    return _KEYS.get(provider, f"{provider.upper().replace('-', '_')}_API_KEY")


def _used(settings: Settings) -> dict[Role, tuple[str, str]]:
    """By what they are, the settings that name engines: their names and addresses."""
    used: dict[Role, tuple[str, str]] = {
        "editor": ("editor", settings.editor),
        "thinker": ("thinker", settings.thinker),
    }
    if settings.first != rewriters.ASKED:
        used["rewriter"] = ("first", settings.first)
    return used


def _backend(name: str, address: Address, may_be: Sequence[Role]) -> Backend:
    roles: list[Role] = []
    problems: list[str] = []
    abilities: Mapping[str, Any] | None = None
    for role in may_be:
        try:
            if role == "thinker":
                thinkers.made(address if address.kind else address.but(kind="editthinker"))
            elif role == "rewriter":
                rewriters.made(address)
            elif address.kind:
                abilities = _plain(editors.made(address).abilities)
            roles.append(role)
        except (EditloopError, ImportError) as error:
            problems.append(str(error))
    kind = editors.EDITORS.get(address.kind)
    extra, key = kind.extra if kind and "editor" in roles else "", key_of(address)
    return Backend(
        name=name,
        roles=tuple(roles),
        address=address.shown,
        kind=address.kind or "told by the server",
        abilities=abilities,
        extra=extra,
        installed=not missing(extra),
        key=key,
        has_key=bool(key and os.environ.get(key)),
        problem="" if roles else "; ".join(problems),
    )


def _plain(abilities: Abilities) -> dict[str, Any]:
    """As JSON can hold them: a set becomes a list in order."""
    return {**asdict(abilities), "options": sorted(abilities.options)}


def _roles(address: Address) -> tuple[Role, ...]:
    """What an address may be, by its kind."""
    if address.kind == "editthinker" or not address.kind:
        return ("editor", "thinker")
    if address.kind == "expert":
        return ("thinker", "rewriter")
    if address.kind in rewriters.REWRITERS:
        return ("rewriter",)
    if address.kind in thinkers.THINKERS:
        return ("thinker",)
    return ("editor",) if address.kind in editors.EDITORS else ("editor", "thinker", "rewriter")


_HOSTED = {
    "kind": "provider:model",
    "what": "an image model of any provider of pydantic-ai",
    "example": "openai:gpt-image-2",
    "extra": "",
    "installed": True,
}


def _kinds() -> Iterator[tuple[Role, dict[str, Any]]]:
    for name, editor in editors.EDITORS.items():
        lacking = missing(editor.extra)
        told = {"kind": name, "what": editor.what, "example": editor.example}
        yield "editor", {**told, "extra": editor.extra, "installed": not lacking}
    yield "editor", {**_HOSTED}
    for name, thinker in thinkers.THINKERS.items():
        told = {"kind": name, "what": thinker.what, "example": thinker.example}
        yield "thinker", {**told, "extra": "", "installed": True}
    for name, rewriter in rewriters.REWRITERS.items():
        told = {"kind": name, "what": rewriter.what, "example": rewriter.example}
        yield "rewriter", {**told, "extra": "", "installed": True}


def _asked(settings: Settings) -> list[str]:
    used = [text for _, text in _used(settings).values()]
    return list(dict.fromkeys([*used, *settings.backends.values()]))


def _taken(text: str, settings: Settings) -> tuple[Address, ...]:
    try:
        return expanded(text, settings.backends)
    except SettingsError as error:
        raise SettingsError(f"{error} (see `editloop backend list`)") from None


def _told(backend: Backend) -> str:
    if backend.problem:
        return f"cannot be made: {backend.problem}"

    parts = [f"{' or '.join(backend.roles)}, {backend.kind}"]
    if abilities := backend.abilities:
        parts += [name for name in ("mask", "references", "seed") if abilities[name]]
        parts += [f"${abilities['cost']:g} an edit"] if abilities["cost"] else []
    if not backend.installed:
        parts.append(f"needs {install(backend.extra)}")
    if backend.key:
        parts.append(f"{backend.key} is {'set' if backend.has_key else 'not set'}")
    return ", ".join(parts)


def _print(found: Sequence[Reached], addresses: Sequence[Address]) -> None:
    for each in found:
        ready = {True: "ready", False: "not ready", None: "reachable"}[each.ready]
        state = ready if each.reachable else "cannot be reached"
        models = f", models {', '.join(each.models)}" if each.models else ""
        print(f"{each.address}  {state} in {each.seconds:.2f} s{models}  {each.detail}".rstrip())
    for address in addresses:
        if not address.is_url:
            print(f"{address.shown}  no server to ask")

"""What callers call a picture, taken apart; nothing is looked up here."""

import re
from dataclasses import dataclass

from ...memory import InputError

FORMS = (
    "say last, run:<id>, run:<id>#<turn>, editloop://image/<sha256>, https://… or a path below a "
    "folder that may be read"
)

_LONGEST = 8192  # characters, but for `data:`; it takes seconds to look through millions

_RUN = re.compile(r"run:(?P<name>[\w-]{1,64})(?:#(?P<turn>\d{1,4}))?", re.ASCII)
_LAST = re.compile(r"last(?:#(?P<turn>\d{1,4}))?")
_OF_RUN = re.compile(
    r"editloop://run/(?P<name>[\w-]{1,64})(?:/final|/turn/(?P<turn>\d{1,4})/image)?", re.ASCII
)
_IMAGE = re.compile(r"(?:editloop://image/|sha256:)(?P<sha>[0-9a-fA-F]{64})")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+):")
_TYPED = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")


@dataclass(frozen=True, slots=True)
class OfRun:
    """The picture of a turn, 0 for the source; the answer without a number."""

    name: str
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture by the SHA-256 of its bytes."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Web:
    """An address."""

    url: str


@dataclass(frozen=True, slots=True)
class Inline:
    """A `data:` URL."""

    url: str


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A path, or a `file:` address."""

    path: str


Handle = OfRun | Kept | Web | Inline | OnDisk


def parsed(said: str) -> Handle:
    """Tell what kind of name a text is.

    Raises:
        InputError: it is empty, or means nothing here.
    """
    if len(said) > _LONGEST and not said.startswith("data:"):
        raise InputError(
            f"no name of a picture is that long, and encoded ones are not typed: {FORMS}"
        )

    text = said.strip()
    if not text:
        raise InputError(f"no picture is named: {FORMS}")
    for pattern in (_RUN, _OF_RUN, _LAST):
        if found := pattern.fullmatch(text):
            named = found.groupdict()
            turn = named["turn"]
            return OfRun(named.get("name") or "last", None if turn is None else int(turn))
    if found := _IMAGE.fullmatch(text):
        return Kept(found["sha"].lower())
    if _TYPED.fullmatch(text):
        raise InputError(f"this looks like an encoded picture, and those are not typed: {FORMS}")
    return _elsewhere(text)


def _elsewhere(text: str) -> Handle:
    scheme = found[1].lower() if (found := _SCHEME.match(text)) else "file"
    match scheme:
        case "https" | "http":
            return Web(text)
        case "data":
            return Inline(text)
        case "file":
            return OnDisk(text)
        case _:
            raise InputError(f"{text[:100]!r} means no picture here: {FORMS}")

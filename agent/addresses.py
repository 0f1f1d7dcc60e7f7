"""Where an engine is: a short text that names its kind, its place and its options.

    retouch                                             built in
    openai:gpt-image-2                                  any provider of pydantic-ai
    diffusers:flux-kontext?device=cuda&steps=20         in this process
    editthinker+http://gpu-1:8005?preset=flux-kontext   a service; `kind+http`
    mcp:uvx painter --fast?tool=edit                    a process that we start and talk to
    http://gpu-1:8000/v1                                a service that says itself what it is

Several, separated by commas, make a pool; a comma or a question mark that belongs to a place is
written `%2C` or `%3F`. Secrets are never in an address: `token_env=NAME` names
the variable that holds one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from ..memory import SettingsError

HIDDEN = "***"
"""What stands for a password; an address with it is for reading, and opens nothing."""

_SECRET = re.compile(
    r"([?&;](?:[\w-]*(?:password|passwd|secret|api[_-]?key|signature)|token|access[_-]token|key|sig)=)"
    r"[^&;#]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Address:
    """One engine's address, taken apart."""

    text: str
    """As the user wrote it."""

    kind: str
    """`retouch`, `editthinker`, `images`, …; empty for a bare URL that nobody asked yet."""

    place: str = ""
    """A URL, a model's or a preset's name, a path."""

    options: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_url(self) -> bool:
        """Whether it is a service behind HTTP."""
        return self.place.startswith(("http://", "https://"))

    @property
    def shown(self) -> str:
        """For people and records: without a password."""
        return masked(self.text)

    def but(self, *, kind: str | None = None, **options: str) -> "Address":
        """Return it with another kind, or with more options."""
        kind = self.kind if kind is None else kind
        return Address(self.text, kind, self.place, {**self.options, **options})


def parse(text: str) -> tuple[Address, ...]:
    """Take a setting apart; never empty.

    Raises:
        SettingsError: an address is empty, or an option is not `name=value`.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise SettingsError(f"{text!r} holds an empty address; separate addresses by one comma")

    return tuple(_one(part) for part in parts)


def masked(text: str) -> str:
    """Every URL of a text of addresses without its password, and without secrets in its options."""
    return ",".join(_SECRET.sub(rf"\1{HIDDEN}", _masked(part)) for part in text.split(","))


def _one(text: str) -> Address:
    bare, _, query = text.partition("?")
    options = _options(text, query)
    kind, sign, rest = bare.partition("+")
    if sign and rest.startswith(("http://", "https://")):
        return Address(text, kind, _url(rest), options)

    if bare.startswith(("http://", "https://")):
        return Address(text, "", _url(bare), options)

    kind, sign, place = bare.partition(":")
    return Address(text, kind, unquote(place) if sign else "", options)


def _options(text: str, query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError:
        raise SettingsError(
            f"the options of {masked(text)!r} must be name=value, joined by &"
        ) from None


def _url(text: str) -> str:
    try:
        host = urlsplit(text).hostname
    except ValueError as error:
        raise SettingsError(f"{masked(text)!r} is no URL: {error}") from None

    if not host:
        raise SettingsError(f"{masked(text)!r} names no host")

    return text.rstrip("/")


def _masked(text: str) -> str:
    """Keep the user, hide the password."""
    kind, sign, rest = text.partition("+")
    if not sign or not rest.startswith("http"):
        kind, sign, rest = "", "", text
    if "@" not in rest or "://" not in rest:
        return text

    try:
        url = urlsplit(rest)
    except ValueError:
        return text

    login, _, host = url.netloc.rpartition("@")
    if ":" not in login:
        return text

    hidden = f"{login.partition(':')[0]}:{HIDDEN}@{host}"
    return kind + sign + urlunsplit(url._replace(netloc=hidden))

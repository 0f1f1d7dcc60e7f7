"""Who may ask at a door, from which pages, and under which names the door answers.

Three checks, each cheap and each against another caller: the name in `Host` against a page that
had its own name point at this machine (DNS rebinding), `Origin` against pages of other sites, and
the bearer token against everybody else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..memory import SettingsError
from .principals import LOCAL, Principal
from .refusals import Refused

ANY = "*"
"""Among the allowed hosts: every name, for a service behind a proxy or a firewall."""

PROBES = frozenset({"/livez", "/readyz", "/healthz", "/health"})
"""What machines ask without a token."""

TICKETS = "/v1/uploads/"
"""Below it a `PUT` with a ticket is let in: whoever knows the ticket may send, and only that."""

NOBODY = Principal(name="nobody", runs_per_minute=0, runs_at_once=0, cost_per_day=0.0)
"""Whoever was let in without being known: a probe, or the sender of a ticket's picture."""

_NAME = re.compile(r"(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9_.-]{0,252}))(?::\d{1,5})?")
_PAGE = ("http", "https")


def digest(token: str) -> str:
    """The SHA-256 of a token in hexadecimal: all that a server has to keep of it."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def shown_path(path: str) -> str:
    """A path for logs: in one line, and without the ticket that it may hold."""
    if len(path) > len(TICKETS) and path.startswith(TICKETS):
        return f"{TICKETS}***"
    return path if path.isprintable() else path.encode("unicode_escape").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The rules of a door. Without tokens it is for this machine alone: `Guard()`."""

    tokens: Mapping[str, Principal] = field(default_factory=dict[str, Principal], repr=False)
    """Who asks, by the SHA-256 of the token; nobody is asked for one where it is empty."""

    allowed_hosts: frozenset[str] = frozenset()
    """Names beside those of this machine, with or without a port; `*` for all. With tokens and
    without such names every name is answered."""

    allowed_origins: frozenset[str] = frozenset()
    """Pages of other sites that may ask, as `https://chat.example`; they get CORS headers."""

    probes: frozenset[str] = PROBES

    def __post_init__(self) -> None:
        """Refuse rules that could never fit.

        Raises:
            SettingsError: an origin that is none, or a host that is none.
        """
        for origin in self.allowed_origins:
            if not _is_origin(origin):
                raise SettingsError(
                    f"the allowed origin {origin!r} is none: write scheme and host, as in "
                    "https://chat.example, and no path"
                )
        for host in self.allowed_hosts - {ANY}:
            if not _NAME.fullmatch(host.lower()):
                raise SettingsError(
                    f"the allowed host {host!r} is none: write a name, as in images.example"
                )
        # As browsers write them: without capitals, and without the port that goes without saying.
        object.__setattr__(self, "allowed_hosts", frozenset(map(_host, self.allowed_hosts)))
        object.__setattr__(self, "allowed_origins", frozenset(map(_origin, self.allowed_origins)))

    @property
    def needs_token(self) -> bool:
        """Whether anybody is asked who it is."""
        return bool(self.tokens)

    @property
    def any_host(self) -> bool:
        """Whether every name in `Host` is answered."""
        return ANY in self.allowed_hosts or (self.needs_token and not self.allowed_hosts)

    def check_host(self, given: list[str]) -> None:
        """See that the request was meant for this door; `given` are its `Host` headers.

        Raises:
            Refused: 421.
        """
        if self.any_host:
            return

        said = given[0].lower() if len(given) == 1 else ""
        found = _NAME.fullmatch(said)
        name = found["host"].removesuffix(".") if found else ""
        if found and (_is_this_machine(name) or self.allowed_hosts & {said, name}):
            return

        need = (
            f"this door does not answer to {said[:100]!r}: ask 127.0.0.1, or allow that name where "
            "the server is started"
        )
        raise Refused(421, "host", need)

    def check_origin(self, given: list[str], host: list[str], fetch_site: str) -> None:
        """See that a browser asks only for pages that may; other programs send no `Origin`.

        `fetch_site` is what a browser says in `Sec-Fetch-Site` where it sends no `Origin`, as for
        a picture inside a page; empty where the request is a visit by a person.

        Raises:
            Refused: 403.
        """
        for origin in given:
            if not self._may_ask(origin, host):
                raise Refused(
                    403,
                    "origin",
                    f"a page of {origin[:100]!r} may not ask here: allow its origin at the server",
                )
        if not given and not self.needs_token and fetch_site == "cross-site":
            raise Refused(403, "origin", "a page of another site may not ask here without a token")

    def principal(self, given: list[str]) -> Principal:
        """Who asks, by the `Authorization` headers.

        Raises:
            Refused: 401.
        """
        if not self.needs_token:
            return LOCAL

        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        token = token.strip(" \t")
        hashed = sha256(token.encode("latin-1", "replace")).hexdigest()  # the bytes as they came
        found = [who for known, who in self.tokens.items() if compare_digest(known, hashed)]
        if scheme.lower() == "bearer" and token and found:
            return found[0]

        need = "send Authorization: Bearer with a token of this service"
        realm = {"www-authenticate": 'Bearer realm="editloop"'}
        raise Refused(401, "token", need, headers=realm)

    def _may_ask(self, origin: str, host: list[str]) -> bool:
        if origin in self.allowed_origins:
            return True
        if not _is_origin(origin):
            return False

        page = urlsplit(origin)
        if _is_this_machine(_bracketed(page.hostname or "")):
            return True
        # A name of which nothing is known may be an attacker's that points here.
        known = self.needs_token or not self.any_host
        return known and len(host) == 1 and page.netloc.lower() == host[0].lower()


def _is_origin(origin: str) -> bool:
    try:
        page = urlsplit(origin)
        named = _NAME.fullmatch(page.netloc.lower())
    except ValueError:
        return False
    return page.scheme in _PAGE and bool(named) and origin == f"{page.scheme}://{page.netloc}"


def _host(name: str) -> str:
    name, colon, port = name.lower().partition(":") if "[" not in name else (name.lower(), "", "")
    return f"{name.removesuffix('.')}{colon}{port}"


def _origin(page: str) -> str:
    page = page.lower()
    return page.removesuffix(":443" if page.startswith("https:") else ":80")


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _is_this_machine(name: str) -> bool:
    """Whether a name can only mean the loopback: no resolver is asked."""
    if name == "localhost":
        return True

    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False

"""Where a server is reached, for the addresses in its answers."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from ..memory import SettingsError

_PUBLIC = "editloop.public_url"


class Reached:
    """ASGI middleware: answers name the address of the proxy that stands before the server."""

    def __init__(self, app: ASGIApp, *, url: str) -> None:
        """`url` is one that passed `check_public_url`; its path is what the proxy takes away."""
        public = url.rstrip("/")
        self._app, self._more = app, {_PUBLIC: public, "root_path": urlsplit(public).path}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            scope = {**scope, **self._more}
        await self._app(scope, receive, send)


def check_public_url(url: str) -> None:
    """See that an address can be what a server is reached by.

    Raises:
        SettingsError: it cannot.
    """
    try:
        found = urlsplit(url)
        plain = not (found.query or found.fragment or found.username or found.port == 0)
    except ValueError:
        found, plain = urlsplit(""), False
    if found.scheme not in ("http", "https") or not found.hostname or not plain:
        raise SettingsError(
            f"the public address {url!r} is none: write scheme, host and perhaps a path, as in "
            "https://images.example"
        )
    if found.path.rstrip("/").endswith(("/v1", "/mcp")):
        raise SettingsError(
            f"the public address {url!r} is that of one door: leave out what follows the server's "
            "own, as in https://images.example"
        )


def reached_at(asked: HTTPConnection) -> str:
    """Where this server is reached, without a slash at the end; by default as it was asked."""
    public = asked.scope.get(_PUBLIC)
    return public if isinstance(public, str) else str(asked.base_url).rstrip("/")

"""Where pictures go in and out over HTTP, as far as a door has such places."""

from typing import Any, Protocol

from mcp.server.mcpserver import Context
from starlette.requests import HTTPConnection

from ..guard import TICKETS
from ..reached import reached_at

_BLOBS = "/v1/blobs/"


class Places(Protocol):
    """Knows addresses."""

    async def upload(self, ctx: Context[Any], ticket: str) -> str:
        """Where the picture of a ticket is sent to."""
        ...

    def blob(self, ctx: Context[Any], sha256: str) -> str | None:
        """Where the bytes of a picture can be fetched; None where they cannot."""
        ...


class OverHttp:
    """The places of the HTTP API that `/mcp` is a part of, under the name that the client used."""

    async def upload(self, ctx: Context[Any], ticket: str) -> str:
        """Where the picture of a ticket is sent to."""
        return f"{_base(ctx)}{TICKETS}{ticket}"

    def blob(self, ctx: Context[Any], sha256: str) -> str | None:
        """Where the bytes of a picture can be fetched, with the client's own token."""
        return f"{_base(ctx)}{_BLOBS}{sha256}"


def _base(ctx: Context[Any]) -> str:
    asked: HTTPConnection[Any] | None = ctx.request_context.request
    assert asked is not None  # these places are those of a door behind HTTP
    return reached_at(asked)

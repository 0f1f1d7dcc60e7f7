"""The MCP server behind HTTP: one ASGI application for both protocol eras.

    door = mcp_app(server, Guard())
    routes = [Route("/mcp", endpoint=door)]
    async with door.open(): ...

It stands behind a `Gate`, which says whose request it is. The revision 2026-07-28 needs no session;
for clients of 2025 sessions are kept here, each for whom it was opened.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from ..gate import principal_of
from ..guard import Guard
from ..host import Host
from ..intake import bytes_of
from ..pictures import Pictures
from ..principals import Principal
from ..refusals import Refused
from ..rules import BodyRules
from .places import OverHttp
from .rules import McpRules
from .server import EditloopServer, mcp_server

PATH = "/mcp"

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class McpDoor:
    """Answers at one path; `open` it around whatever serves it."""

    def __init__(self, server: EditloopServer, guard: Guard, rules: McpRules) -> None:
        security = _security(guard)
        server.streamable_http_app(
            max_request_body_size=rules.body_bytes, transport_security=security
        )  # which makes the manager of sessions
        self._manager = server.session_manager
        self._body = BodyRules(body_bytes=rules.body_bytes, body_seconds=rules.body_seconds)
        self._arriving = rules.arriving

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Serve while the block runs; once in the life of a server."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; its body is read first, bounded in size and in time."""
        request = Request(scope, receive)
        try:
            body = await self._read(request)
        except Refused as refused:
            await _refusal(refused)(scope, receive, send)
            return
        except ClientDisconnect:
            return

        owned = {**scope, "user": _user(principal_of(scope))}
        await self._manager.handle_request(owned, _again(body, receive), send)

    async def _read(self, request: Request) -> bytes:
        if request.method != "POST":  # streams, which bring nothing
            return await bytes_of(request, self._body)

        with self._arriving(request):
            return await bytes_of(request, self._body)


def mcp_app(server: EditloopServer, guard: Guard, rules: McpRules | None = None) -> McpDoor:
    """Make the application that answers at `/mcp`."""
    return McpDoor(server, guard, rules or McpRules())


def _refusal(refused: Refused) -> JSONResponse:
    """A refusal as JSON-RPC has it. The connection ends: the rest of a body without end would be
    read and thrown away for as long as somebody sends."""
    said = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": refused.said}}
    headers = {**(refused.headers or {}), "connection": "close"}
    return JSONResponse(said, refused.status_code, headers)


def _security(guard: Guard) -> TransportSecuritySettings:
    """The SDK's own check of `Host` and `Origin`, as wide as that of the gate before it."""
    if guard.any_host:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)

    hosts = [*_LOOPBACK, *guard.allowed_hosts]
    pages = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
    return TransportSecuritySettings(
        allowed_hosts=_any_port(hosts),
        allowed_origins=[*_any_port(pages), *guard.allowed_origins],
    )


def _any_port(names: list[str]) -> list[str]:
    return [*names, *(f"{name}:*" for name in names)]


def _user(who: Principal) -> AuthenticatedUser:
    """What the SDK knows a session's owner by; another one is told that there is no such session."""
    return AuthenticatedUser(AccessToken(token="", client_id=who.name, scopes=[]))


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand a body out that was read already, and then whatever comes."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


@asynccontextmanager
async def opened_at_mcp(
    host: Host, pictures: Pictures, guard: Guard, rules: McpRules
) -> AsyncGenerator[McpDoor]:
    """Make the server and its door beside the HTTP API, and serve while the block runs."""
    server = mcp_server(host, pictures, rules, places=OverHttp())
    door = mcp_app(server, guard, rules)
    async with door.open():
        yield door

"""The gate before a door: it lets in, or says why not, before anything of a request is read."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .dialects import said
from .guard import NOBODY, TICKETS, Guard
from .principals import LOCAL, Principal
from .refusals import Refused

_WHO = "editloop.principal"
_OPENAI = ("/v1/images", "/v1/models")
_PROBLEM = "application/problem+json"
_EXPOSED = ", ".join(
    (
        *("location", "retry-after", "etag", "link", "content-range", "preference-applied"),
        *("x-request-id", "idempotency-replayed", "x-editloop-run", "x-editloop-score"),
        *("x-editloop-ignored", "mcp-session-id", "mcp-protocol-version"),
    )
)
_POLICY_VIOLATION = 1008

Write = Callable[[str, Refused], Response]
"""Writes a refusal at a path in the words of the protocol that is spoken there."""


def principal_of(asked: HTTPConnection | Scope) -> Principal:
    """Who asks; without a gate in front it is the person at this machine."""
    scope: Mapping[str, Any] = asked.scope if isinstance(asked, HTTPConnection) else asked
    found = scope.get(_WHO, LOCAL)
    assert isinstance(found, Principal)
    return found


def problem(path: str, refused: Refused) -> Response:
    """A refusal as RFC 9457 has it; as OpenAI's object where its clients ask."""
    status = refused.status_code
    if path.startswith(_OPENAI):
        return JSONResponse(said(path, refused), status, refused.headers)

    body = {
        "type": "about:blank",
        "title": refused.kind,
        "status": status,
        "detail": refused.said,
        "code": refused.kind,
        "retryable": False,
    }
    return Response(json.dumps(body), status, refused.headers, _PROBLEM)


class Gate:
    """ASGI middleware: who passes is known to whatever stands behind it, see `principal_of`."""

    def __init__(self, app: ASGIApp, *, guard: Guard, write: Write = problem) -> None:
        self._app, self._guard, self._write = app, guard, write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "websocket":  # no door speaks it
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        asked = _Asked(scope)
        try:
            answer, who = self._examined(asked), NOBODY
            if answer is None and not asked.is_open(self._guard):
                who = self._guard.principal(asked.headers.getlist("authorization"))
        except Refused as refused:
            answer, who = self._write(scope["path"], refused), NOBODY
        spoken = self._speaking(asked, send)
        if answer is not None:
            await answer(scope, receive, spoken)
        else:
            await self._app({**scope, _WHO: who}, receive, spoken)

    def _examined(self, asked: "_Asked") -> Response | None:
        """See where a request comes from; the answer to a browser that asks beforehand."""
        guard, headers = self._guard, asked.headers
        if "transfer-encoding" in headers and "content-length" in headers:
            said = "a request says its length once: as Content-Length, or by Transfer-Encoding"
            raise Refused(400, "framing", said, headers={"connection": "close"})

        hosts = headers.getlist("host")
        guard.check_host(hosts)
        if not asked.is_ticket:
            guard.check_origin(headers.getlist("origin"), hosts, asked.fetch_site)
        if not asked.is_preflight:
            return None

        if self._cors(asked) is None:
            said = "pages of other sites may not ask here: allow their origin at the server"
            raise Refused(403, "origin", said)

        return Response(status_code=204, headers=asked.preflight())

    def _speaking(self, asked: "_Asked", send: Send) -> Send:
        """Let a page of an allowed site read the answer; whoever keeps one for others is told."""
        origin = self._cors(asked)
        if origin is None and not self._guard.allowed_origins:
            return send

        async def speak(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if origin is not None:
                    headers["access-control-allow-origin"] = origin
                    headers["access-control-expose-headers"] = _EXPOSED
                headers.add_vary_header("Origin")
            await send(message)

        return speak

    def _cors(self, asked: "_Asked") -> str | None:
        origin = asked.headers.get("origin", "")
        if asked.is_ticket and origin:  # a sandboxed frame has the origin `null`
            return "*"
        return origin if origin in self._guard.allowed_origins else None


class _Asked:
    """What a gate looks at in a request."""

    def __init__(self, scope: Scope) -> None:
        self.headers = Headers(scope=scope)
        method, path = scope["method"], scope["path"]
        wanted = self.headers.get("access-control-request-method", "")
        self.is_preflight = method == "OPTIONS" and bool(wanted)
        self._path = path
        below = path.removeprefix(TICKETS)
        named = below != path and bool(below) and "/" not in below
        self.is_ticket = named and (wanted if self.is_preflight else method) == "PUT"
        visit = (
            method == "GET" and self._says("mode", "navigate") and self._says("dest", "document")
        )
        self.fetch_site = "" if visit else self.headers.get("sec-fetch-site", "")

    def is_open(self, guard: Guard) -> bool:
        """Whether no token is needed although others need one."""
        return guard.needs_token and (self.is_ticket or self._path in guard.probes)

    def preflight(self) -> dict[str, str]:
        """What a page may send: whatever it asked for, for its site is trusted."""
        wanted = self.headers.get("access-control-request-headers", "")
        return {
            "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
            "access-control-allow-headers": wanted,
            "access-control-max-age": "600",
        }

    def _says(self, what: str, value: str) -> bool:
        return self.headers.get(f"sec-fetch-{what}", "") == value

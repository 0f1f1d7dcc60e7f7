"""What surrounds every request: an id, a token, a span, a line in the log, a number in the metrics.

The only place that names spans and attributes of the service; those of a run are in
`agent/telemetry.py`. API only, and no pictures anywhere.
"""

import json
import logging
import re
from collections.abc import Callable
from time import perf_counter
from typing import Protocol
from uuid import uuid4

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, StatusCode
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .dialects import CLIENT_LEFT, said
from .gate import Gate
from .guard import Guard, shown_path
from .metrics import Counts
from .refusals import Refused
from .tokens import one_token

ACCESS = logging.getLogger("editloop.server.access")
REQUEST_ID = "x-request-id"
OPEN = frozenset({"/livez", "/readyz", "/health"})
"""What probes may ask without a token."""

_PLAIN_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)
_ELSEWHERE = "other"


class Counted(Protocol):
    """What counts requests."""

    requests: Counts


class Watched:
    """Outermost: knows every request from its first to its last byte."""

    def __init__(
        self, app: ASGIApp, *, metrics: Counted, routes: frozenset[str] | Callable[[Scope], str]
    ) -> None:
        """`routes` bounds what metrics name: paths, or what tells the route of a request.

        Any other path is `other`.
        """
        self._app, self._metrics = app, metrics
        self._route = routes if callable(routes) else _among(routes)
        self._tracer = trace.get_tracer("editloop.server")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        seen = _Seen(given if _PLAIN_ID.fullmatch(given) else uuid4().hex, receive, send)
        path = self._route(scope) or _ELSEWHERE
        with self._tracer.start_as_current_span(
            f"{scope['method']} {path}",
            context=propagate.extract(headers),
            kind=SpanKind.SERVER,
            attributes={
                "http.request.method": scope["method"],
                "http.route": path,
                "editloop.request.id": seen.id,
            },
        ) as span:
            try:
                await self._app(scope, seen.receive, seen.send)
            except Exception:
                seen.status = 500
                raise
            finally:
                span.set_attribute("http.response.status_code", seen.status)
                if seen.status >= 500:
                    span.set_status(StatusCode.ERROR)
                self._metrics.requests.add(route=path, status=f"{seen.status}")
                _log(scope, seen)


class _Seen:
    """What passed in one request."""

    def __init__(self, id_: str, receive: Receive, send: Send) -> None:
        self.id, self.status = id_, CLIENT_LEFT
        self.read, self.sent = 0, 0
        self.began = perf_counter()
        self._receive, self._send = receive, send

    async def receive(self) -> Message:
        message = await self._receive()
        self.read += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID] = self.id
        else:
            self.sent += len(message.get("body", b""))
        await self._send(message)


class Guarded(Gate):
    """The gate of the edit service, which refuses in the words of its own protocols."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: frozenset[str] = frozenset()) -> None:
        """`hosts` are names that it is reached by without a token; `*` for all."""
        guard = Guard(tokens=one_token(token), allowed_hosts=hosts, probes=OPEN)
        super().__init__(app, guard=guard, write=_refusal)


def _refusal(path: str, refused: Refused) -> Response:
    return JSONResponse(said(path, refused), refused.status_code, refused.headers)


def _among(paths: frozenset[str]) -> Callable[[Scope], str]:
    return lambda scope: scope["path"] if scope["path"] in paths else ""


def _log(scope: Scope, seen: _Seen) -> None:
    client = scope.get("client") or ("-",)
    ACCESS.info(
        "%s",
        json.dumps(
            {
                "request": seen.id,
                "client": client[0],
                "method": scope["method"],
                "path": shown_path(scope["path"]),
                "status": seen.status,
                "seconds": round(perf_counter() - seen.began, 4),
                "bytes_in": seen.read,
                "bytes_out": seen.sent,
            }
        ),
    )

"""Where pictures are sent to under a ticket when the server speaks stdio: a listener of its own.

It is opened with the first ticket, on the loopback, at a port that the system chooses, and takes
nothing but pictures for tickets.
"""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import uvicorn
from anyio.abc import TaskGroup
from mcp.server.mcpserver import Context
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ...memory import EditloopError
from ..gate import Gate
from ..guard import TICKETS, Guard
from ..intake import bytes_of
from ..pictures import Pictures
from ..prompt import Prompt
from ..refusals import Refused, of_error
from ..rules import BodyRules
from ..running import listening
from .upload_page import PAGE

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'",
}


class LoopbackUploads:
    """Takes pictures from this machine, for a server that has no HTTP door."""

    def __init__(self, pictures: Pictures, most: int) -> None:
        """`most` bytes are taken for one picture."""
        self._pictures = pictures
        self._body = BodyRules(body_bytes=most)
        self._group: TaskGroup | None = None
        self._opening = anyio.Lock()
        self._url = ""

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["LoopbackUploads"]:
        """Be ready to listen while the block runs."""
        async with anyio.create_task_group() as self._group:
            yield self
            self._group.cancel_scope.cancel()

    def blob(self, ctx: Context[Any], sha256: str) -> str | None:
        """Pictures go out by the tools and resources alone, or as files."""
        return None

    async def upload(self, ctx: Context[Any], ticket: str) -> str:
        """Where the picture of a ticket is sent to; the first one begins to listen."""
        async with self._opening:
            if not self._url:
                self._url = await self._listen()
        return f"{self._url}{TICKETS}{ticket}"

    async def _listen(self) -> str:
        assert self._group is not None
        at = listening("127.0.0.1", 0)
        config = uvicorn.Config(
            self._app(),
            http=Prompt,
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="off",
            server_header=False,
        )

        async def serve() -> None:
            server = _Quiet(config)
            with at:
                try:
                    await server.serve(sockets=[at])
                finally:  # or the loop, if cancelled, goes on to listen at a number that is reused
                    for each in getattr(server, "servers", ()):
                        each.close()

        self._group.start_soon(serve)
        return f"http://127.0.0.1:{at.getsockname()[1]}"

    def _app(self) -> Starlette:
        path = TICKETS + "{ticket}"
        return Starlette(
            routes=[
                Route(path, self._page, methods=["GET"]),
                Route(path, self._take, methods=["PUT"]),
            ],
            middleware=[Middleware(Gate, guard=Guard())],
        )

    async def _page(self, http: Request) -> Response:
        """A page for a person: choose a picture, and it is sent."""
        return HTMLResponse(PAGE, headers=_HEADERS)

    async def _take(self, http: Request) -> Response:
        try:
            ticket: str = http.path_params["ticket"]
            await self._pictures.check(ticket)
            data = await bytes_of(http, self._body)
            image = await self._pictures.redeem(ticket, data)
        except EditloopError as error:
            refused = of_error(error, 1)
            return JSONResponse({"detail": refused.said}, refused.status_code, _HEADERS)
        except Refused as refused:  # of a body that is too long or slow: no more of it is read
            headers = {**_HEADERS, "connection": "close"}
            return JSONResponse({"detail": refused.said}, refused.status_code, headers)

        handle = f"editloop://image/{image.sha256}"
        return JSONResponse({"image": handle, "size": image.size}, 201, _HEADERS)


class _Quiet(uvicorn.Server):
    """Leaves the signals to whoever runs the process."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Catch nothing."""
        yield

"""The foreign MCP server on a real socket and as a process, and what is asked of it."""

import io
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import foreign_mcp
import uvicorn
from making import png
from PIL import Image
from starlette.responses import Response
from starlette.routing import Route

from editloop.tools import EditRequest, Picture
from editloop.tools.mcp import Command, MCPEditor

SOURCE = Picture(png(9), "image/png")
SERVER = Path(foreign_mcp.__file__)
"""Started as a process of its own over stdio."""


def asked(instruction: str = "lighter", **more: Any) -> EditRequest:
    return EditRequest(SOURCE, instruction, **more)


@dataclass
class Served:
    """The foreign server on a socket, and what it was asked outside of the protocol."""

    port: int = 0
    sent: list[bytes] = field(default_factory=list[bytes])
    tokens: list[str] = field(default_factory=list[str])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    async def made(self, request: Any) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        return Response(foreign_mcp.greyer(SOURCE.data, 90), media_type="image/png")

    async def takes(self, request: Any) -> Response:
        self.sent.append(await request.body())
        return Response(b'{"uri": "sent://1"}', media_type="application/json")

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator["Served"]:
        """Serve until the end of the block; may be done again on the same port."""
        app = foreign_mcp.server.streamable_http_app()
        app.router.routes.append(Route("/made.png", self.made))
        app.router.routes.append(Route("/put", self.takes, methods=["PUT"]))
        config = uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        with socket.create_server(("127.0.0.1", self.port)) as listening:
            self.port = listening.getsockname()[1]
            foreign_mcp.HOST = f"http://127.0.0.1:{self.port}"
            async with anyio.create_task_group() as group:
                group.start_soon(server.serve, [listening])
                yield self  # connections wait until it is up
                server.should_exit = True


Make = Callable[..., MCPEditor]


def command() -> Command:
    return Command((sys.executable, str(SERVER)))


def shade_of(picture: Picture) -> int:
    """The grey of a picture of one grey."""
    with Image.open(io.BytesIO(picture.data)) as image:
        return image.convert("L").tobytes()[0]

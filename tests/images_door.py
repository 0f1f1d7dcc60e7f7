"""The images door over a real host on a real socket, with whatever engines a test gives it."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import uvicorn
from hosting import hosted
from openai import AsyncOpenAI
from starlette.applications import Starlette
from starlette.types import ASGIApp

from editloop.server.gate import Gate
from editloop.server.guard import Guard
from editloop.server.host import Host
from editloop.server.http.images import images_routes
from editloop.server.http.images_rules import ImagesRules
from editloop.server.pictures import Pictures, Reach

EDITS = "/v1/images/edits"


class Waits:
    """Whoever waits for a run at a door."""

    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()

    @contextmanager
    def __call__(self) -> Generator[anyio.CancelScope]:
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                yield scope
            finally:
                self._scopes.discard(scope)

    async def are(self, count: int) -> None:
        """Wait until so many wait."""
        with anyio.fail_after(60):
            while len(self._scopes) != count:
                await anyio.lowlevel.checkpoint()

    def end(self) -> None:
        """Tell them that the server ends."""
        for scope in self._scopes:
            scope.cancel()


@dataclass
class Door:
    """A server that listens."""

    url: str
    app: ASGIApp
    host: Host
    http: httpx2.AsyncClient
    openai: AsyncOpenAI
    waits: Waits


@asynccontextmanager
async def images_door(
    folder: Path,
    *,
    rules: ImagesRules | None = None,
    reach: Reach | None = None,
    guard: Guard | None = None,
    routes: dict[str, Any] | None = None,
    kit: dict[str, Any] | None = None,
    **more: Any,
) -> AsyncGenerator[Door]:
    """Serve while the block runs; `more` is what `hosted` takes, `kit` too."""
    async with hosted(folder, **more, **(kit or {})) as host:
        pictures = Pictures(host, reach or Reach())
        waits = Waits()
        parts: dict[str, Any] = {"waiting": waits, **(routes or {})}
        made = images_routes(host, pictures, rules or ImagesRules(), **parts)
        app: ASGIApp = Starlette(routes=made)
        async with (
            _served(Gate(app, guard=guard) if guard else app) as url,
            httpx2.AsyncClient(base_url=url, timeout=300) as http,
            AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as openai,
        ):
            yield Door(url, app, host, http, openai, waits)


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncGenerator[str]:
    config = uvicorn.Config(
        app, port=0, log_config=None, ws="none", lifespan="off", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()  # connections wait from here on
    with listening:
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listening])
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            server.should_exit = True

"""The images door over a real host on a real socket, with whatever engines a test gives it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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


@dataclass
class Door:
    """A server that listens."""

    url: str
    host: Host
    http: httpx2.AsyncClient
    openai: AsyncOpenAI
    server: uvicorn.Server


@asynccontextmanager
async def images_door(
    folder: Path,
    *,
    rules: ImagesRules | None = None,
    reach: Reach | None = None,
    guard: Guard | None = None,
    routes: dict[str, Any] | None = None,
    **more: Any,
) -> AsyncGenerator[Door]:
    """Serve while the block runs; `more` is what `hosted` takes."""
    async with hosted(folder, **more) as host:
        pictures = Pictures(host, reach or Reach())
        made = images_routes(host, pictures, rules or ImagesRules(), **(routes or {}))
        app: ASGIApp = Starlette(routes=made)
        async with (
            _served(Gate(app, guard=guard) if guard else app) as (server, url),
            httpx2.AsyncClient(base_url=url, timeout=30) as http,
            AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as openai,
        ):
            yield Door(url, host, http, openai, server)


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncGenerator[tuple[uvicorn.Server, str]]:
    config = uvicorn.Config(
        app, port=0, log_config=None, ws="none", lifespan="off", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()  # connections wait from here on
    with listening:
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listening])
            yield server, f"http://127.0.0.1:{listening.getsockname()[1]}"
            server.should_exit = True

"""The HTTP API for tests: scripted engines behind the real application, asked in process or on a
real socket."""

import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import uvicorn
from hosting import POLL, an_agent
from making import png
from starlette.applications import Starlette

from editloop.server.guard import Guard, digest
from editloop.server.host import Host
from editloop.server.http.app import api
from editloop.server.http.inside import ApiRules, Inside
from editloop.server.principals import Principal

ANN, BOB = Principal(name="ann"), Principal(name="bob")
TOKENS = {digest("a-token"): ANN, digest("b-token"): BOB}
AS_ANN, AS_BOB = {"authorization": "Bearer a-token"}, {"authorization": "Bearer b-token"}
TWO = Guard(tokens=TOKENS)
"""A door that two people have tokens for."""


@dataclass(frozen=True)
class Event:
    """One server-sent event as it was heard."""

    id: int | None
    name: str
    data: dict[str, Any]


@dataclass
class Asked:
    """An open application, and a client that asks it."""

    app: Starlette
    http: httpx2.AsyncClient
    server: uvicorn.Server | None = None

    @property
    def inside(self) -> Inside:
        found: Inside = self.app.state.inside
        return found

    @property
    def host(self) -> Host:
        return self.inside.host

    async def begin(self, *, wait: int = 0, **more: Any) -> httpx2.Response:
        """Ask for a run of a small grey picture, as a form."""
        headers = {**({"prefer": f"wait={wait}"} if wait else {}), **more.pop("headers", {})}
        data = {"instruction": "make it warm", **more}
        files = {"image": ("a.png", png(1), "image/png")}
        return await self.http.post("/v1/runs", data=data, files=files, headers=headers)

    async def done(self, **more: Any) -> dict[str, Any]:
        """A run that is closed."""
        answer = await self.begin(wait=30, **more)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def put(self, shade: int = 1, **more: Any) -> str:
        """Send a small grey picture; its handle."""
        answer = await self.http.post("/v1/blobs", content=png(shade), **more)
        assert answer.status_code == 201, answer.text
        handle: str = answer.json()["handle"]
        return handle

    async def heard(self, path: str, **more: Any) -> list[Event]:
        """All events of a stream, to its end."""
        async with self.http.stream("GET", path, **more) as response:
            assert response.status_code == 200
            return [event async for event in events(response)]


async def events(response: httpx2.Response) -> AsyncIterator[Event]:
    """Read server-sent events."""
    number: int | None = None
    name, data = "", ""
    async for line in response.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "id":
            number = int(value)
        elif field == "event":
            name = value
        elif field == "data":
            data = value
        elif not line and name:
            yield Event(number, name, json.loads(data))
            number, name = None, ""


@asynccontextmanager
async def asking(
    folder: Path,
    *,
    guard: Guard = Guard(),  # noqa: B008 (frozen)
    rules: dict[str, Any] | None = None,
    server: bool = False,
    more: dict[str, Any] | None = None,
    **parts: Any,
) -> AsyncGenerator[Asked]:
    """The API over an agent of these parts; with `server` on a real socket."""
    given: dict[str, Any] = {"poll_seconds": POLL, **(rules or {})}
    made = ApiRules(**given)
    async with an_agent(folder, **parts) as agent:
        app = api(agent, guard=guard, rules=made, **(more or {}))
        opened = _served(app) if server else _direct(app)
        async with opened as asked:
            yield asked


@asynccontextmanager
async def _direct(app: Starlette) -> AsyncGenerator[Asked]:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
    ):
        yield Asked(app, http)


@asynccontextmanager
async def _served(app: Starlette) -> AsyncGenerator[Asked]:
    config = uvicorn.Config(
        app, port=0, log_config=None, ws="none", lifespan="on", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as `listening` of the server
    listening.listen(2048)  # connections wait from here on
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with listening:
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listening])
            async with httpx2.AsyncClient(base_url=url, timeout=300) as http:
                assert (await http.get("/livez")).status_code == 200
                yield Asked(app, http, server)
            app.state.ending()
            server.should_exit = True

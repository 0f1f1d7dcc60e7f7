"""The edit service on a real socket, with whatever editor a test gives it."""

import base64
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
import httpx2
import uvicorn

from editloop.server.desk import Desk
from editloop.server.edit_service import service
from editloop.server.keeper import Opening
from editloop.server.rules import ServiceRules
from editloop.tools import Abilities, Edited, Editor, EditRequest, Picture
from editloop.tools.editor import Option
from editloop.tools.pool.probing import tiny_png

SOURCE = Picture(tiny_png(), "image/png")
ENCODED = base64.b64encode(SOURCE.data).decode()
MADE = Picture(b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")


@dataclass
class Held:
    """An editor that takes every parameter, and answers once it is let."""

    open: bool = True
    abilities: Abilities = Abilities(seed=True)  # noqa: RUF009 (frozen)
    made: Picture = MADE
    name: str = "held"
    requests: list[EditRequest] = field(default_factory=list[EditRequest])
    begun: anyio.Event = field(default_factory=anyio.Event)
    cancelled: anyio.Event = field(default_factory=anyio.Event)
    let: anyio.Event = field(default_factory=anyio.Event)
    error: Exception | None = None

    async def edit(self, request: EditRequest) -> Edited:
        self.requests.append(request)
        self.begun.set()
        try:
            if not self.open:
                await self.let.wait()
        except anyio.get_cancelled_exc_class():
            self.cancelled.set()
            raise
        if self.error:
            raise self.error
        return Edited(self.made, seconds=0.5, notes=("made by hand",))

    @property
    def options(self) -> Mapping[str, Option]:
        """What the last request set."""
        return self.requests[-1].options


@dataclass
class Running:
    """A service that listens."""

    url: str
    port: int
    desk: Desk
    http: httpx2.AsyncClient
    server: uvicorn.Server


class Serving(Protocol):
    """Starts a service for the length of a block."""

    def __call__(
        self, editor: Editor | Opening, **more: Any
    ) -> AbstractAsyncContextManager[Running]: ...


async def until(true: Callable[[], object]) -> None:
    """Let others run until something is so."""
    with anyio.fail_after(60):
        while not true():
            await anyio.lowlevel.checkpoint()


@asynccontextmanager
async def serving_of(
    editor: Editor | Opening,
    *,
    rules: Mapping[str, Any] | None = None,
    settled: bool = True,
    grace: int = 5,
    **more: Any,
) -> AsyncGenerator[Running]:
    made = ServiceRules(**{"probe": False, **(rules or {})})
    app = service(editor, rules=made, **more)
    config = uvicorn.Config(
        app, port=0, log_config=None, ws="none", lifespan="on", timeout_graceful_shutdown=grace
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()  # connections wait from here on
    port: int = listening.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with listening:
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listening])
            async with httpx2.AsyncClient(base_url=url, timeout=300) as http:
                desk: Desk = app.state.desk
                if settled:
                    await desk.keeper.settled.wait()
                yield Running(url, port, desk, http, server)
            server.should_exit = True

"""As much of HTTP/1.1 as the simulated engines need, at little cost: requests with a length."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

_HEAD_END = b"\r\n\r\n"


@dataclass(slots=True)
class Asked:
    """One request, and the connection that its answer goes to."""

    path: str
    headers: dict[str, str]
    body: bytes
    transport: asyncio.Transport
    gone: asyncio.Event
    """Set when the caller has gone."""

    def answer(
        self,
        body: bytes,
        *,
        status: int = 200,
        media_type: str = "application/json",
        more: str = "",
        cut: bool = False,
    ) -> None:
        """Send an answer; `cut` breaks off in its middle."""
        head = f"HTTP/1.1 {status} So\r\ncontent-type: {media_type}\r\n{more}"
        self.transport.write(f"{head}content-length: {len(body)}\r\n\r\n".encode())
        self.transport.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.transport.close()

    def says(self, value: object, **how: object) -> None:
        """Send JSON."""
        self.answer(json.dumps(value).encode(), **how)  # type: ignore[arg-type]


Handle = Callable[[Asked], Awaitable[None]]


@dataclass(eq=False)
class Connection(asyncio.Protocol):
    """Reads one request after the other; each is handled in a task of its own."""

    handle: Handle
    transport: asyncio.Transport = field(init=False)
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._data = bytearray()
        self._head: tuple[str, dict[str, str]] | None = None
        self._length = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what arrived; begin whatever is whole."""
        self._data += data
        while self._whole():
            pass

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell those who work for this caller."""
        self.gone.set()

    def _whole(self) -> bool:
        if self._head is None:
            end = self._data.find(_HEAD_END)
            if end < 0:
                return False
            line, *rest = bytes(self._data[:end]).decode("latin-1").split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (each.partition(":") for each in rest)}
            self._head = (line.split(" ")[1], headers)
            self._length = int(headers.get("content-length", "0"))
            del self._data[: end + len(_HEAD_END)]
        if len(self._data) < self._length:
            return False
        body = bytes(memoryview(self._data)[: self._length])
        del self._data[: self._length]
        asked = Asked(*self._head, body, self.transport, self.gone)
        self._head = None
        task = asyncio.ensure_future(self._handled(asked))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return True

    async def _handled(self, asked: Asked) -> None:
        with suppress(ConnectionError):
            await self.handle(asked)


async def serve(handle: Handle, announce: Callable[[int], None]) -> None:
    """Serve on a free port of the loopback until the process ends."""
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(handle), "127.0.0.1", 0
    )
    announce(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()

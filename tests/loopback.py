"""A real server on the loopback that answers as a test tells it to; tests share it."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import anyio
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

GONE = (
    anyio.IncompleteRead,
    anyio.EndOfStream,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
)
"""How a client that leaves looks from here."""


@dataclass
class Part:
    """One field of a multipart form."""

    name: str
    filename: str
    media_type: str
    data: bytes


@dataclass
class Asked:
    """One request as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def form(self) -> list[Part]:
        boundary = self.headers["content-type"].split("boundary=")[1].encode()
        found: list[Part] = []
        for piece in self.body.split(b"--" + boundary)[1:-1]:
            head, data = piece.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)
            lines = dict(line.split(": ", 1) for line in head.decode().lower().splitlines())
            options = lines["content-disposition"].replace('"', "").split("; ")[1:]
            named = dict(option.split("=", 1) for option in options)
            found.append(
                Part(
                    named["name"],
                    named.get("filename", ""),
                    lines.get("content-type", ""),
                    data.removesuffix(b"\r\n"),
                )
            )
        return found


@dataclass
class Sent:
    """One answer, whole or broken off in the middle."""

    body: bytes
    status: int
    media_type: str
    headers: dict[str, str]
    cut: bool


async def request(reader: BufferedByteReceiveStream) -> Asked:
    """Read one request."""
    head = (await reader.receive_until(b"\r\n\r\n", 65_536)).decode()
    line, *rest = head.splitlines()
    headers = {k.lower(): v for k, v in (each.split(": ", 1) for each in rest)}
    return Asked(
        line, headers, await reader.receive_exactly(int(headers.get("content-length", "0")))
    )


async def send(stream: SocketStream, sent: Sent) -> None:
    """Write one answer; ends the connection where it is cut."""
    more = "".join(f"{name}: {value}\r\n" for name, value in sent.headers.items())
    head = f"HTTP/1.1 {sent.status} So\r\ncontent-type: {sent.media_type}\r\n{more}"
    await stream.send(f"{head}content-length: {len(sent.body)}\r\n\r\n".encode())
    if sent.cut:
        await stream.send(sent.body[: len(sent.body) // 2])
        raise anyio.EndOfStream
    await stream.send(sent.body)


class Serves(Protocol):
    """What answers connections."""

    async def serve(self, stream: SocketStream) -> None:
        """Answer one connection to its end."""
        ...


S = TypeVar("S", bound=Serves)


@asynccontextmanager
async def listening(make: Callable[[str], S]) -> AsyncGenerator[S]:
    """Listen on the loopback until the end of the block; `make` is told the address."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    server = make(f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, server.serve)
        yield server
        group.cancel_scope.cancel()


@dataclass
class Server:
    """Gives its one answer, or the one of the path; None as a body: never."""

    url: str
    status: int = 200
    body: bytes | None = b"{}"
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    cut: bool = False
    paths: dict[str, tuple[str, bytes]] = field(default_factory=dict[str, tuple[str, bytes]])
    """Media types and bodies of files that it serves."""

    replies: Callable[[Asked], tuple[int, str, bytes | None]] | None = None
    """Gives status, media type and body of each request instead, where a protocol has states."""

    asked: list[Asked] = field(default_factory=list[Asked])
    connections: int = 0
    arrived: anyio.Event = field(default_factory=anyio.Event)
    left: anyio.Event = field(default_factory=anyio.Event)

    def says(self, **fields: object) -> None:
        self.body = json.dumps(fields).encode()

    async def serve(self, stream: SocketStream) -> None:
        self.connections += 1
        async with stream:
            reader = BufferedByteReceiveStream(stream)
            try:
                while True:
                    await self._answer(stream, reader)
            except GONE:
                self.left.set()

    async def _answer(self, stream: SocketStream, reader: BufferedByteReceiveStream) -> None:
        self.asked.append(await request(reader))
        self.arrived.set()
        media_type, said = self.paths.get(self.asked[-1].path, (self.media_type, self.body))
        if self.replies:
            self.status, media_type, said = self.replies(self.asked[-1])
        if said is None:
            await reader.receive_exactly(1)  # nothing more is sent: waits for the end
        answer = Sent(said or b"", self.status, media_type, self.headers, self.cut)
        await send(stream, answer)


@asynccontextmanager
async def serving() -> AsyncGenerator[Server]:
    """Serve until the end of the block."""
    async with listening(Server) as server:
        yield server

"""A server on the loopback that speaks OpenAI's chat completions as a test tells it to."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.abc import SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream
from loopback import GONE, Asked, Sent, listening, request, send


@dataclass
class Reply:
    """What the server answers; without a body it never does."""

    body: bytes | None
    status: int = 200
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    cut: bool = False
    """Break off in the middle."""


def completion(
    content: str | None,
    *,
    finish_reason: str | None = "stop",
    id: str = "chatcmpl-1",
    usage: tuple[int, int] = (2345, 67),
    **message: object,
) -> Reply:
    """An answer of a model; `message` are further fields, such as `reasoning`."""
    body = {
        "id": id,
        "object": "chat.completion",
        "created": 1,
        "model": "EditThinker-8B",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, **message},
                "finish_reason": finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": usage[0],
            "completion_tokens": usage[1],
            "total_tokens": sum(usage),
        },
    }
    return Reply(json.dumps(body).encode())


def refusal(status: int, message: str, *, type: str = "BadRequestError", **headers: str) -> Reply:
    """An error as vLLM words it."""
    error = {"message": message, "type": type, "param": None, "code": status}
    return Reply(json.dumps({"error": error}).encode(), status=status, headers=headers)


def models(*names: str) -> Reply:
    """The answer to `/v1/models`."""
    data = [{"id": name, "object": "model"} for name in names]
    return Reply(json.dumps({"object": "list", "data": data}).encode())


Answers = Callable[[Asked], Reply]


@dataclass
class ChatServer:
    """Answers every chat by `reply`, and names one model."""

    url: str
    reply: Reply | Answers = field(default_factory=lambda: completion(""))
    models: Reply = field(default_factory=lambda: models("EditThinker-8B"))
    chats: list[Asked] = field(default_factory=list[Asked])
    looks: list[Asked] = field(default_factory=list[Asked])
    """Requests other than chats."""

    arrived: anyio.Event = field(default_factory=anyio.Event)
    left: anyio.Event = field(default_factory=anyio.Event)
    """A client went away, whatever the reason."""

    here: int = 0
    """Connections that are open now."""

    all_left: anyio.Event = field(default_factory=anyio.Event)
    """There were clients, and all have gone."""

    wanted: int = 1
    """How many chats must be there before any of them is answered."""

    enough: anyio.Event = field(default_factory=anyio.Event)

    async def serve(self, stream: SocketStream) -> None:
        self.here += 1
        async with stream:
            reader = BufferedByteReceiveStream(stream)
            try:
                while True:
                    await self._answer(stream, reader)
            except GONE:
                self.here -= 1
                self.left.set()
                if self.here == 0:
                    self.all_left.set()

    async def _answer(self, stream: SocketStream, reader: BufferedByteReceiveStream) -> None:
        asked = await request(reader)
        reply = await self._chosen(asked)
        if reply.body is None:
            await reader.receive_exactly(1)  # nothing more is sent: waits for the end

        sent = Sent(reply.body or b"", reply.status, reply.media_type, reply.headers, reply.cut)
        await send(stream, sent)

    async def _chosen(self, asked: Asked) -> Reply:
        if not asked.path.endswith("/chat/completions"):
            self.looks.append(asked)
            return self.models

        self.chats.append(asked)
        self.arrived.set()
        if len(self.chats) >= self.wanted:
            self.enough.set()
        await self.enough.wait()
        return self.reply if isinstance(self.reply, Reply) else self.reply(asked)


@asynccontextmanager
async def chat_server() -> AsyncGenerator[ChatServer]:
    """Serve until the end of the block."""
    async with listening(ChatServer) as server:
        yield server

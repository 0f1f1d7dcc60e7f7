"""A real server on the loopback that answers like a model server, and comparisons to send it."""

import json
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream
from making import picture
from pydantic_ai.models import override_allow_model_requests

from editloop.policies import Comparison


@dataclass
class ModelServer:
    """Gives its one answer to everything; None: never."""

    url: str
    status: int = 200
    body: bytes | None = b"{}"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    paths: list[str] = field(default_factory=list[str])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    arrived: anyio.Event = field(default_factory=anyio.Event)
    left: anyio.Event = field(default_factory=anyio.Event)

    def says(self, text: str, finish_reason: str = "stop") -> None:
        """Answer as Chat Completions do."""
        self.answers(
            id="chatcmpl-1",
            object="chat.completion",
            created=1,
            model="gpt-4.1",
            choices=[
                {
                    "index": 0,
                    "finish_reason": finish_reason,
                    "message": {"role": "assistant", "content": text},
                }
            ],
            usage={"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
        )

    def says_as_a_response(self, text: str) -> None:
        """Answer as the Responses API does."""
        said: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
        message: dict[str, Any] = {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [said],
        }
        self.answers(
            id="resp_1",
            object="response",
            created_at=1,
            model="gpt-4.1",
            status="completed",
            output=[message],
            parallel_tool_calls=False,
            tool_choice="auto",
            tools=[],
        )

    def answers(self, **fields: object) -> None:
        self.body = json.dumps(fields).encode()

    async def serve(self, stream: SocketStream) -> None:
        async with stream:
            reader = BufferedByteReceiveStream(stream)
            try:
                while True:
                    await self._answer(stream, reader)
            except (anyio.IncompleteRead, anyio.EndOfStream, anyio.BrokenResourceError):
                self.left.set()

    async def _answer(self, stream: SocketStream, reader: BufferedByteReceiveStream) -> None:
        head = (await reader.receive_until(b"\r\n\r\n", 65_536)).decode()
        line, *rest = head.splitlines()
        fields = dict(each.lower().split(": ", 1) for each in rest)
        self.paths.append(line.split(" ")[1])
        self.asked.append(json.loads(await reader.receive_exactly(int(fields["content-length"]))))
        self.arrived.set()
        if self.body is None:
            await reader.receive_exactly(1)  # nothing more is sent: waits for the end

        body = self.body or b""
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        answer = f"HTTP/1.1 {self.status} So\r\ncontent-type: application/json\r\n{more}"
        await stream.send(f"{answer}content-length: {len(body)}\r\n\r\n".encode() + body)


@asynccontextmanager
async def _serving() -> AsyncGenerator[ModelServer]:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    server = ModelServer(f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}/v1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, server.serve)
        yield server
        group.cancel_scope.cancel()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[ModelServer]:
    """Found by everything that asks for `openai:` and `openai-chat:`."""
    async with _serving() as serving:
        monkeypatch.setenv("OPENAI_API_KEY", "test")
        monkeypatch.setenv("OPENAI_BASE_URL", serving.url)
        yield serving


@pytest.fixture
def loopback() -> Generator[None]:
    """The loopback counts as no model."""
    with override_allow_model_requests(True):
        yield


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(
        source=picture(40),
        edited=picture(90),
        asked='make it "brighter", né?',
        told="raise the exposure",
        seed=7,
        key="01kd:1",
    )

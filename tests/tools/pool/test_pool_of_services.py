"""The pool before real HTTP: one server that fails, one that works."""

import base64
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from editloop.tools import EditRequest, Picture
from editloop.tools.pool import EditorPool, PoolRules
from editloop.tools.pool.probing import tiny_png
from editloop.tools.remote.editthinker_service import EditThinkerService

pytestmark = pytest.mark.anyio

EDIT = b"\xff\xd8\xff\xe0" + bytes(64)
GOOD = json.dumps({"edited_image": base64.b64encode(EDIT).decode()}).encode()
BAD = b'{"detail": "CUDA error"}'


class Server:
    """Gives every request the same answer and counts them."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body, self.asked, self.url = status, body, 0, ""

    async def serve(self, stream: SocketStream) -> None:
        reader = BufferedByteReceiveStream(stream)
        async with stream:
            try:
                while True:
                    head = (await reader.receive_until(b"\r\n\r\n", 65_536)).decode().lower()
                    await reader.receive_exactly(int(head.split("content-length: ")[1].split()[0]))
                    self.asked += 1
                    said = f"HTTP/1.1 {self.status} So\r\ncontent-length: {len(self.body)}\r\n\r\n"
                    await stream.send(said.encode() + self.body)
            except (anyio.IncompleteRead, anyio.EndOfStream, anyio.BrokenResourceError):
                return


@pytest.fixture
async def servers() -> AsyncGenerator[tuple[Server, Server]]:
    """One that fails and one that works."""
    bad, good = Server(500, BAD), Server(200, GOOD)
    async with AsyncExitStack() as opened, anyio.create_task_group() as group:
        for server in (bad, good):
            listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
            await opened.enter_async_context(listener)
            server.url = f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}"
            group.start_soon(listener.serve, server.serve)
        yield bad, good
        group.cancel_scope.cancel()


async def test_no_edit_is_lost_to_a_failing_server_and_it_is_soon_left_alone(
    servers: tuple[Server, Server],
) -> None:
    bad, good = servers
    made: list[bytes] = []
    rules = PoolRules(bound=2, cooldown=600, longest_cooldown=600)
    async with (
        EditThinkerService(bad.url, "longcat", name="bad") as first,
        EditThinkerService(good.url, "longcat", name="good") as second,
        EditorPool(rules=rules) as pool,
    ):
        pool.add(first)
        pool.add(second)

        async def ask(key: str) -> None:
            request = EditRequest(Picture(tiny_png(), "image/png"), "warmer", key=key)
            made.append((await pool.edit(request)).picture.data)

        async with anyio.create_task_group() as group:
            for n in range(40):
                group.start_soon(ask, f"run-{n}:1")
        failing = pool.snapshot().replicas[0]
        assert (failing.name, failing.state) == ("bad", "out")
        assert failing.last_problem == "bad answered 500: CUDA error"

    assert made == [EDIT] * 40
    assert good.asked == 40
    assert bad.asked <= rules.failures + rules.bound - 1

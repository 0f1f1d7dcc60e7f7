"""Connections on which nothing ends, and requests that say their length twice."""

import resource
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import uvicorn
from anyio.abc import SocketStream
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from editloop.server import running
from editloop.server.dialects import HANDLERS
from editloop.server.gate import Gate
from editloop.server.guard import Guard
from editloop.server.mcp import uploads
from editloop.server.prompt import Prompt, most_connections, raise_files
from editloop.server.running import listening

pytestmark = pytest.mark.anyio

PLAIN = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"


class _Hasty(Prompt):
    seconds = 0.2


@asynccontextmanager
async def _serving(
    answer: Callable[[Request], Any], http: type[Prompt] = _Hasty
) -> AsyncGenerator[int]:
    """A server behind a gate, at a port."""
    more = {"/endless": _endless, "/read": _read}
    routes = [
        Route(at, made, methods=["GET", "POST"]) for at, made in ({"/": answer} | more).items()
    ]
    app = Gate(Starlette(routes=routes, exception_handlers=HANDLERS), guard=Guard())
    with listening("127.0.0.1", 0) as at:
        config = uvicorn.Config(app, http=http, log_config=None, ws="none", lifespan="off")
        server = uvicorn.Server(config)
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [at])
            with anyio.fail_after(60):
                yield at.getsockname()[1]
            server.should_exit = True


async def _here(request: Request) -> Response:
    return PlainTextResponse("here")


async def _endless(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        while not await request.is_disconnected():
            await anyio.lowlevel.checkpoint()

    return StreamingResponse(pieces())


async def _read(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def _all(stream: SocketStream) -> bytes:
    """What comes until the other side closes."""
    found = b""
    try:
        while True:
            found += await stream.receive()
    except (anyio.EndOfStream, anyio.BrokenResourceError):
        return found


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nhost: localhost\r\nx-a: ", b""),
        (PLAIN + b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200"),
        (b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000\r\n\r\na", b"HTTP/1.1 200"),
    ],
    ids=["nothing", "half a head", "half a second head", "half a body that nobody reads"],
)
async def test_a_connection_without_a_request_under_way_is_closed(
    sent: bytes, answered: bytes
) -> None:
    async with _serving(_here) as port, await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(sent)
        if answered:
            assert (await stream.receive()).startswith(answered)
            await stream.send(b"a")
        assert b"HTTP/1.1 4" not in await _all(stream)


async def test_more_connections_than_there_is_room_for_are_closed_and_the_others_served() -> None:
    class Narrow(Prompt):
        most = 2

    async with _serving(_here, Narrow) as port:
        async with (
            await anyio.connect_tcp("127.0.0.1", port),
            await anyio.connect_tcp("127.0.0.1", port) as served,
            await anyio.connect_tcp("127.0.0.1", port) as beyond,
        ):
            assert await _all(beyond) == b""
            await served.send(PLAIN)
            assert (await served.receive()).startswith(b"HTTP/1.1 200")
        found = b""
        while not found:  # until the server has seen that the others are gone
            async with await anyio.connect_tcp("127.0.0.1", port) as later:
                with suppress(anyio.BrokenResourceError, anyio.EndOfStream):
                    await later.send(PLAIN)
                    found = await later.receive()
    assert found.startswith(b"HTTP/1.1 200")


def test_room_is_left_for_the_files_of_the_server() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    raise_files()
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert before[0] <= files <= most == before[1]
    assert 0 < most_connections.__wrapped__() < before[0]


async def test_a_request_under_way_is_waited_for() -> None:
    let = anyio.Event()

    async def late(request: Request) -> Response:
        await let.wait()
        return PlainTextResponse("late")

    async with (
        _serving(late) as port,
        await anyio.connect_tcp("127.0.0.1", port) as asking,
        await anyio.connect_tcp("127.0.0.1", port) as idle,
    ):
        await asking.send(PLAIN)
        await _all(idle)  # closed: so long a request takes, and longer
        let.set()
        assert (await asking.receive()).endswith(b"late")


async def test_a_request_that_says_its_length_twice_is_answered_400_and_its_connection_ends() -> (
    None
):
    """A proxy that believes the other one would take the rest for somebody else's request."""
    twice = b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    async with (
        _serving(_here, Prompt) as port,
        await anyio.connect_tcp("127.0.0.1", port) as stream,
    ):
        await stream.send(b"POST / HTTP/1.1\r\nhost: localhost\r\n" + twice + PLAIN)
        said = await _all(stream)
    assert said.startswith(b"HTTP/1.1 400")
    assert said.count(b"HTTP/1.1") == 1


BROKEN = b"POST %b HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("path", "pieces"),
    [
        (b"/", [b"zz\r\n"]),  # the server breaks off before anybody answers
        (b"/endless", [b"", b"zz\r\n"]),  # amid an answer
        (b"/", [b"", b"zz\r\n"]),  # behind one
        (b"/read", [b"3\r\nabc\r\n", b"zz\r\n"]),
    ],
)
async def test_what_is_no_http_writes_no_traceback(
    caplog: pytest.LogCaptureFixture, path: bytes, pieces: list[bytes]
) -> None:
    async with (
        _serving(_here, Prompt) as port,
        await anyio.connect_tcp("127.0.0.1", port) as stream,
    ):
        await stream.send(BROKEN % path + pieces[0])
        if not pieces[0]:
            assert (await stream.receive()).startswith(b"HTTP/1.1 200")
        await stream.send(b"".join(pieces[1:]))
        await _all(stream)
        async with await anyio.connect_tcp("127.0.0.1", port) as after:
            await after.send(PLAIN)
            assert (await after.receive()).startswith(b"HTTP/1.1 200")
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []


async def test_the_servers_of_the_commands_speak_so(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    class Seen(uvicorn.Server):
        def __init__(self, config: uvicorn.Config) -> None:
            made.append(config.http)
            super().__init__(config)

        def run(self, sockets: object = None) -> None:
            """Serve nothing."""

        async def serve(self, sockets: object = None) -> None:
            """Serve nothing."""

    def ending(config: uvicorn.Config, app: Starlette) -> Seen:
        return Seen(config)

    monkeypatch.setattr(running, "_Ending", ending)
    monkeypatch.setattr(uploads, "_Quiet", Seen)
    app = Starlette()
    app.state.failed = app.state.ending = lambda: None
    running.run(lambda stop: app, listening("127.0.0.1", 0), grace_seconds=1)
    places: Any = uploads.LoopbackUploads
    async with places(None, 1).open() as opened:
        await opened.upload(None, "ticket")
        await anyio.wait_all_tasks_blocked()
    assert made == [Prompt, Prompt]

"""Runs the service on uvicorn: a socket, signals, a log, an orderly end."""

import logging
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ipaddress import ip_address
from math import ceil
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from ..memory import EditloopError, SettingsError
from .prompt import Prompt, raise_files
from .tracing import ACCESS

_LAST_PORT = 65_535  # the system would take a larger number for what is left of it in 16 bits
_KEEP_ALIVE = 75  # seconds; longer than a proxy keeps idle connections, or it meets closed ones

Make = Callable[[Callable[[], None]], Starlette]
"""Makes the application; it is given what stops the server."""


def check_reach(host: str, *, guarded: bool) -> None:
    """See that nobody outside this machine can edit without a token.

    Raises:
        SettingsError: the host is reachable from elsewhere and the service is not guarded.
    """
    if guarded or _is_loopback(host):
        return

    raise SettingsError(
        f"{host} can be reached from other machines: name the variable that holds a token with "
        "--token-env, or say --no-token where a proxy or a firewall stands before it"
    )


def listening(host: str, port: int) -> socket.socket:
    """Open the socket first, so that a taken port is told before weights are loaded.

    Raises:
        SettingsError: the port is taken or none, or the host is not one of this machine.
    """
    if not 0 <= port <= _LAST_PORT:
        raise SettingsError(f"there is no port {port}: they go from 0, any that is free, to 65535")

    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        at = socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        why = error.strerror or str(error)
        raise SettingsError(
            f"cannot listen at {host}:{port}: {why}; choose another with --host and --port"
        ) from error

    # Connections inherit it. asyncio sets it on sockets of its own making only, and without it the
    # second piece of a streamed answer waits 40 ms for the client's delayed acknowledgement.
    at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return at


def run(make: Make, at: socket.socket, *, grace_seconds: float) -> None:
    """Serve until SIGINT or SIGTERM, finish what is under way within the grace time, and return.

    The application's `state.failed` says why it could not begin or go on, its `state.ending` lets
    go of those who wait for something to happen; both are functions.

    Raises:
        EditloopError: the application could not begin or go on, by `state.failed`.
    """
    servers: list[uvicorn.Server] = []

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    raise_files()
    app = make(stop)
    config = uvicorn.Config(
        app,
        http=Prompt,
        log_config=None,
        access_log=False,
        ws="none",
        lifespan="on",
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=max(1, ceil(grace_seconds)),
    )
    servers.append(_Ending(config, app))
    with at, _signals_held():
        servers[0].run(sockets=[at])

    failed: EditloopError | None = app.state.failed()
    if failed:
        raise failed


class _Ending(uvicorn.Server):
    """Tells the application that the end begins, before it waits for requests under way."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        super().__init__(config)
        self._told = app.state.ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._told()
        await super().shutdown(sockets)


@contextmanager
def logged(*, access: bool, level: int = logging.INFO) -> Generator[None]:
    """Write the service's log to stderr for the length of a block."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    log = logging.getLogger("editloop.server")
    before = log.level, ACCESS.disabled, log.propagate
    log.propagate = False  # packages that a door is made with may log to the terminal, too
    log.addHandler(handler)
    log.setLevel(level)
    ACCESS.disabled = not access
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before[0])
        ACCESS.disabled = before[1]
        log.propagate = before[2]


@contextmanager
def _signals_held() -> Generator[None]:
    """uvicorn raises a signal again once it has ended in order; here that is the end already."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, _held) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _held(number: int, frame: FrameType | None) -> None:
    """The server has ended in order."""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

"""A way to a server that can be cut."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import anyio
from anyio.abc import SocketStream


class Wire:
    """Passes on what comes, until it is cut; then whoever comes is hung up on."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._open: set[anyio.CancelScope] = set()
        self._cut = False
        self._refused = 0
        self._more = anyio.Event()
        self.port = 0

    @property
    def url(self) -> str:
        """The address of the server by this way."""
        user = self._to.netloc.rpartition("@")[0]
        return self._to._replace(netloc=f"{user}@127.0.0.1:{self.port}").geturl()

    def cut(self) -> None:
        """Hang up on everybody."""
        self._cut = True
        for scope in [*self._open]:
            scope.cancel()

    def mend(self) -> None:
        """Let everybody through again."""
        self._cut = False

    async def refused(self, times: int) -> None:
        """Wait until so many have come in vain."""
        with anyio.fail_after(60):
            while self._refused < times:
                await self._more.wait()

    async def pass_on(self, near: SocketStream) -> None:
        async with near:
            if self._cut:
                self._refused += 1
                self._more.set()
                self._more = anyio.Event()
                return
            host, port = self._to.hostname or "", self._to.port or 0
            async with (
                await anyio.connect_tcp(host, port) as far,
                anyio.create_task_group() as both,
            ):
                self._open.add(both.cancel_scope)
                both.start_soon(_copied, near, far, both.cancel_scope)
                await _copied(far, near, both.cancel_scope)
            self._open.discard(both.cancel_scope)


async def _copied(one: SocketStream, other: SocketStream, ends: anyio.CancelScope) -> None:
    try:
        async for data in one:
            await other.send(data)
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        pass
    ends.cancel()


@asynccontextmanager
async def wire(url: str) -> AsyncGenerator[Wire]:
    """One that is open while the block runs."""
    found = Wire(url)
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as group,
    ):
        found.port = listener.extra(anyio.abc.SocketAttribute.local_port)
        group.start_soon(listener.serve, found.pass_on)
        yield found
        group.cancel_scope.cancel()

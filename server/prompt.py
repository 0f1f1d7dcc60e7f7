"""HTTP connections on which nobody is waited for endlessly.

uvicorn bounds how long a connection may be idle, and how large the head of a request may be; not how
long that head may take, nor what is sent after the answer. Both would keep a connection for nothing.
"""

import asyncio
from contextlib import suppress
from functools import cache
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 30.0
"""How long a connection may go on that has no request under way."""

_FILES = 65_536
_SPARE = 4096
"""Files that are opened besides: pictures, the store, processes, and connections that are let in by
the thousand before anybody looks how many there are."""


def raise_files() -> None:
    """Let this process open as many files as the system lets it, which is seldom the usual 1024."""
    try:
        import resource
    except ImportError:
        return
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if usual != resource.RLIM_INFINITY and usual < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


@cache
def most_connections() -> int:
    """How many connections leave room for the files that answers are made of."""
    try:
        import resource
    except ImportError:
        return _FILES - _SPARE
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _FILES if files == resource.RLIM_INFINITY else files
    return max(files // 2, files - _SPARE)


class Prompt(H11Protocol):
    """h11, whoever else is installed: it bounds the head of a request, and httptools does not."""

    seconds = HEAD_SECONDS
    most: int | None = None
    """Connections at a time; by default as many as there is room for."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request, but not for ever; end at once where there is no room.

        Beyond the bound of the system nothing could be opened any more, the store included, and each
        try to let one more in would be a traceback in the log.
        """
        super().connection_made(transport)
        self._look()
        if len(self.connections) > (self.most or most_connections()):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came; the rest of a head, or of a refused body, has only so much time."""
        super().data_received(data)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Say that what comes is no HTTP, unless an answer has begun already.

        Whoever is at one is told that nobody waits: its own answer, after this one, would be an error
        with a traceback in the log, as often as a stranger likes.
        """
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()
        cycle: Any = self.cycle
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()

    def _look(self) -> None:
        cycle: Any = self.cycle  # none before the first request, whatever its type says
        if cycle is not None and not cycle.response_complete:
            self._wait_no_more()
        elif self._late is None:
            self._late = self.loop.call_later(self.seconds, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

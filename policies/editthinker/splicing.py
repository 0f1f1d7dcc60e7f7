"""Pictures enter a request as it leaves, as bytes between bytes.

A picture in base64 is megabytes of text. Passed through the client libraries it would be a string,
twice, then JSON, then bytes, all of it on the event loop. So the request is built with a short name
in the place of each picture, and the names are exchanged when it is sent: what the server receives
is the same, byte for byte.
"""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from secrets import token_hex

import httpx2
import pybase64
from anyio import to_thread

_NAME = re.compile(rb"editloop-picture-[0-9a-f]{32}")


class Splices:
    """Keeps the pictures of the requests that are being built, by names that nobody can guess."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, bytes] = {}

    async def name(self, data: bytes, media_type: str) -> str:
        """Encode a picture in a thread, and return what stands for its data URI."""
        name = f"editloop-picture-{token_hex(16)}"
        self._waiting[name.encode()] = await to_thread.run_sync(_data_uri, data, media_type)
        return name

    def forget(self, names: Iterable[str]) -> None:
        """Let go of pictures that were not sent after all."""
        for name in names:
            self._waiting.pop(name.encode(), None)

    async def exchange(self, request: httpx2.Request) -> None:
        """Put the pictures into a request; a hook of `httpx2.AsyncClient`."""
        body = request.content
        pieces: list[bytes] = []
        end = 0
        for found in _NAME.finditer(body):
            if (picture := self._waiting.pop(found[0], None)) is not None:
                pieces += [body[end : found.start()], picture]
                end = found.end()

        if pieces:
            pieces.append(body[end:])
            request.headers["Content-Length"] = str(sum(map(len, pieces)))
            request.stream = _Pieces(pieces)


class _Pieces(httpx2.AsyncByteStream):
    """Sends each piece once, and lets go of it."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._left = list(reversed(pieces))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._left:
            yield self._left.pop()


def _data_uri(data: bytes, media_type: str) -> bytes:
    return b"data:%s;base64,%s" % (media_type.encode(), pybase64.b64encode(data))

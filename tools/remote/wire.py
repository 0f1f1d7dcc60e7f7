"""What all editors behind HTTP share: one bounded request, and errors in the server's own words.

No retry here: the agent is the one layer that retries. A cancelled edit closes its connection.
"""

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import httpx2
import pybase64
from anyio import to_thread
from pydantic_core import from_json

from ...memory import EditorBusy, EditorError, EditorRejected, PictureError
from ..editor import EditRequest, Picture
from .refusals import of_status

MAX_ANSWER = 256 * 2**20
"""Bytes of an answer that are read at most; a 4k PNG twice in base64 is less."""

_LARGE = 256 * 1024  # bytes from which base64 is worth a thread
_MAX_ERROR = 64 * 1024  # bytes of an error's body that are read


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer with a status below 400."""

    data: bytes
    media_type: str
    headers: httpx2.Headers


def client(
    *,
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    connections: int = 32,
    connect: float = 10.0,
) -> httpx2.AsyncClient:
    """Make a client that keeps its connections, follows nothing and waits as long as the caller does.

    Deadlines are scopes of the caller; only connecting has its own, `connect` seconds.
    """
    return httpx2.AsyncClient(
        base_url=base_url,
        headers=dict(headers or {}),
        timeout=httpx2.Timeout(None, connect=connect),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=connections),
        follow_redirects=False,
        verify=_trusted(),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The usual certificates, read once and not for every replica (20 ms of processor each)."""
    return httpx2.create_ssl_context()


def keyed(request: EditRequest, header: str = "Idempotency-Key") -> dict[str, str]:
    """The header by which a server knows that it has made this edit already; others ignore it."""
    return {header: request.key} if header and request.key else {}


async def ask(
    http: httpx2.AsyncClient,
    name: str,
    method: str,
    url: str,
    *,
    most: int = MAX_ANSWER,
    explain: Callable[[bytes], str] | None = None,
    **how: Any,
) -> Answer:
    """Make one request and read its answer, at most `most` bytes.

    `explain` finds the server's words in the body of an error, where they lie elsewhere than
    usual; empty: they do not. `how` is what `httpx2.AsyncClient.stream` takes.

    Raises:
        EditorBusy: 408, 409, 425, 429 or 5xx, or the server cannot be reached.
        EditorRejected: any other status of 4xx.
        EditorError: a redirect, too long an answer, or one that broke off.
    """
    try:
        async with http.stream(method, url, **how) as response:
            if response.status_code >= 300:
                body = await _read(response, _MAX_ERROR)
                raise of_status(name, response, body, explain(body) if explain else "")

            data = await _read(response, most)
            if len(data) > most:
                raise EditorError(
                    f"{name} answered with more than {most:,} bytes: not read further"
                )
            return Answer(data, _media_type(response), response.headers)
    except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.DecodingError) as error:
        raise EditorBusy(f"{name} broke off its answer: {_why(error)}") from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise EditorRejected(f"{name} has an address that cannot be used: {_why(error)}") from error
    except (httpx2.HTTPError, OSError) as error:
        raise EditorBusy(f"{name} cannot be reached: {_why(error)}") from error


async def fields_of(answer: Answer, name: str, *, free: bool = False) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        EditorBusy: a page in HTML where edits are `free`: a proxy speaks where the server should.
        EditorError: it is something else. What costs money may have been charged.
    """
    try:
        found = await _parsed(answer.data)
    except ValueError as error:
        begins = answer.data[:60].decode("utf-8", "replace")
        kind = EditorBusy if free and _is_page(answer) else EditorError
        raise kind(
            f"{name} answered with {answer.media_type or 'no type'} instead of JSON; it begins {begins!r}"
        ) from error

    if not isinstance(found, dict):
        raise EditorError(f"{name} answered with a JSON {type(found).__name__}, not an object")

    return cast("dict[str, Any]", found)


async def written(pictures: Mapping[str, bytes], fields: Mapping[str, object]) -> bytes:
    """Write a JSON object whose first fields are pictures in base64, large ones in a thread.

    The base64 is put in as it is: a JSON writer would look at each of its millions of characters.
    """

    def write() -> bytes:
        rest = json.dumps(fields, ensure_ascii=False).encode().removeprefix(b"{")
        parts = [b'"%b": "%b"' % (k.encode(), pybase64.b64encode(v)) for k, v in pictures.items()]
        return b"{%b%b%b" % (b", ".join(parts), b", " if parts and fields else b"", rest)

    if sum(map(len, pictures.values())) < _LARGE:
        return write()

    return await to_thread.run_sync(write)


async def encoded(data: bytes) -> str:
    """Write bytes as base64, large ones in a thread."""
    if len(data) < _LARGE:
        return pybase64.b64encode(data).decode("ascii")

    return await to_thread.run_sync(lambda: pybase64.b64encode(data).decode("ascii"))


async def decoded(text: object, name: str) -> Picture:
    """Read a picture from base64, with or without the head of a data URI.

    Raises:
        EditorError: it is no base64, or what it holds is no picture.
    """
    if not isinstance(text, str) or not text:
        raise EditorError(f"{name} answered without a picture")

    body = text.partition(",")[2] if text.startswith("data:") else text
    try:
        if len(body) < _LARGE:
            data = pybase64.b64decode(body, validate=True)
        else:
            data = await to_thread.run_sync(lambda: pybase64.b64decode(body, validate=True))
    except ValueError as error:
        raise EditorError(f"{name} answered with base64 that cannot be read: {error}") from error

    return picture_of(data, name)


def picture_of(data: bytes, name: str) -> Picture:
    """Name the format of received bytes by their content.

    Raises:
        EditorError: they are no picture that we take.
    """
    from ...memory.images.sniff import media_type_of

    try:
        return Picture(data, media_type_of(data))
    except PictureError as error:
        raise EditorError(f"{name} answered with no picture that we take: {error}") from error


async def _parsed(data: bytes) -> object:
    return _loaded(data) if len(data) < _LARGE else await to_thread.run_sync(_loaded, data)


def _is_page(answer: Answer) -> bool:
    return answer.media_type == "text/html" or answer.data.lstrip()[:1] == b"<"


def _loaded(data: bytes) -> object:
    """Read JSON: 20 times faster than by the standard library where long strings are in it."""
    try:
        return from_json(data)
    except ValueError:  # stricter in a few points: UTF-16, half surrogate pairs
        return json.loads(data)


async def _read(response: httpx2.Response, most: int) -> bytes:
    """Read until the end, or until one piece beyond `most`."""
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > most:
            break

    return b"".join(pieces)


def _media_type(response: httpx2.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__

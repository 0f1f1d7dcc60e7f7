"""Bodies of requests: bounded while they arrive, parsed off the event loop where they are large."""

import json
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import anyio
import pybase64
from anyio import to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from ..memory import PictureError
from ..tools import Picture
from .refusals import Refused
from .rules import BodyRules

_LARGE = 256 * 1024  # bytes from which parsing is worth a thread
_MOST_FILES, _MOST_FIELDS = 32, 200
_MOST_VALUES = 100_000  # of a JSON body; each takes 20 times the room that it is written in
_OF_PICTURES = (b"image/", b"application/octet-stream")


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a form."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart form; a field may come several times."""

    fields: Mapping[str, list[str]]
    files: Mapping[str, list[Part]]

    def first(self) -> dict[str, str]:
        """The first value of every field."""
        return {name: values[0] for name, values in self.fields.items()}


async def json_of(request: Request, rules: BodyRules) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        Refused: 408 or 413 beyond the rules, 422 where it is something else.
    """
    data = await bytes_of(request, rules)
    try:
        found = await to_thread.run_sync(_parsed, data) if len(data) > _LARGE else _parsed(data)
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        said = f"the body must be a JSON object{', and a flat one' if deep else ''}"
        raise Refused(422, "invalid", said, field="body") from None

    if not isinstance(found, dict):
        raise Refused(422, "invalid", "the body must be a JSON object", field="body")

    return cast("dict[str, Any]", found)


async def bytes_of(request: Request, rules: BodyRules) -> bytes:
    """Read a body as it is.

    Raises:
        Refused: 408 or 413 beyond the rules.
    """
    with _timely(rules):
        return b"".join([piece async for piece in _bounded(request, rules.body_bytes)])


async def form_of(request: Request, rules: BodyRules) -> Form:
    """Read a multipart form; its files stay in memory.

    Raises:
        Refused: 408 or 413 beyond the rules, 415 where it is no form, 422 where it is broken.
    """
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise Refused(415, "media_type", f"send multipart/form-data, not {kind or 'nothing'!r}")

    parser = _InMemory(
        request.headers,
        _bounded(request, rules.body_bytes),
        max_files=_MOST_FILES,
        max_fields=_MOST_FIELDS,
        max_part_size=rules.body_bytes,
    )
    with closing(parser):
        try:
            with _timely(rules):
                found = await parser.parse()
        except (MultiPartException, LookupError, ValueError) as error:
            raise _unreadable(getattr(error, "message", "") or "it has no boundary") from None

        if not parser.ended:  # its last part would be missing
            raise _unreadable("it is cut off, or does not end in its boundary and two hyphens")

        return await _sorted(found)


async def _sorted(found: FormData) -> Form:
    fields: dict[str, list[str]] = {}
    files: dict[str, list[Part]] = {}
    for name, value in found.multi_items():
        if isinstance(value, UploadFile):
            part = Part(await value.read(), (value.content_type or "").partition(";")[0].strip())
            files.setdefault(name, []).append(part)
        else:
            fields.setdefault(name, []).append(value)

    return Form(fields, files)


async def picture_of(data: bytes, field: str, pixels: int) -> Picture:
    """Name the format by the content, and hold the size in its header against the limit.

    Raises:
        Refused: 400 where it is no picture that is taken, 413 where it has too many pixels.
    """
    return await to_thread.run_sync(_examined, data, field, pixels)


async def decoded(text: object, field: str) -> bytes:
    """Read base64, with or without the head of a data URI.

    Raises:
        Refused: 400 where it is missing or something else.
    """
    if not isinstance(text, str) or not text:
        raise Refused(400, "missing", f"{field} is required: a picture as base64", field=field)

    body = text.partition(",")[2] if text.startswith("data:") else text
    try:
        if len(body) < _LARGE:
            return unwritten(body)
        return await to_thread.run_sync(unwritten, body)
    except ValueError:
        said = f"{field} is no base64: send the bytes of the file, encoded, and nothing else"
        raise Refused(400, "picture", said, field=field) from None


async def written(data: bytes) -> bytes:
    """Write base64."""
    if len(data) < _LARGE:
        return pybase64.b64encode(data)

    return await to_thread.run_sync(pybase64.b64encode, data)


class _InMemory(MultiPartParser):
    """Keeps files in memory: the body is bounded, and every byte of it is needed at once."""

    spool_max_size: ClassVar[int] = 2**40  # type: ignore[misc]  # a plain attribute there
    ended = False
    """Whether the last boundary came."""

    def on_part_begin(self) -> None:
        """Read texts as UTF-8: in a codec of the sender's choice a megabyte may take minutes."""
        super().on_part_begin()
        self._charset = "utf-8"

    def on_headers_finished(self) -> None:
        """Take a part that is called a picture for a file, though it has no filename."""
        part = self._current_part
        said, kind = part.content_disposition, dict(part.item_headers).get(b"content-type", b"")
        if said and b"filename=" not in said and kind.lower().startswith(_OF_PICTURES):
            part.content_disposition = said + b'; filename=""'
        super().on_headers_finished()

    def on_end(self) -> None:
        """The last boundary."""
        self.ended = True

    def close(self) -> None:
        """Give the files back, also of a form that broke off."""
        for file in self._files_to_close_on_error:
            file.close()


@contextmanager
def _timely(rules: BodyRules) -> Generator[None]:
    try:
        with anyio.fail_after(rules.body_seconds):
            yield
    except TimeoutError:
        said = f"the body took longer than {rules.body_seconds:g} s to arrive: send it again"
        raise Refused(408, "slow_body", said, headers=_ENDED) from None


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes]:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > most:
        raise _too_long(most)

    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise _too_long(most, headers=_ENDED)
        yield piece


_ENDED = {"connection": "close"}
"""A body without an end that is known would be read and thrown away as long as it comes."""


def _too_long(most: int, headers: dict[str, str] | None = None) -> Refused:
    said = f"the request is longer than {most:,} bytes: send a smaller picture"
    return Refused(413, "too_large", said, headers=headers)


def _unreadable(why: str) -> Refused:
    return Refused(422, "invalid", f"the form cannot be read: {why}", field="body")


def _parsed(data: bytes) -> object:
    if data.count(b",") + data.count(b"[") + data.count(b"{") > _MOST_VALUES:
        said = f"the body must be a JSON object of at most {_MOST_VALUES:,} values"
        raise Refused(422, "invalid", said, field="body")

    return json.loads(data)


def unwritten(text: str) -> bytes:
    """Read base64, also where it is broken into lines, as the command `base64` writes it; blocks.

    Raises:
        ValueError: it is none.
    """
    whole = "".join(text.split()) if "\n" in text else text
    return pybase64.b64decode(whole.encode("ascii"), validate=True)


def _examined(data: bytes, field: str, pixels: int) -> Picture:
    from ..memory.images import Limits, probe

    try:
        header = probe(data, Limits(bytes=2**62, pixels=2**62))
    except PictureError as error:
        raise Refused(400, "picture", f"{field}: {error}", field=field) from None

    if header.width * header.height > pixels:
        said = f"{field} has {header.width}x{header.height} pixels; {pixels:,} are taken at most"
        raise Refused(413, "too_large", said, field=field)

    return Picture(data, header.media_type)

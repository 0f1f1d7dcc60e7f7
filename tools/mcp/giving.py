"""Pictures on their way to a tool: in the call itself, as a file beside it, or sent ahead."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast

import httpx2
from anyio import to_thread
from mcp.types import CallToolResult, TextContent

from ...memory import EditorError, PictureError
from ..editor import EditRequest, Picture
from ..remote import wire
from .places import Endpoint, Place
from .plan import Plan
from .schema import Slot

_PLACES = ("upload_url", "put_url", "upload", "url")
_HANDLES = ("image", "handle", "uri", "image_url", "image_uri", "download_url", "file_url", "url")


class Sends(Protocol):
    """Sends a picture ahead, and returns what the server calls it."""

    async def __call__(self, picture: Picture) -> str:
        """Send one picture."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of one call."""

    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    saved: Path | None = None
    """Where the tool was told to write its picture."""


@asynccontextmanager
async def given(
    plan: Plan, request: EditRequest, options: Mapping[str, Any], send: Sends, within: str = ""
) -> AsyncGenerator[Given]:
    """The arguments of a call; files that they name exist until the end of the block.

    They lie in a new folder in `within`, or in the system's for temporary files.
    """
    forms = {slot.form for slot in (plan.image, plan.mask, plan.references) if slot}
    if "path" not in forms and not plan.saved:
        yield await _given(plan, request, options, send, None)
        return

    folder = await to_thread.run_sync(_folder, within)
    try:
        yield await _given(plan, request, options, send, Path(folder.name))
    finally:
        folder.cleanup()  # a few files; nothing may keep it from being done


async def _given(
    plan: Plan, request: EditRequest, options: Mapping[str, Any], send: Sends, folder: Path | None
) -> Given:
    several = plan.image.several and not plan.references
    sources = (request.source, *request.references) if several else (request.source,)
    made: dict[str, Any] = {**plan.arguments, **options, plan.instruction: request.instruction}
    made[plan.image.name] = await _written(plan.image, sources, send, folder)
    if plan.mask and request.mask:
        made[plan.mask.name] = await _written(plan.mask, (request.mask,), send, folder)

    if plan.references:
        made[plan.references.name] = await _written(
            plan.references, request.references, send, folder
        )

    if plan.seed:
        made[plan.seed] = request.seed

    saved = folder / "edited.png" if plan.saved and folder else None
    if saved:
        made[plan.saved] = str(saved)

    return Given(made, saved)


async def _written(
    slot: Slot, pictures: Sequence[Picture], send: Sends, folder: Path | None
) -> Any:
    values = [await _value(slot, picture, send, folder) for picture in pictures]
    return slot.filled(values, [picture.media_type for picture in pictures])


async def _value(slot: Slot, picture: Picture, send: Sends, folder: Path | None) -> str:
    kind, _, suffix = picture.media_type.partition("/")
    if kind != "image":
        raise PictureError(f"{picture.media_type!r} is no picture; send image/png")

    if slot.form == "url":
        return await send(picture)

    if slot.form == "path" and folder:
        return str(await to_thread.run_sync(_kept, folder, slot.name, suffix, picture.data))

    text = await wire.encoded(picture.data)
    return f"data:{picture.media_type};base64,{text}" if slot.form == "data" else text


def _folder(within: str) -> "TemporaryDirectory[str]":
    try:
        return TemporaryDirectory(prefix="editloop-mcp-", dir=within or None)
    except OSError as error:
        raise EditorError(f"no folder can be made in {within!r}: {error.strerror}") from error


def _kept(folder: Path, name: str, suffix: str, data: bytes) -> Path:
    count = sum(1 for _ in folder.iterdir())
    path = folder / f"{name}-{count}.{suffix.removeprefix('x-')}"
    path.write_bytes(data)
    return path


async def sent_ahead(
    ticket: CallToolResult, picture: Picture, http: httpx2.AsyncClient, at: Place, name: str
) -> str:
    """Put a picture where a ticket says, and return the handle that the server gives it.

    The address must be of the server's own origin, or for a process of this machine.

    Raises:
        EditorError: the ticket names no address, a foreign one, or no handle came back.
    """
    told = facts(ticket)
    place = _found(told, _PLACES)
    if not place:
        raise EditorError(
            f"{name} gave no address to send the picture to: {json.dumps(told)[:200]}"
        )

    url = httpx2.URL(at.url).join(place) if isinstance(at, Endpoint) else httpx2.URL(place)
    if not at.takes(url):
        raise EditorError(f"{name} wants the picture at {url.host!r}, which is not its own address")

    headers = {"Content-Type": picture.media_type}
    answer = await wire.ask(http, name, "PUT", str(url), content=picture.data, headers=headers)
    taken = _json(answer.data.decode("utf-8", "replace"))
    handle = _found(taken, _HANDLES) or _found(
        {key: value for key, value in told.items() if value != place}, _HANDLES
    )
    if not handle:
        raise EditorError(f"{name} took the picture and does not say what to call it")

    return handle


def facts(result: CallToolResult) -> dict[str, Any]:
    """What a tool says as JSON: its structured content, or the first text that is an object."""
    told: object = result.structured_content
    if isinstance(told, dict):
        return cast("dict[str, Any]", told)

    for block in result.content:
        if isinstance(block, TextContent) and (found := _json(block.text)):
            return found

    return {}


def _json(text: str) -> dict[str, Any]:
    try:
        found: object = json.loads(text)
    except ValueError:
        return {}

    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _found(facts: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((facts[n] for n in names if isinstance(facts.get(n), str) and facts[n]), "")

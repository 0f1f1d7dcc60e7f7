"""What clients may read: runs as JSON, and their pictures, never more than one message bears."""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from mcp.server import MCPServer
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.types import ResourceTemplate

from ...agent.said import critique_said, ending_said, engines_said, turn_said
from ...memory import EditloopError, Forbidden, ImageRef, Run, RunNotFound, Turn
from ..host import Host
from ..pictures import Pictures
from . import previews
from .places import Places
from .texts import said_here
from .who import who

NOTE = "editloop/note"
"""The `_meta` that says that a picture is a smaller view; `editloop/full` says what of."""

_RUN = re.compile(r"editloop://run/(?P<run>[^/]+)(?P<rest>/final|/turn/(?P<turn>\d{1,6})/image)?")
_IMAGE = re.compile(r"editloop://image/(?P<sha>[0-9a-f]{64})")
_SCHEME = "editloop://"
_TEMPLATES = tuple(
    ResourceTemplate(uri_template=uri, name=name, title=title, mime_type=mime_type)
    for uri, name, title, mime_type in (
        ("editloop://run/{run_id}", "run", "A run, with every turn", "application/json"),
        ("editloop://run/{run_id}/final", "final", "The answer of a run", None),
        ("editloop://run/{run_id}/turn/{turn}/image", "turn", "The picture of a turn", None),
        ("editloop://image/{sha256}", "image", "A picture by its hash", None),
    )
)
_CLIPS = (100_000, 20_000, 2_000, 200)
"""Characters of any one text in a run, from the first that makes it fit."""
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Read:
    """What a URI holds."""

    content: str | bytes
    mime_type: str
    meta: dict[str, Any] | None = None


class Library:
    """Reads `editloop://` URIs for their callers."""

    def __init__(self, host: Host, pictures: Pictures, places: Places) -> None:
        self._host, self._pictures, self._places = host, pictures, places

    async def read(self, uri: str, ctx: Context[Any]) -> Read:
        """Return what a URI names, for the caller of a request.

        Raises:
            ResourceNotFoundError: there is no such thing, or not for this caller.
            ResourceError: it cannot be read.
        """
        caller = who(ctx)
        try:
            if found := _IMAGE.fullmatch(uri):
                return await self._image(ctx, await self._pictures.resolve(uri, caller))
            if (found := _RUN.fullmatch(uri)) is None:
                raise ResourceNotFoundError(_unknown(uri))

            run = await self._host.run(found["run"], caller)
            if found["rest"] is None:
                return Read(_written(run), _JSON)
            return await self._image(ctx, _picture(run, found["turn"]))
        except (RunNotFound, Forbidden, IndexError) as error:
            said = str(error) if isinstance(error, IndexError) else said_here(error)
            raise ResourceNotFoundError(said) from error
        except EditloopError as error:
            raise ResourceError(said_here(error)) from error

    async def _image(self, ctx: Context[Any], image: ImageRef) -> Read:
        whole = await previews.whole(self._host.agent.images, image)
        if whole is None:
            raise ResourceError(
                f"the picture has {image.size:,} bytes and no view of it fits a message"
            )
        if not whole.note:
            return Read(whole.data, whole.media_type)

        full = {"sha256": image.sha256, "size": image.size, "mime": image.media_type}
        if url := self._places.blob(ctx, image.sha256):
            full["url"] = url
        return Read(whole.data, whole.media_type, {NOTE: whole.note, "editloop/full": full})


class Shelves(MCPServer[Any]):
    """An MCP server with a library: its pictures have their own media types, which the templates of
    the SDK cannot have."""

    library: Library

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        """List what can be read."""
        return [*await super().list_resource_templates(), *_TEMPLATES]

    async def read_resource(self, uri: Any, context: Context[Any, Any] | None = None) -> Any:
        """Read our own URIs here, all others as usual."""
        if context is None or not str(uri).startswith(_SCHEME):
            return await super().read_resource(uri, context)

        found = await self.library.read(str(uri), context)
        return [ReadResourceContents(found.content, found.mime_type, found.meta)]


def _picture(run: Run, turn: str | None) -> ImageRef:
    number = int(turn) if turn else run.answer
    if number is None:
        why = "has no picture" if run.stop else "has not ended: read a turn, or call get_run"
        raise ResourceNotFoundError(f"run {run.id} {why}")

    if (image := run.picture(number)) is None:
        raise ResourceNotFoundError(f"turn {number} of run {run.id} has no picture")

    return image


def _written(run: Run) -> str:
    """A run as JSON, clipped only as far as it must be."""
    text = ""
    for most in _CLIPS:
        text = json.dumps(_said(run, most), ensure_ascii=False)
        if len(json.dumps(text)) < previews.BLOB_CHARS:  # it is a string of JSON on its way
            break
    return text


def _said(run: Run, most: int) -> dict[str, Any]:
    head = {"run": run.id, "created": run.created.isoformat(), "source": run.task.source.uri}
    turns = [_turn(turn) for turn in run.turns]
    found = head | engines_said(run) | ending_said(run) | {"labels": run.task.labels}
    clipped: dict[str, Any] = _clipped(found | {"turns": turns}, most)
    return clipped


def _turn(turn: Turn) -> dict[str, Any]:
    return {"told": turn.instruction, "base": turn.base} | turn_said(turn) | critique_said(turn)


def _clipped(value: Any, most: int) -> Any:
    if isinstance(value, str):
        return value[:most]
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return {name: _clipped(each, most) for name, each in named.items()}
    if isinstance(value, list | tuple):
        return [_clipped(each, most) for each in cast("list[Any]", value)]
    return value


def _unknown(uri: str) -> str:
    return (
        f"{uri[:200]!r} names nothing here; there are editloop://run/<id>, its /final and "
        "/turn/<k>/image, and editloop://image/<sha256>"
    )

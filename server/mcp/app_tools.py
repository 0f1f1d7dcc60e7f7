"""The tools of the app: what a run is by now, its pictures, and pictures that a person gives.

They are listed with `visibility: ["app"]`, which hosts of apps keep from their models. Clients that
know nothing of apps would show them; `hide_from_models` leaves them out there.
"""

import json
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, cast

import anyio
import pybase64
from mcp.server.apps import client_supports_apps
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ImageContent, TextContent, ToolAnnotations
from pydantic import Field

from ...memory import EditloopError, InputError, Run
from ...memory.images import LocalImages, View
from ...memory.records import ImageRef
from ..host import Host
from ..pictures import Pictures
from ..principals import Principal
from . import previews
from .app_chunks import Chunks
from .app_facts import facts, number_of, picture
from .habits import shows_apps
from .texts import said_here
from .who import name_of

Who = Callable[[Context[Any]], Principal]

APP_TOOLS = frozenset({"app_run", "app_turn_image", "app_upload"})

_MOST = 700_000
"""Characters of one picture in an answer; hosts refuse answers of a million."""

_STEPS = ((1.0, 85), (1.0, 70), (0.75, 75), (0.5, 75), (0.35, 60), (0.2, 50))
"""Shares of the asked size, and JPEG qualities, from fine to coarse."""

_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)

_RunId = Annotated[str, Field(description="A run, by its id.", max_length=64)]
_Turn = Annotated[int | None, Field(ge=0, description="0 the source; none: the answer.")]


@dataclass(frozen=True, slots=True)
class AppTool:
    """A tool and how it is announced."""

    call: Callable[..., Awaitable[CallToolResult]]
    said: dict[str, Any]


class AppTools:
    """Answers the app."""

    def __init__(self, host: Host, pictures: Pictures, who: Who) -> None:
        self._host = host
        self._pictures = pictures
        self._who = who
        self._chunks = Chunks()

    def all(self) -> tuple[AppTool, ...]:
        """The tools, in the order in which they are listed."""
        return (
            _tool(self.run, "app_run", "For the app: a run as it is by now.", _READS),
            _tool(self.turn_image, "app_turn_image", "For the app: one picture of a run.", _READS),
            _tool(self.upload, "app_upload", "For the app: take a person's picture in.", _ADDS),
        )

    async def run(
        self,
        ctx: Context[Any],
        run_id: _RunId,
        after: Annotated[int, Field(ge=0)] = 0,
        wait_seconds: Annotated[float, Field(ge=0, le=45)] = 0,
    ) -> CallToolResult:
        """Tell of a run; waits so long for something newer than moment `after`."""
        with _told():
            who = self._who(ctx)
            run = await self._host.run(run_id, who)
            if wait_seconds and run.stop is None:
                await self._news(run, who, after, wait_seconds)
                run = await self._host.run(run.id, who)
            paused = run.stop is None and await self._host.paused(run)
            return _answer(facts(run, paused=paused))

    async def turn_image(
        self,
        ctx: Context[Any],
        run_id: _RunId,
        turn: _Turn = None,
        width: Annotated[int, Field(ge=16, le=2048)] = 768,
    ) -> CallToolResult:
        """Send a view of one picture that fits a square of `width` pixels."""
        with _told():
            run = await self._host.run(run_id, self._who(ctx))
            number = number_of(run, turn)
            image = _picture(run, number)
            view = await _fitting(self._host.agent.images, image, width)
            said = {"run_id": run.id, "turn": number, **picture(image)}
            data = pybase64.b64encode_as_string(view.data)
            shown = ImageContent(type="image", data=data, mime_type=view.media_type)
            return _answer(said, shown)

    async def upload(
        self,
        ctx: Context[Any],
        upload: Annotated[str, Field(min_length=1, max_length=64)],
        data: Annotated[str, Field(max_length=2_000_000, description="Base64.")],
        part: Annotated[int, Field(ge=0, lt=1000)] = 0,
        parts: Annotated[int, Field(ge=1, le=1000)] = 1,
    ) -> CallToolResult:
        """Take one piece of a picture; the last one is answered with the picture's handle."""
        with _told():
            who = self._who(ctx)
            whole = self._chunks.add(who, upload, part, parts, _decoded(data))
            if whole is None:
                return _answer({"upload": upload, "received": part + 1, "parts": parts})
            return _answer({"upload": upload} | picture(await self._pictures.put(whole, who)))

    async def _news(self, run: Run, who: Principal, after: int, seconds: float) -> None:
        with anyio.move_on_after(seconds):
            async with self._host.moments(run.id, who, after=after) as moments:
                async for moment in moments:
                    if moment.number is not None:
                        return


async def _fitting(images: LocalImages, image: ImageRef, side: int) -> View:
    steps = [(max(16, round(side * share)), quality) for share, quality in _STEPS]
    view = await previews.fitting(images, image, most=_MOST, steps=steps)
    if view is None:
        raise InputError(f"no view of {side} pixels is small enough for an answer; ask for less")
    return view


async def hide_from_models(
    ctx: ServerRequestContext[Any, Any], call_next: CallNext
) -> HandlerResult:
    """Leave the app's tools out of lists for clients that show no apps.

    For `MCPServer.middleware`. ChatGPT shows apps and is not known to say so when it connects, so
    it goes by its name.
    """
    found = await call_next(ctx)
    if ctx.method != "tools/list" or not isinstance(found, dict) or _shows_apps(ctx):
        return found
    tools = cast("list[dict[str, Any]]", found.get("tools", []))
    return found | {"tools": [tool for tool in tools if tool["name"] not in APP_TOOLS]}


def _shows_apps(ctx: ServerRequestContext[Any, Any]) -> bool:
    return client_supports_apps(ctx) or shows_apps(name_of(ctx.session))


def _tool(
    call: Callable[..., Awaitable[CallToolResult]], name: str, about: str, hints: ToolAnnotations
) -> AppTool:
    return AppTool(call, {"name": name, "description": about, "annotations": hints})


def _picture(run: Run, number: int) -> ImageRef:
    try:
        image = run.picture(number)
    except IndexError as error:
        raise InputError(f"{error}") from None
    if image is None:
        raise InputError(f"turn {number} of run {run.id} has no picture")
    return image


def _decoded(text: str) -> bytes:
    try:
        return pybase64.b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise InputError("the data of the picture is no base64") from None


def _answer(said: dict[str, Any], *more: ImageContent) -> CallToolResult:
    text = TextContent(type="text", text=json.dumps(said, ensure_ascii=False))
    return CallToolResult(content=[text, *more], structured_content=said)


@contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except EditloopError as error:
        raise ToolError(said_here(error)) from error

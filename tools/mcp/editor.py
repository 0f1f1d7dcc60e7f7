"""A tool of any MCP server that takes a picture and gives one back, as an editor.

    async with MCPEditor(Endpoint("https://images.example/mcp"), "edit_photo") as editor:
        edited = await editor.edit(request)

What the tool calls its arguments is read from its schema when the editor is opened. Pictures are
read from the answer, from the server's own resources and from its own origin; addresses elsewhere
are not fetched unless their host is allowed. No retry here: the agent asks again.
"""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from math import isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any

import anyio
import httpx2

from ...memory import EditorBusy, EditorError, EditorRejected, SettingsError
from ..connected import Connected
from ..editor import Abilities, Edited, EditRequest, Picture, Progress, Watch
from ..remote import wire
from .places import Endpoint, Place
from .plan import Plan, Wanted, fits, plan

if TYPE_CHECKING:
    from mcp.types import Tool

    from .session import Heard, Session

_UNKNOWN = Wanted()
_PERCENT = 100
_STEPS = 100_000  # more are no steps of an editor: bytes, or thousandths of something


class MCPEditor(Connected):
    """One tool of one server; open it with `async with`."""

    def __init__(
        self,
        place: Place,
        tool: str = "",
        wanted: Wanted = _UNKNOWN,
        *,
        upload: str = "",
        folder: str = "",
        allowed: Collection[str] = (),
        cost: float = 0.0,
        seconds: float = 600.0,
        opening: float = 60.0,
        name: str = "",
        mode: str = "auto",
        most: int = wire.MAX_ANSWER,
    ) -> None:
        """Nothing is started or sent yet.

        Without `tool` it is the server's only tool that could be an editor. `wanted` says what its
        schema does not. `upload` is a tool of the same server that gives an address to send a
        picture to, for `form="url"`. Files for `form="path"` are put into `folder`, where a server
        that reads in some folders only can see them. Pictures are fetched from the server's origin and, over
        HTTPS, from `allowed` hosts and those below them. `seconds` limits one edit, `opening` how
        long the server may be silent at the beginning of a session, and `mode` is the protocol's
        era as the official client takes it: `auto` or `legacy`.

        Raises:
            SettingsError: `form="url"` without a tool to send by, or no such command.
        """
        if wanted.form == "url" and not upload:
            raise SettingsError("as=url needs upload=TOOL, the tool that takes pictures in")

        place.check()
        self.name = name or f"mcp:{tool or place.shown}"
        self.abilities = Abilities(cost=cost)
        self._place, self._tool, self._wanted = place, tool, wanted
        self._upload, self._folder, self._allowed = upload, folder, tuple(allowed)
        self._seconds, self._opening, self._mode, self._most = seconds, opening, mode, most
        self._session: Session | None = None
        self._plan: Plan | None = None
        self._server = ("", "")

    @property
    def details(self) -> Mapping[str, str | int | float | bool | None]:
        """The server, the tool and how it is given pictures, known once this is open."""
        image = self._plan.image if self._plan else None
        return {
            "server": self._server[0],
            "protocol": self._server[1],
            "place": self._place.shown,
            "tool": self._plan.tool if self._plan else self._tool,
            "image": image.name if image else "",
            "as": image.form if image else "",
            "instruction": self._plan.instruction if self._plan else "",
        }

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._connected(),)

    async def edit(self, request: EditRequest) -> Edited:
        """Call the tool once.

        Raises:
            EditorRejected: the tool refused, in its words; a mask or references that it has no
                place for, or no mask where it needs one.
            EditorBusy: the server cannot be reached, has no room, or gave no edit in time.
            EditorError: no picture, one at an address that is not allowed, or a broken protocol.
            PictureError: something that is no picture was to be sent.
        """
        session, how = self._opened_session()
        self._refuse(request, how)
        began = perf_counter()
        with anyio.move_on_after(self._seconds) as scope:
            picture, notes = await self._edited(session, how, request)
            return Edited(picture, perf_counter() - began, self.abilities.cost, notes)

        assert scope.cancelled_caught
        raise EditorBusy(f"{self.name} gave no edit within {self._seconds:g} s")

    async def _edited(
        self, session: "Session", how: Plan, request: EditRequest
    ) -> tuple[Picture, tuple[str, ...]]:
        from .answers import Reader
        from .giving import given

        async def send(picture: Picture) -> str:
            return await self._sent(session, picture)

        options = {n: v for n, v in request.options.items() if n in how.options}
        async with given(how, request, options, send, self._folder) as call:
            result = await session.call(how.tool, call.arguments, heard_by(request.watch))
            reader = Reader(self.name, request.source, session.read, self._fetched, call.saved)
            return await reader.picture(result)

    def _refuse(self, request: EditRequest, how: Plan) -> None:
        if request.mask and not how.mask:
            raise EditorRejected(f"{self.name} takes no mask")

        if how.needs_mask and not request.mask:
            raise EditorRejected(f"{self.name} needs a mask")

        if request.references and not self.abilities.references:
            raise EditorRejected(f"{self.name} takes no pictures beside the source")

    async def _sent(self, session: "Session", picture: Picture) -> str:
        from .giving import sent_ahead

        ticket = await session.call(self._upload, {})
        headers = self._place.headers if isinstance(self._place, Endpoint) else None
        async with wire.client(headers=headers) as http:
            return await sent_ahead(ticket, picture, http, self._place, self.name)

    async def _fetched(self, address: str) -> Picture:
        """Fetch a picture from the server's own origin, or from an allowed host without its token.

        Raises:
            EditorError: another host, or what is there is no picture.
        """
        try:
            url = httpx2.URL(address)
        except httpx2.InvalidURL as error:
            raise EditorError(f"{self.name} answered with the bad address {address!r}") from error

        ours = isinstance(self._place, Endpoint) and self._place.holds(url)
        below = any(url.host == host or url.host.endswith(f".{host}") for host in self._allowed)
        if not ours and not (below and url.scheme == "https"):
            raise EditorError(
                f"{self.name} put the picture at {url.host!r}, which is not used: allow=HOST does"
            )

        headers = self._place.headers if ours and isinstance(self._place, Endpoint) else None
        async with wire.client(headers=headers) as http:
            answer = await wire.ask(http, self.name, "GET", address, most=self._most)
        return wire.picture_of(answer.data, self.name)

    def _opened_session(self) -> "tuple[Session, Plan]":
        if self._session is None or self._plan is None:
            raise SettingsError(f"{self.name} is not open: use it inside 'async with'")

        return self._session, self._plan

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[None]:
        """Connect, and read the tool's schema.

        Raises:
            SettingsError: the package is missing, there is no such tool, or it cannot be an editor.
            EditorBusy, EditorError: the server cannot be had.
        """
        session = _session(
            self._place, self.name, most=self._most, mode=self._mode, patience=self._opening
        )
        async with session.opened():
            self._plan = self._planned(await session.tools())
            self._server = session.server
            self.abilities = self._able(self._plan)
            self._session = session
            try:
                yield
            finally:
                self._session = None

    def _planned(self, tools: "Sequence[Tool]") -> Plan:
        local, wanted = self._place.local, self._wanted
        named = [t for t in tools if t.name == self._tool]
        if self._tool and not named:
            there = ", ".join(tool.name for tool in tools) or "none"
            raise SettingsError(f"{self._place.shown} has no tool {self._tool!r}; it has {there}")

        about = {tool.name: tool.description or "" for tool in tools}
        could = [
            tool
            for tool in tools
            if fits(tool.name, tool.input_schema, wanted, local=local, about=about[tool.name])
        ]
        found = named or (could if len(could) == 1 else [])
        if not found:
            among = ", ".join(tool.name for tool in could or tools) or "none"
            raise SettingsError(f"say which tool of {self._place.shown} edits: tool=…, of {among}")

        tool = found[0]
        return plan(tool.name, tool.input_schema, wanted, local=local, about=about[tool.name])

    def _able(self, how: Plan) -> Abilities:
        several = how.references is not None or how.image.several
        return replace(
            self.abilities,
            mask=how.mask is not None,
            references=_MANY if several else 0,
            seed=bool(how.seed),
            options=how.options,
        )


_MANY = 8  # the schema gives no number


def heard_by(watch: Watch | None) -> "Heard | None":
    """What takes a server's notifications in and tells of those that make sense."""
    if watch is None:
        return None

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        if total and 0 <= progress <= total and isfinite(total):
            watch(_progress(progress, total))

    return heard


def _progress(done: float, of: float) -> Progress:
    if done == int(done) and of == int(of) and 1 < of <= _STEPS:
        return Progress(int(done), int(of))

    return Progress(round(_PERCENT * done / of), _PERCENT, "percent")


def _session(place: Place, name: str, **how: Any) -> "Session":
    try:
        from .session import Session
    except ImportError as error:
        raise SettingsError(
            f"{name} needs the package mcp ({error}): pip install 'editloop[mcp]'"
        ) from error

    return Session(place, name, **how)

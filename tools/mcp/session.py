"""One session with an MCP server, opened again when it ended.

The official client lives in the task that opened it. So a task of ours owns it, and edits in other
tasks use it; a session that broke fails the requests that are under way in it (the agent asks
again) and is replaced for the next one.
"""

import logging
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import IO, Any, Protocol, TypeVar, cast

import anyio
from anyio.abc import TaskGroup, TaskStatus
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.types import (
    BlobResourceContents,
    CallToolResult,
    Implementation,
    TextResourceContents,
    Tool,
)

from ...memory import EditloopError, EditorBusy, EditorError, SettingsError
from . import faults
from .places import Command, Place
from .wire import PlainSpoken

_PAGES = 100  # of a list of tools
_SILENT = logging.NullHandler()
_TAIL = 400  # bytes of what a process said last

T = TypeVar("T")


class Heard(Protocol):
    """Hears of progress."""

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """Take one notification in."""
        ...


@dataclass(slots=True)
class _Link:
    """A client that is open in its own task."""

    client: Client
    log: IO[bytes]
    closing: anyio.Event = field(default_factory=anyio.Event)


class Session:
    """Calls tools and reads resources, with errors of an editor."""

    def __init__(
        self, place: Place, name: str, *, most: int, mode: str = "auto", patience: float = 60.0
    ) -> None:
        """`most` bytes are taken of one message over HTTP; `mode` is the client's.

        `patience` is in seconds, and for the beginning of a session: a server says at once that it
        is there, or is none.
        """
        self._place, self._name, self._most, self._mode = place, name, most, mode
        self._patience = patience
        self._said = ""
        self._link: _Link | None = None
        self._opening = anyio.Lock()
        self._group: TaskGroup | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator["Session"]:
        """Connect, and stay connected until the end of the block.

        Raises:
            SettingsError: the command cannot be started.
            EditorBusy: nobody answers.
            EditorError: what answers is no MCP server.
        """
        failed: Exception | None = None
        async with anyio.create_task_group() as group:
            self._group = group
            try:
                await self._linked()
                yield self
            except Exception as error:  # noqa: BLE001 (raised below, as itself and in no group)
                failed = error
            finally:
                self._drop(self._link)
                self._group = None

        if failed:
            raise failed

    @property
    def server(self) -> tuple[str, str]:
        """What the server calls itself, and the revision of the protocol that is spoken."""
        if self._link is None:
            return "", ""

        info = self._link.client.server_info
        shown = f"{info.name} {info.version}".strip() if info else ""
        return shown, self._link.client.protocol_version

    async def tools(self) -> list[Tool]:
        """All tools of the server.

        Raises:
            EditorBusy, EditorError: it does not say.
        """

        async def ask(client: Client) -> list[Tool]:
            found: list[Tool] = []
            cursor: str | None = None
            for _ in range(_PAGES):
                page = await client.list_tools(cursor=cursor)
                found += page.tools
                cursor = page.next_cursor
                if not cursor:
                    break
            return found

        with self._soon():
            return await self._asked(ask)

    async def call(
        self, tool: str, arguments: dict[str, Any], heard: Heard | None = None
    ) -> CallToolResult:
        """Call a tool once; cancelling tells the server.

        Raises:
            EditorRejected: the tool refused, in its words.
            EditorBusy, EditorError: there was no answer, or none that follows the protocol.
        """

        async def ask(client: Client) -> CallToolResult:
            return await client.call_tool(tool, arguments, progress_callback=heard)

        result = await self._asked(ask)
        if result.is_error:
            raise faults.of_tool(result, self._name)

        return result

    async def read(self, uri: str) -> list[TextResourceContents | BlobResourceContents]:
        """Read a resource."""

        async def ask(client: Client) -> list[TextResourceContents | BlobResourceContents]:
            return (await client.read_resource(uri, cache_mode="bypass")).contents

        return await self._asked(ask)

    async def _asked(self, ask: Callable[[Client], Awaitable[T]]) -> T:
        link = await self._linked()
        try:
            return await ask(link.client)
        except MCPError as error:
            if not faults.is_over(error):
                raise faults.of_protocol(error, self._name) from error
            self._drop(link)
            raise EditorBusy(f"{self._name} ended the session{_tail(link.log)}") from error
        except EditloopError:
            raise
        except (RuntimeError, ValueError, LookupError) as error:  # what its checks of answers raise
            raise EditorError(f"{self._name} broke the protocol: {error}") from error

    async def _linked(self) -> _Link:
        async with self._opening:
            if self._link is not None:
                return self._link

            if self._group is None:
                raise SettingsError(f"{self._name} is not open: use it inside 'async with'")

            with self._soon():
                link: _Link = await self._group.start(self._own)
            self._link = link
            return link

    @contextmanager
    def _soon(self) -> Generator[None]:
        """Give up on a server that is silent at the beginning."""
        with anyio.move_on_after(self._patience) as scope:
            yield
        if scope.cancelled_caught:
            raise EditorBusy(
                f"{self._name} has not answered within {self._patience:g} s: look whether it is an "
                f"MCP server of this transport, and whether it starts{self._said}"
            )

    def _drop(self, link: _Link | None) -> None:
        """Close a session in its own task; the next request opens another."""
        if link:
            link.closing.set()
        if self._link is link:
            self._link = None

    async def _own(self, *, task_status: TaskStatus[_Link]) -> None:
        """Hold one client open in this task."""
        link: _Link | None = None
        with tempfile.TemporaryFile() as log:
            try:
                async with self._client(log) as client:
                    link = _Link(client, log)
                    task_status.started(link)
                    await link.closing.wait()
            except Exception as failed:  # a foreign session: whatever it ends with, it has ended
                if link is None:
                    raise self._unopened(failed, log) from failed
            finally:
                self._said = _tail(log)
                self._drop(link)

    @asynccontextmanager
    async def _client(self, log: IO[bytes]) -> AsyncGenerator[Client]:
        # It warns of every line that is not of the protocol; without a handler, on our stderr.
        logging.getLogger("mcp").addHandler(_SILENT)
        ours = Implementation(name="editloop", version=version("editloop"))
        if isinstance(self._place, Command):
            command, *words = self._place.words
            env = self._place.environment()
            server = StdioServerParameters(command=command, args=words, env=env)
            pipes = stdio_client(server, errlog=log)  # type: ignore[arg-type]  # only its number is used
            async with Client(pipes, mode=self._mode, client_info=ours) as client:
                yield client
            return

        async with PlainSpoken(self._name, self._place.headers) as http:
            pipes = streamable_http_client(
                self._place.url, http_client=http, max_sse_event_size=self._most
            )
            async with Client(pipes, mode=self._mode, client_info=ours) as client:
                yield client

    def _unopened(self, failed: Exception, log: IO[bytes]) -> EditloopError:
        first = _first(failed)
        if isinstance(first, MCPError):
            found = faults.of_protocol(first, self._name)
            said = _tail(log)
            return type(found)(f"{found}{said}") if said else found

        return EditorBusy(f"{self._name} cannot be reached: {first}{_tail(log)}")


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]

    return error


def _tail(log: IO[bytes]) -> str:
    """The last words of a process, for the error that they explain."""
    try:
        log.seek(max(0, log.seek(0, 2) - _TAIL))
        said = log.read().decode("utf-8", "replace").strip()
    except ValueError:  # closed already
        return ""

    return f"; it said: {said}" if said else ""

"""The MCP server for tests: scripted engines behind the real server, asked by the official client."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import psutil
import uvicorn
from anyio import to_thread
from hosting import hosted
from making import png
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import CallToolResult, ImageContent, ResourceLink, TextContent
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from editloop.server.gate import Gate
from editloop.server.guard import Guard
from editloop.server.host import Host
from editloop.server.mcp.door import opened_at_mcp
from editloop.server.mcp.rules import McpRules
from editloop.server.mcp.server import EditloopServer, mcp_server
from editloop.server.mcp.uploads import LoopbackUploads
from editloop.server.pictures import Pictures, Reach

ERAS = ("legacy", "auto")
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "by-hand", "version": "1"},
    },
}
"""The first request of a client of 2025 that is written by hand."""

DRIVER = Path(__file__).with_name("api_driver.py")
"""`editloop` with one more thinker: `steps`."""

_KEPT = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


@dataclass
class Heard:
    """Progress as a client hears it."""

    notes: list[tuple[float, float | None, str]] = field(
        default_factory=list[tuple[float, float | None, str]]
    )
    _more: anyio.Event = field(default_factory=anyio.Event)

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        self.notes.append((progress, total, message or ""))
        self._more.set()
        self._more = anyio.Event()

    async def until(self, words: str) -> None:
        with anyio.fail_after(60):
            while not any(words in said for _, _, said in self.notes):
                await self._more.wait()

    @property
    def grows(self) -> bool:
        at = [place for place, _, _ in self.notes]
        return all(one < other for one, other in pairwise(at))


@dataclass(frozen=True)
class House:
    """A server in this process, and what it stands on."""

    host: Host
    pictures: Pictures
    server: EditloopServer
    folder: Path

    def photo(self, name: str = "photo.png", data: bytes = b"") -> str:
        """A file in the folder that may be read."""
        path = self.folder / "pictures" / name
        path.write_bytes(data or png(7))
        return str(path)


@asynccontextmanager
async def house(
    folder: Path, door: McpRules | None = None, *, reach: Reach | None = None, **parts: Any
) -> AsyncGenerator[House]:
    """A server for the person at this machine; `parts` are those of its agent."""
    (folder / "pictures").mkdir(exist_ok=True)
    async with hosted(folder, **parts) as host:
        pictures = Pictures(host, reach or Reach(roots=(folder / "pictures",)))
        async with LoopbackUploads(pictures, host.agent.images.limits.bytes).open() as uploads:
            server = mcp_server(host, pictures, door or McpRules(), places=uploads)
            yield House(host, pictures, server, folder)


@asynccontextmanager
async def asking(
    folder: Path, era: str, rules: McpRules | None = None, **parts: Any
) -> AsyncGenerator[tuple[House, Client]]:
    """A server, and the official client of it in this process."""
    async with house(folder, rules, **parts) as at, Client(at.server, mode=era) as client:
        yield at, client


@asynccontextmanager
async def over_http(
    host: Host,
    *,
    guard: Guard | None = None,
    rules: McpRules | None = None,
    reach: Reach | None = None,
) -> AsyncGenerator[str]:
    """Serve a host's runs at `/mcp` on a real socket; gives the URL."""
    guard, rules = guard or Guard(), rules or McpRules()
    pictures = Pictures(host, reach or Reach())
    async with opened_at_mcp(host, pictures, guard, rules) as door:
        app = Starlette(
            routes=[Route("/mcp", endpoint=door)], middleware=[Middleware(Gate, guard=guard)]
        )
        config = uvicorn.Config(
            app, port=0, log_config=None, ws="none", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        at = config.bind_socket()
        at.listen()
        with at:
            async with anyio.create_task_group() as group:
                group.start_soon(server.serve, [at])
                yield f"http://127.0.0.1:{at.getsockname()[1]}/mcp"
                server.should_exit = True


@asynccontextmanager
async def http_client(url: str, mode: str, token: str = "", **more: Any) -> AsyncGenerator[Client]:
    """The official client over HTTP."""
    headers = {"authorization": f"Bearer {token}"} if token else None
    async with (
        create_mcp_http_client(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode, **more) as client,
    ):
        yield client


@dataclass
class Process:
    """A client, and the process of the server that it talks to."""

    client: Client
    process: psutil.Process
    url: str = ""
    """Of a server over HTTP."""

    async def kill(self) -> None:
        """End it as the power cord would."""
        self.process.kill()
        await to_thread.run_sync(self.process.wait)


@dataclass(frozen=True)
class Doors:
    """`editloop mcp serve` as processes that share a store; `kind` is stdio or http."""

    kind: str
    era: str
    folder: Path

    @asynccontextmanager
    async def open(self, *words: str) -> AsyncGenerator[Process]:
        """One server and a client of it."""
        if self.kind == "stdio":
            async with stdio_of(self.folder, self.era, *words) as client:
                yield Process(client, _child(self.folder))
            return

        with self._listening(*words) as process:
            url = await to_thread.run_sync(_address, process)
            async with http_client(url, self.era) as client:
                yield Process(client, psutil.Process(process.pid), url)

    @contextmanager
    def _listening(self, *words: str) -> Generator["subprocess.Popen[bytes]"]:
        """The server of the HTTP doors; it is killed after the block."""
        where = ("--http", "--port", "0", "--allow", str(self.folder))
        with subprocess.Popen(
            [sys.executable, str(DRIVER), "mcp", "serve", *where, *words],
            stderr=subprocess.PIPE,
            env={**os.environ, **environment(self.folder)},
            cwd=self.folder,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@asynccontextmanager
async def stdio_of(
    folder: Path, mode: str, *words: str, driver: bool = True
) -> AsyncGenerator[Client]:
    """The official client with a process of its own: `editloop mcp serve …` in this folder."""
    params = StdioServerParameters(
        command=sys.executable,
        args=[*([str(DRIVER)] if driver else ["-m", "editloop"]), "mcp", "serve", *words],
        env=environment(folder),
        cwd=str(folder),
    )
    async with Client(stdio_client(params), mode=mode) as client:
        yield client


def by_hand(folder: Path, *lines: str, until: int) -> list[dict[str, Any]]:
    """What the server writes on stdout when a client says these lines, and stays until it has heard
    the answer of that number."""
    with subprocess.Popen(
        [sys.executable, "-m", "editloop", "mcp", "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, **environment(folder)},
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("".join(f"{line}\n" for line in lines))
        process.stdin.flush()
        heard = list[dict[str, Any]]()
        for line in process.stdout:
            heard.append(json.loads(line))
            if heard[-1].get("id") == until:
                process.stdin.close()
    assert process.returncode == 0
    return heard


def environment(folder: Path) -> dict[str, str]:
    """What a process of the server is started with, beside what the client adds."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "EDITLOOP_STORE": str(folder / "editloop.db"), "HOME": str(folder / "home")}


def _child(folder: Path) -> psutil.Process:
    """The process that the client started in this folder."""
    found: list[psutil.Process] = []
    for each in psutil.Process().children():
        with suppress(psutil.Error):  # another one, which has ended
            if each.cwd() == str(folder.resolve()):
                found.append(each)
    return max(found, key=psutil.Process.create_time)


def _address(process: "subprocess.Popen[bytes]") -> str:
    assert process.stderr
    lines = list[bytes]()
    for line in process.stderr:
        lines.append(line)
        if found := re.search(rb"http://\S+/mcp", line):
            return found[0].decode()
    raise AssertionError(b"".join(lines).decode())


def facts(found: CallToolResult) -> dict[str, Any]:
    """The facts of an answer: the text as JSON, which is the structured content too."""
    assert not found.is_error, found.content
    text = found.content[0]
    assert isinstance(text, TextContent)
    said: dict[str, Any] = json.loads(text.text)
    assert said == found.structured_content
    return said


def mistake(found: CallToolResult) -> str:
    """The sentence of an answer that is an error."""
    assert found.is_error
    (text,) = found.content
    assert isinstance(text, TextContent)
    return text.text


def image(found: CallToolResult) -> ImageContent | None:
    return next((each for each in found.content if isinstance(each, ImageContent)), None)


def link(found: CallToolResult) -> ResourceLink | None:
    return next((each for each in found.content if isinstance(each, ResourceLink)), None)


def length(found: Any) -> int:
    """Characters of an answer as JSON in its longest form, with every other letter escaped."""
    return len(json.dumps(found.model_dump(mode="json", by_alias=True, exclude_none=True)))


def noise(side: int, kind: str = "PNG", **options: int) -> bytes:
    """A picture that no codec can make small."""
    out = io.BytesIO()
    bands = [Image.effect_noise((side, side), 120) for _ in range(3)]
    Image.merge("RGB", bands).save(out, kind, **options)
    return out.getvalue()

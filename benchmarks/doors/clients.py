"""Somebody who asks for one edit, at each door: when the first event came, and when all was there."""

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx2
import psutil
from anyio import to_thread

from editloop.agent import EditAgent, Event
from editloop.memory import Run

from ..measure import ROOT
from .direct import INSTRUCTION
from .process import TURNS, Process, command, cpu_of, environment


@dataclass(slots=True)
class Asked:
    """One request, in seconds from its beginning."""

    began: float = field(default_factory=time.perf_counter)
    first: float | None = None
    """When the first event was there."""

    whole: float = 0.0
    """When the answer was there."""

    def heard(self) -> None:
        """Something has happened."""
        if self.first is None:
            self.first = time.perf_counter() - self.began

    def answered(self) -> "Asked":
        """All is there."""
        self.whole = time.perf_counter() - self.began
        return self


class Door(Protocol):
    """One way to ask."""

    @property
    def name(self) -> str:
        """What a table calls it."""
        ...

    async def ask(self, source: bytes) -> Asked:
        """Have a picture edited, which nobody has seen before."""
        ...

    def cpu(self) -> float:
        """Seconds of processor time of whatever does the work."""
        ...


@dataclass(frozen=True)
class Direct:
    """No door."""

    agent: EditAgent
    name: str = "EditAgent.run"

    async def ask(self, source: bytes) -> Asked:
        """Call it."""
        asked = Asked()

        async def hear(event: Event) -> None:
            asked.heard()

        _whole(await self.agent.run(await self.agent.task(source, INSTRUCTION), watch=hear))
        return asked.answered()

    def cpu(self) -> float:
        """Of this process."""
        return time.process_time()


class Chat:
    """A pydantic-ai agent with a model that costs nothing; one conversation for each request."""

    name = "chat toolset"

    def __init__(self, agent: EditAgent) -> None:
        """Make it once, as an application does."""
        from pydantic_ai import Agent
        from pydantic_ai.models.function import FunctionModel

        from editloop.tools.chat import ImageEditing

        model = FunctionModel(stream_function=_says)
        self._chat = Agent(model, capabilities=[ImageEditing(agent)])

    async def ask(self, source: bytes) -> Asked:
        """Attach the picture, and say what is wanted."""
        from pydantic_ai import BinaryContent, CapabilityEvent

        asked = Asked()
        attached = [INSTRUCTION, BinaryContent(source, media_type="image/png")]
        async with self._chat.run_stream_events(attached) as events:
            async for event in events:
                if isinstance(event, CapabilityEvent):
                    asked.heard()
        return asked.answered()

    def cpu(self) -> float:
        """Of this process."""
        return time.process_time()


async def _says(messages: list[Any], info: Any) -> AsyncIterator[Any]:
    """Edit what is attached, then be done."""
    from pydantic_ai.models.function import DeltaToolCall

    parts = [part for message in messages for part in message.parts]
    if any(part.part_kind == "tool-return" for part in parts):
        yield "Done."
        return
    items = next(part.content for part in parts if part.part_kind == "user-prompt")
    texts = (item if isinstance(item, str) else getattr(item, "content", "") for item in items)
    handle = next(text[1:15] for text in texts if text.startswith("[img_"))
    words = json.dumps({"image": handle, "instruction": INSTRUCTION})
    yield {0: DeltaToolCall(name="edit_image", json_args=words, tool_call_id="call-1")}


@dataclass(frozen=True)
class Mcp:
    """The official client, with a picture in a folder that the server may read."""

    client: Any
    pid: int
    folder: Path
    name: str

    async def ask(self, source: bytes) -> Asked:
        """Call the tool."""
        path = self.folder / "source.png"
        await to_thread.run_sync(path.write_bytes, source)
        asked = Asked()

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            asked.heard()

        words = {"image": str(path), "instruction": INSTRUCTION}
        answer = await self.client.call_tool("edit_image", words, progress_callback=hear)
        if answer.is_error:
            raise RuntimeError(f"{self.name}: {answer.content[0]}")
        return asked.answered()

    def cpu(self) -> float:
        """Of the server."""
        return cpu_of(self.pid)


@asynccontextmanager
async def mcp_stdio(folder: Path, picture: Path) -> AsyncGenerator[Mcp]:
    """A server that the client starts."""
    from mcp import Client, StdioServerParameters

    start, *words = command("mcp", "serve", "--allow", str(folder))
    variables = environment(folder, picture)
    server = StdioServerParameters(command=start, args=words, env=variables, cwd=ROOT)
    before = {child.pid for child in psutil.Process().children()}
    async with Client(server) as client:
        (child,) = {child.pid for child in psutil.Process().children()} - before
        yield Mcp(client, child, folder, "MCP, stdio")


@asynccontextmanager
async def mcp_http(process: Process, folder: Path) -> AsyncGenerator[Mcp]:
    """`/mcp` of a server that runs."""
    from mcp import Client

    async with Client(f"{process.url}/mcp") as client:
        yield Mcp(client, process.pid, folder, "MCP, HTTP")


@dataclass(frozen=True)
class Waited:
    """`POST /v1/runs` that waits."""

    process: Process
    http: httpx2.AsyncClient
    name: str = "/v1/runs, Prefer: wait"

    async def ask(self, source: bytes) -> Asked:
        """Send a form."""
        asked = Asked()
        answer = await self.http.post(
            "/v1/runs", data=_FORM, files=_file(source), headers={"Prefer": "wait=60"}
        )
        if answer.status_code != 200 or len(answer.json()["turns"]) != TURNS:
            raise RuntimeError(f"{self.name}: {answer.status_code} {answer.text[:300]}")
        return asked.answered()

    def cpu(self) -> float:
        """Of the server."""
        return self.process.cpu()


@dataclass(frozen=True)
class Followed:
    """`POST /v1/runs`, then its events."""

    process: Process
    http: httpx2.AsyncClient
    name: str = "/v1/runs, then its events"

    async def ask(self, source: bytes) -> Asked:
        """Send a form, and listen to the end."""
        asked = Asked()
        begun = await self.http.post("/v1/runs", data=_FORM, files=_file(source))
        begun.raise_for_status()
        async with self.http.stream("GET", f"{begun.headers['location']}/events") as events:
            async for line in events.aiter_lines():
                if line.startswith("event: "):
                    asked.heard()
                if line == "event: run.closed":
                    return asked.answered()
        raise RuntimeError(f"{self.name}: the stream ended before the run")

    def cpu(self) -> float:
        """Of the server."""
        return self.process.cpu()


@dataclass(frozen=True)
class Images:
    """`/v1/images/edits`, as OpenAI's clients ask it."""

    process: Process
    http: httpx2.AsyncClient
    streams: bool
    name: str

    async def ask(self, source: bytes) -> Asked:
        """Send a form; the answer holds the picture in base64."""
        asked = Asked()
        form = {"prompt": INSTRUCTION}
        if self.streams:
            form |= {"stream": "true", "partial_images": str(TURNS)}
        async with self.http.stream(
            "POST", "/v1/images/edits", data=form, files=_file(source)
        ) as answer:
            async for piece in answer.aiter_bytes():
                if self.streams and b"partial_image" in piece:
                    asked.heard()
            if answer.status_code != 200:
                raise RuntimeError(f"{self.name}: {answer.status_code}")
        return asked.answered()

    def cpu(self) -> float:
        """Of the server."""
        return self.process.cpu()


_FORM = {"instruction": INSTRUCTION}


def _file(source: bytes) -> dict[str, tuple[str, bytes, str]]:
    return {"image": ("source.png", source, "image/png")}


def _whole(run: Run) -> None:
    if len(run.turns) != TURNS:
        raise RuntimeError(f"a run did not complete: {run.failure}")

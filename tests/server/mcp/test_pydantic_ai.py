"""pydantic-ai's own MCP client: an agent edits, goes on, and gets pictures and facts."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from fastmcp.client.transports import StdioTransport
from hosting import Held, hosted
from making import png
from mcp_doors import Heard, environment, over_http
from pydantic_ai import Agent, BinaryContent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from editloop.server.mcp.server import TOOLS
from editloop.server.pictures import Reach
from editloop.server.principals import LOCAL

pytestmark = pytest.mark.anyio


class Chat:
    """A model that edits, makes it a little less, and answers with what it was told."""

    def __init__(self, image: str) -> None:
        self._image = image
        self.offered: list[str] = []
        self.returned: list[Any] = []

    async def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.offered = [tool.name for tool in info.function_tools]
        found = [p for m in messages for p in m.parts if isinstance(p, ToolReturnPart)]
        self.returned = [part.content for part in found]
        if not found:
            asked: dict[str, Any] = {"image": self._image, "instruction": "grayscale"}
            return ModelResponse(parts=[ToolCallPart("edit_image", asked)])
        if len(found) == 1:
            more = {"run_id": self.facts(0)["run"], "instruction": "a bit brighter"}
            return ModelResponse(parts=[ToolCallPart("refine_run", more)])
        return ModelResponse(parts=[TextPart(f"done: {self.facts(1)['run']}")])

    def facts(self, call: int) -> dict[str, Any]:
        """What a tool told: the text of its answer, which the client reads as JSON."""
        return next(cast("dict[str, Any]", p) for p in self.returned[call] if isinstance(p, dict))

    def picture(self, call: int) -> BinaryContent:
        return next(part for part in self.returned[call] if isinstance(part, BinaryContent))


@asynccontextmanager
async def toolset(kind: str, folder: Path, heard: Heard) -> AsyncGenerator[MCPToolset[object]]:
    """A client over stdio or over HTTP."""
    if kind == "http":
        reach = Reach(roots=(folder,))
        async with hosted(folder) as host, over_http(host, reach=reach) as url:
            yield MCPToolset(url, progress_handler=heard, init_timeout=60)
        return

    words = ["-m", "editloop", "mcp", "serve"]
    at = StdioTransport(sys.executable, words, env=environment(folder), cwd=str(folder))
    yield MCPToolset(at, progress_handler=heard, init_timeout=60)


@pytest.mark.parametrize("kind", ["stdio", "http"])
async def test_an_agent_edits_and_goes_on(tmp_path: Path, kind: str) -> None:
    (tmp_path / "photo.png").write_bytes(png(90, (64, 48)))
    chat, heard = Chat(str(tmp_path / "photo.png")), Heard()
    async with toolset(kind, tmp_path, heard) as tools, tools:
        agent = Agent(FunctionModel(chat), toolsets=[tools])
        answer = await agent.run("make it grey, then brighter")
        first, second = chat.facts(0), chat.facts(1)
        templates = await tools.list_resource_templates()
        final = await tools.read_resource(second["output"]["uri"])
    assert sorted(chat.offered) == sorted(TOOLS)
    assert answer.output == f"done: {second['run']}"
    assert (first["status"], second["status"], second["parent"]) == ("done", "done", first["run"])
    assert chat.picture(0).media_type == "image/jpeg"
    assert isinstance(final, BinaryContent)
    assert len(templates) == 4
    assert any("turn 1" in said for _, _, said in heard.notes)
    assert len(answer.all_messages_json()) < 100_000


async def test_a_call_that_is_cancelled_is_paused_and_the_next_server_tells_of_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "photo.png").write_bytes(png(90, (64, 48)))
    asked = {"image": str(tmp_path / "photo.png"), "instruction": "grayscale"}
    held, reach = Held(free=1), Reach(roots=(tmp_path,))
    async with (
        hosted(tmp_path, editor=held.editor) as host,
        over_http(host, reach=reach) as url,
        MCPToolset(url, init_timeout=60) as tools,
    ):
        async with anyio.create_task_group() as group:
            group.start_soon(tools.direct_call_tool, "edit_image", asked)
            await held.asked(2)
            group.cancel_scope.cancel()
        run = await host.wait("last", LOCAL, 20)
        assert await host.paused(run)
    async with (
        hosted(tmp_path) as host,
        over_http(host, reach=reach) as url,
        MCPToolset(url, init_timeout=60) as tools,
    ):
        told = Chat("")
        told.returned = [await tools.direct_call_tool("get_run", {"run_id": run.id})]
        done = Chat("")
        more = await tools.direct_call_tool("refine_run", {"run_id": run.id})
        done.returned = [more]
    assert (told.facts(0)["status"], len(told.facts(0)["turns"])) == ("paused", 1)
    assert (done.facts(0)["run"], done.facts(0)["status"]) == (run.id, "done")

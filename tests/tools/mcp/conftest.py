"""Editors of foreign tools, over each transport and in each era of the protocol."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from mcp_serving import Make, Served, command

from editloop.tools.mcp import Endpoint, MCPEditor
from editloop.tools.mcp.plan import Wanted


@pytest.fixture
async def served() -> AsyncGenerator[Served]:
    async with Served().serving() as serving:
        yield serving


@pytest.fixture(params=["stdio", "stdio, legacy", "http", "http, legacy"])
def make(request: pytest.FixtureRequest) -> Make:
    """Make an editor of a tool, over each transport and in each era."""
    how, _, era = str(request.param).partition(", ")
    place: Any = command()
    if how == "http":
        place = Endpoint(request.getfixturevalue("served").url)

    def made(tool: str, wanted: Wanted | None = None, **more: Any) -> MCPEditor:
        return MCPEditor(place, tool, wanted or Wanted(), mode=era or "auto", **more)

    return made


@pytest.fixture
def make_one(served: Served) -> Make:
    """Make an editor over HTTP, for what is the same everywhere."""

    def made(tool: str, wanted: Wanted | None = None, **more: Any) -> MCPEditor:
        return MCPEditor(Endpoint(served.url), tool, wanted or Wanted(), **more)

    return made

"""Answers are cut to what each chat program is known to do with them."""

from pathlib import Path
from typing import Any

import pytest
from hosting import hosted
from making import png
from mcp.client import Client
from mcp.types import CallToolResult, Implementation
from mcp_doors import ERAS, facts, house, http_client, image, mistake, over_http

from editloop.server.mcp.server import TOOLS
from editloop.server.pictures import Reach

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("era", ERAS)


async def edited(client: Client, photo: str) -> CallToolResult:
    return await client.call_tool("edit_image", {"image": photo, "instruction": "make it warm"})


async def listed(client: Client) -> dict[str, Any]:
    return {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}


@both_eras
@pytest.mark.parametrize("name", ["codex-mcp-client", "opencode"])
async def test_where_data_shuts_out_pictures_there_is_none_and_none_is_promised(
    tmp_path: Path, era: str, name: str
) -> None:
    who = Implementation(name=name, version="1")
    async with house(tmp_path) as at, Client(at.server, mode=era, client_info=who) as client:
        schemas = await listed(client)
        found = await edited(client, at.photo())
        wrong = await client.call_tool("get_run", {"run_id": "nobody"})
    assert tuple(schemas) == TOOLS
    assert set(schemas.values()) == {None}
    assert found.structured_content is None
    assert image(found) is not None
    assert '"status":"done"' in found.content[0].text  # type: ignore[union-attr]
    assert "nobody" in mistake(wrong)


@both_eras
@pytest.mark.parametrize("name", ["claude-code", "claude-ai", "Visual Studio Code", "my-codex"])
async def test_everybody_else_gets_data_and_the_picture(
    tmp_path: Path, era: str, name: str
) -> None:
    who = Implementation(name=name, version="1")
    async with house(tmp_path) as at, Client(at.server, mode=era, client_info=who) as client:
        schemas = await listed(client)
        found = await edited(client, at.photo())
    assert all(schemas[tool] for tool in TOOLS)
    assert facts(found)["status"] == "done"
    assert image(found) is not None


@both_eras
async def test_over_http_each_client_is_told_apart(tmp_path: Path, era: str) -> None:
    (tmp_path / "a.png").write_bytes(png(7))
    codex = Implementation(name="codex-mcp-client", version="1")
    async with hosted(tmp_path) as host, over_http(host, reach=Reach(roots=(tmp_path,))) as url:
        async with http_client(url, era, client_info=codex) as client:
            plain = await edited(client, str(tmp_path / "a.png"))
        async with http_client(url, era) as client:
            whole = await client.call_tool("get_run", {"run_id": "last"})
    assert plain.structured_content is None
    assert facts(whole)["status"] == "done"

"""What one person's assistant may learn of another person's: nothing, by no tool and no resource."""

import base64
from pathlib import Path
from typing import Any

import httpx2
import pytest
from apis import TWO
from hosting import hosted
from making import png
from mcp.shared.exceptions import MCPError
from mcp_doors import facts, http_client, mistake, over_http

from editloop.server.principals import Principal

pytestmark = pytest.mark.anyio

SAID = f"data:image/png;base64,{base64.b64encode(png(7)).decode()}"
START: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "a", "version": "1"},
    },
}
LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_no_tool_and_no_resource_knows_the_runs_of_others(tmp_path: Path, mode: str) -> None:
    async with (
        hosted(tmp_path) as host,
        over_http(host, guard=TWO) as url,
        http_client(url, mode, "a-token") as ann,
        http_client(url, mode, "b-token") as bob,
    ):
        made = facts(await ann.call_tool("edit_image", {"image": SAID, "instruction": "warmer"}))
        name: str = made["run"]
        run = await host.run(name, Principal(name="ann"))
        pictures = [f"editloop://image/{run.task.source.sha256}", f"editloop://run/{name}/final"]
        tools: list[tuple[str, dict[str, Any]]] = [
            *(("get_run", {"run_id": said}) for said in (name, name[-6:], "last", "____")),
            *(("edit_image", {"image": said, "instruction": "x"}) for said in (*pictures, "last")),
            ("refine_run", {"run_id": name, "instruction": "x"}),
            ("compare_runs", {"run_ids": [name, name]}),
            ("rate_run", {"run_id": name, "value": 1}),
            ("app_run", {"run_id": name}),
            ("app_turn_image", {"run_id": name}),
        ]
        for tool, said in tools:
            assert mistake(await bob.call_tool(tool, said)), tool
        assert (
            facts(await bob.call_tool("list_images", {"query": "tag:principal=ann"}))["images"]
            == []
        )
        for uri in (*pictures, f"editloop://run/{name}", f"editloop://run/{name}/turn/0/image"):
            assert await ann.read_resource(uri)
            with pytest.raises(MCPError):
                await bob.read_resource(uri)


async def test_a_session_is_of_whoever_began_it(tmp_path: Path) -> None:
    accepts = {"accept": "application/json, text/event-stream"}
    async with (
        hosted(tmp_path) as host,
        over_http(host, guard=TWO) as url,
        httpx2.AsyncClient(timeout=300, headers=accepts) as http,
    ):
        asked = {who: {"authorization": f"Bearer {who}-token"} for who in "ab"}
        began = await http.post(url, json=START, headers=asked["a"])
        session = {"mcp-session-id": began.headers["mcp-session-id"]}
        assert (await http.post(url, json=LIST, headers=asked["a"] | session)).status_code == 200
        for method in ("POST", "GET", "DELETE"):
            body = LIST if method == "POST" else None
            answer = await http.request(method, url, headers=asked["b"] | session, json=body)
            assert answer.status_code == 404, method
        assert (await http.post(url, json=LIST, headers=asked["a"] | session)).status_code == 200

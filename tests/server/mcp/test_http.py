"""The HTTP door: whose run is whose, and what is not let in."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from apis import TWO
from hosting import hosted
from making import png
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_doors import ERAS, HELLO, facts, http_client, mistake, noise, over_http

from editloop.server.guard import Guard, digest
from editloop.server.host import Wish
from editloop.server.mcp.rules import McpRules
from editloop.server.principals import LOCAL, Principal

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("era", ERAS)
DATA = f"data:image/png;base64,{base64.b64encode(png(7)).decode()}"
WISH = {"image": DATA, "instruction": "make it warm"}
TAKES = {"accept": "application/json, text/event-stream"}


@asynccontextmanager
async def two(folder: Path, era: str) -> AsyncGenerator[tuple[Client, Client]]:
    """Two people at one door."""
    async with (
        hosted(folder) as host,
        over_http(host, guard=TWO) as url,
        http_client(url, era, "a-token") as ann,
        http_client(url, era, "b-token") as bob,
    ):
        yield ann, bob


@both_eras
async def test_nobody_sees_the_runs_of_others(tmp_path: Path, era: str) -> None:
    async with two(tmp_path, era) as (ann, bob):
        run = facts(await ann.call_tool("edit_image", WISH))
        seen = await bob.call_tool("get_run", {"run_id": run["run"]})
        last = await bob.call_tool("get_run", {"run_id": "last"})
        rated = await bob.call_tool("rate_run", {"run_id": run["run"], "value": 1})
        refined = await bob.call_tool("refine_run", {"run_id": run["run"], "instruction": "x"})
        listed = facts(await bob.call_tool("list_images", {}))
        handle = f"editloop://image/{run['output']['sha256']}"
        named = await bob.call_tool("edit_image", {**WISH, "image": handle})
        for uri in (f"editloop://run/{run['run']}", run["output"]["uri"], handle):
            assert (await ann.read_resource(uri)).contents
            with pytest.raises(MCPError):
                await bob.read_resource(uri)
    assert all(each.is_error for each in (seen, last, rated, refined, named))
    assert listed["images"] == []


@both_eras
async def test_answers_name_where_the_bytes_are_and_where_to_send_some(
    tmp_path: Path, era: str
) -> None:
    async with two(tmp_path, era) as (ann, _):
        run = facts(await ann.call_tool("edit_image", WISH))
        upload = facts(await ann.call_tool("request_upload", {}))
    assert run["output"]["url"].startswith("http://127.0.0.1:")
    assert run["output"]["url"].endswith(f"/v1/blobs/{run['output']['sha256']}")
    assert upload["url"].endswith(f"/v1/uploads/{upload['ticket']}")
    assert "path" not in run["output"]


async def test_a_picture_too_large_for_a_message_names_where_it_is_whole(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        large = await host.agent.images.put(noise(800))
        wish = Wish(source=large, instruction="make it warm")
        run = (await host.begin(wish, LOCAL)).run
        async with over_http(host) as url, http_client(url, "auto") as client:
            found = await client.read_resource(f"editloop://run/{run.id}/turn/0/image")
    meta = found.contents[0].meta or {}
    assert meta["editloop/full"]["url"].endswith(f"/v1/blobs/{large.sha256}")


@both_eras
async def test_paths_and_addresses_are_closed_unless_they_are_opened(
    tmp_path: Path, era: str
) -> None:
    (tmp_path / "photo.png").write_bytes(png(7))
    async with two(tmp_path, era) as (ann, _):
        for image in (str(tmp_path / "photo.png"), "https://files.example/a.png"):
            assert mistake(await ann.call_tool("edit_image", {**WISH, "image": image}))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Bearer a-token"}, 200),
        ({"authorization": "Bearer a-token", "origin": "https://evil.example"}, 403),
    ],
)
async def test_who_is_not_known_or_comes_from_elsewhere_is_refused(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    async with (
        hosted(tmp_path) as host,
        over_http(host, guard=TWO) as url,
        httpx2.AsyncClient(timeout=300) as http,
    ):
        found = await http.post(url, json=HELLO, headers={**TAKES, **headers})
    assert found.status_code == status


@pytest.mark.parametrize("host_name", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
async def test_a_name_that_was_pointed_at_this_machine_is_refused(
    tmp_path: Path, host_name: str
) -> None:
    async with (
        hosted(tmp_path) as host,
        over_http(host) as url,
        httpx2.AsyncClient(timeout=300) as http,
    ):
        found = await http.post(url, json=HELLO, headers={**TAKES, "host": host_name})
    assert found.status_code == 421


async def test_names_and_pages_that_are_allowed_are_let_in_by_both_checks(tmp_path: Path) -> None:
    guard = Guard(
        allowed_hosts=frozenset({"images.example"}),
        allowed_origins=frozenset({"https://chat.example"}),
    )
    headers = {**TAKES, "host": "images.example", "origin": "https://chat.example"}
    async with (
        hosted(tmp_path) as host,
        over_http(host, guard=guard) as url,
        httpx2.AsyncClient(timeout=300) as http,
    ):
        found = await http.post(url, json=HELLO, headers=headers)
    assert found.status_code == 200


async def test_a_session_is_of_whoever_opened_it(tmp_path: Path) -> None:
    async with (
        hosted(tmp_path) as host,
        over_http(host, guard=TWO) as url,
        httpx2.AsyncClient(timeout=300) as http,
    ):
        ann = {**TAKES, "authorization": "Bearer a-token"}
        opened = await http.post(url, json=HELLO, headers=ann)
        session = {"mcp-session-id": opened.headers["mcp-session-id"]}
        asked = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        other = {**TAKES, **session, "authorization": "Bearer b-token"}
        stolen = await http.post(url, json=asked, headers=other)
        own = await http.post(url, json=asked, headers={**ann, **session})
    assert (stolen.status_code, own.status_code) == (404, 200)


async def test_a_body_that_says_it_is_too_long_is_not_read(tmp_path: Path) -> None:
    async with (
        hosted(tmp_path) as host,
        over_http(host, rules=McpRules(body_bytes=200_000)) as url,
        httpx2.AsyncClient(timeout=300) as http,
    ):
        found = await http.post(url, content=b" " * 300_000, headers=TAKES)
    assert found.status_code == 413
    assert "200,000 bytes" in found.json()["error"]["message"]


async def test_a_body_without_end_is_broken_off(tmp_path: Path) -> None:
    sent = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal sent
        while sent < 100_000_000:
            sent += 65_536
            yield b" " * 65_536

    async with (
        hosted(tmp_path) as host,
        over_http(host, rules=McpRules(body_bytes=200_000)) as url,
        httpx2.AsyncClient(timeout=300) as http,
    ):
        try:
            status = (await http.post(url, content=endless(), headers=TAKES)).status_code
        except httpx2.NetworkError:
            status = 413  # the connection was closed before the answer was read
    assert status == 413
    assert sent < 50_000_000


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"[]", b"[1]", b"{}", b'{"jsonrpc": "2.0"}', b"\xff\xfe", b"null"]
)
async def test_what_is_no_request_is_an_error_of_the_caller(tmp_path: Path, body: bytes) -> None:
    sent = {**TAKES, "content-type": "application/json"}
    async with (
        hosted(tmp_path) as host,
        over_http(host) as url,
        httpx2.AsyncClient(timeout=300) as http,
    ):
        legacy = await http.post(url, content=body, headers=sent)
        modern = await http.post(
            url, content=body, headers={**sent, "mcp-protocol-version": "2026-07-28"}
        )
    assert 400 <= legacy.status_code < 500
    assert 200 <= modern.status_code < 500


async def test_a_share_that_is_used_up_says_when_there_is_more(tmp_path: Path) -> None:
    few = Guard(tokens={digest("t"): Principal(name="few", runs_per_minute=1)})
    found: list[Any] = []
    async with (
        hosted(tmp_path) as host,
        over_http(host, guard=few) as url,
        http_client(url, "auto", "t") as client,
    ):
        for _ in range(2):
            found.append(await client.call_tool("edit_image", WISH))
    assert facts(found[0])["status"] == "done"
    assert mistake(found[1]).startswith("1 runs a minute are had (in ")

"""The addresses that answers name, where a proxy stands before the server."""

from pathlib import Path
from typing import Any

import pytest
from apis import asking
from hosting import GOOD, thinker
from images_door import EDITS
from making import png
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from editloop.memory import SettingsError
from editloop.server.guard import Guard
from editloop.server.http.inside import ApiRules

pytestmark = pytest.mark.anyio

PUBLIC = "https://images.example:8443/loop"
RULES = {"public_url": f"{PUBLIC}/"}
FILES = {"image": ("a.png", png(200), "image/png")}


async def test_addresses_are_those_of_the_proxy(tmp_path: Path) -> None:
    data = {"prompt": "warm", "response_format": "url"}
    async with asking(tmp_path, rules=RULES, thinker=thinker(GOOD)) as asked:
        made = (await asked.http.post(EDITS, files=FILES, data=data)).json()["data"][0]["url"]
        run = (await asked.begin()).json()
        ticket = (await asked.http.post("/v1/uploads")).json()["url"]
        seen = await asked.http.get(made.removeprefix(PUBLIC))
        whole = await asked.http.get(run["links"]["self"])
        described = (await asked.http.get("/openapi.json")).json()
    assert made.startswith(f"{PUBLIC}/v1/blobs/")
    assert run["links"]["self"] == f"/loop/v1/runs/{run['id']}"
    assert ticket.startswith("/loop/v1/uploads/")
    assert described["servers"] == [{"url": "/loop"}]
    assert seen.status_code == 200, "a proxy that takes its path away"
    assert whole.status_code == 200, "one that does not"


async def test_assistants_are_told_them_as_well(tmp_path: Path) -> None:
    async with (
        asking(tmp_path, server=True, rules=RULES) as asked,
        Client(streamable_http_client(f"{asked.http.base_url}/mcp")) as client,
    ):
        told: Any = await client.call_tool("request_upload", {})
    assert f"{PUBLIC}/v1/uploads/" in str(told.structured_content)


async def test_a_picture_that_was_kept_without_an_origin_is_not_taken_for_one_with(
    tmp_path: Path,
) -> None:
    """A page shows a picture, and reads it later: a browser would read what it kept of the first."""
    page = "https://chat.example"
    guard = Guard(allowed_origins=frozenset({page}))
    async with asking(tmp_path, guard=guard) as asked:
        handle = await asked.put(1)
        path = f"/v1/blobs/{handle.rpartition('/')[2]}"
        shown = await asked.http.get(path)
        read = await asked.http.get(path, headers={"origin": page})
    assert shown.headers["vary"] == read.headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in shown.headers
    assert read.headers["access-control-allow-origin"] == page
    assert "x-editloop-ignored" in read.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "url",
    ["images.example", "ftp://a.example", "https://", "https://a.example/?x=1", "https://a:b@c.example",
     "https://[::1", "https://a.example:99999", "https://a.example/v1", "https://a.example/x/mcp/"],
)  # fmt: skip
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"as in https://images\.example"):
        ApiRules(public_url=url)

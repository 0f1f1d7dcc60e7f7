"""How pictures come in by the tools, and how they are listed."""

from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from making import png
from mcp_doors import asking, facts, house, image, mistake, noise

from editloop.server.mcp.arguments import ChatFile, named
from editloop.server.mcp.rules import McpRules
from editloop.server.mcp.uploads import LoopbackUploads
from editloop.server.pictures import Reach
from editloop.server.principals import LOCAL

pytestmark = pytest.mark.anyio


async def test_what_can_be_named_is_listed_with_small_pictures(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "saved.png").write_bytes(png(99))
    (inbox / "notes.txt").write_text("no picture")
    async with asking(tmp_path, "auto", reach=Reach(inbox=inbox)) as (at, client):
        first = await client.call_tool("list_images", {})
        (file,) = facts(first)["images"]
        kept = await at.host.agent.images.all()
        edit = {"image": file["handle"], "instruction": "make it warm"}
        run = facts(await client.call_tool("edit_image", edit))
        found = await client.call_tool("list_images", {})
        none = facts(await client.call_tool("list_images", {"query": "score>9.5"}))
        wrong = await client.call_tool("list_images", {"query": "score>many"})
    assert (file["kind"], file["name"]) == ("file", "saved.png")
    assert image(first) is not None
    assert kept == ()  # to be looked at is not to be kept
    assert [each["handle"] for each in facts(found)["images"]] == [
        file["handle"],
        f"run:{run['run']}",
    ]
    assert image(found) is not None
    assert none["images"] == []
    assert "is no score" in mistake(wrong)


async def test_a_picture_that_is_sent_under_a_ticket_can_be_edited(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (_, client), httpx2.AsyncClient(timeout=300) as http:
        asked = facts(await client.call_tool("request_upload", {}))
        early = facts(await client.call_tool("request_upload", {"ticket": asked["ticket"]}))
        page = await http.get(asked["url"])
        sent = await http.put(asked["url"], content=png(33))
        again = await http.put(asked["url"], content=png(34))
        forged = await http.put(asked["url"], content=b"x", headers={"host": "evil.example"})
        late = facts(await client.call_tool("request_upload", {"ticket": asked["ticket"]}))
        edit = {"image": late["image"], "instruction": "make it warm"}
        run = facts(await client.call_tool("edit_image", edit))
    assert early["status"] == "waiting"
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (sent.status_code, again.status_code, forged.status_code) == (201, 400, 421)
    assert (late["status"], late["image"]) == ("received", sent.json()["image"])
    assert run["status"] == "done"


async def test_pictures_of_several_are_left_out_where_they_are_not_wanted(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "saved.png").write_bytes(png(99))
    link_only, reach = McpRules(images="link"), Reach(inbox=inbox)
    async with asking(tmp_path, "auto", link_only, reach=reach) as (at, client):
        edit = {"image": str(inbox / "saved.png"), "instruction": "make it warm"}
        run = facts(await client.call_tool("edit_image", edit))["run"]
        listed = await client.call_tool("list_images", {})
        compared = await client.call_tool("compare_runs", {"run_ids": [run, run]})
    assert at.host.agent.images
    assert [block.type for block in (*listed.content, *compared.content)] == ["text", "text"]
    assert facts(listed)["order"] == []


async def test_a_broken_file_of_the_inbox_is_listed_and_not_shown(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "broken.png").write_bytes(png(9)[:40])
    async with asking(tmp_path, "auto", reach=Reach(inbox=inbox)) as (_, client):
        found = await client.call_tool("list_images", {})
    assert [each["name"] for each in facts(found)["images"]] in ([], ["broken.png"])
    assert image(found) is None


async def test_what_is_sent_under_a_ticket_is_bounded(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        LoopbackUploads(at.pictures, 1_000).open() as uploads,
        httpx2.AsyncClient(timeout=300) as http,
    ):
        ticket = (await at.pictures.ticket(LOCAL)).id
        url = await uploads.upload(cast("Any", None), ticket)
        sent = [await http.put(url, content=data) for data in (noise(64), b"no picture", png(5))]
        unknown = await http.put(f"{url}x", content=png(5))
    assert [each.status_code for each in sent] == [413, 400, 201]
    assert unknown.status_code == 400
    assert uploads.blob(cast("Any", None), "0" * 64) is None


async def test_a_file_of_chatgpt_is_an_address_that_must_be_allowed(tmp_path: Path) -> None:
    given = {"file_id": "file-1", "download_url": "https://files.example/a.png", "mime_type": "x"}
    async with asking(tmp_path, "auto") as (_, client):
        found = await client.call_tool("edit_image", {"image": given, "instruction": "warm"})
    assert "address" in mistake(found)
    assert (
        named(ChatFile(file_id="1", download_url="https://x.example", file_name="a.png")) == "a.png"
    )

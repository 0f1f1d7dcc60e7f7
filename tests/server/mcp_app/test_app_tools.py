"""The app as a document, and the tools that only it is given."""

import base64
import hashlib
import io
import json
import random
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from app_hosting import client_of
from hosting import Held, hosted, wish
from making import png
from mcp.client import Client
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.types import CallToolResult, Implementation
from mcp_doors import ERAS, by_hand, house
from PIL import Image

from editloop.memory import InputError, PictureError
from editloop.server.host import Wish
from editloop.server.mcp.app import APP_URI, html
from editloop.server.mcp.app_chunks import MOST, Chunks
from editloop.server.principals import LOCAL, Principal

pytestmark = pytest.mark.anyio

ANN, BOB = Principal(name="ann"), Principal(name="bob")
WHO = {"name": "a host", "version": "1"}
APP_ONLY = ["app_run", "app_turn_image", "app_upload"]


def facts(found: CallToolResult) -> dict[str, Any]:
    assert not found.is_error, found.content
    assert found.structured_content is not None
    return found.structured_content


def text(found: CallToolResult) -> str:
    return found.content[0].model_dump()["text"]


def test_the_document_is_small_and_names_no_other() -> None:
    assert len(html().encode()) < 60_000
    assert re.findall(r"""(?:src|href|url|@import)\s*[=(]\s*["']?(?:https?:)?//""", html()) == []
    assert "http:" not in html()
    assert "https:" not in html()
    assert "default-src 'none'" in html()
    assert "/* style */" not in html()
    assert "/* script */" not in html()


def test_every_part_of_the_document_is_in_the_wheel() -> None:
    root = Path(__file__).parents[3]
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = pyproject["tool"]["setuptools"]["package-data"]["*"]
    folder = root / "server" / "mcp"
    parts = [file.name for file in folder.iterdir() if file.suffix in (".html", ".css", ".js")]
    assert len(parts) > 5
    assert [name for name in parts if not any(fnmatch(name, each) for each in patterns)] == []


@pytest.mark.parametrize(
    "way",
    ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"],
)
def test_there_is_no_way_for_words_to_become_markup(way: str) -> None:
    assert way not in html()


@pytest.mark.parametrize("banned", ["<form", "localStorage", "sessionStorage", "fetch(", "alert("])
def test_nothing_is_used_that_sandboxed_frames_have_not(banned: str) -> None:
    assert banned not in html()


async def test_only_clients_that_show_apps_are_told_of_its_tools(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        async with client_of(host, apps=False) as plain:
            seven = (await plain.list_tools()).tools
        async with client_of(host) as showing:
            ten = (await showing.list_tools()).tools
            document = (await showing.read_resource(APP_URI)).contents[0]
    assert [tool.name for tool in ten] == [tool.name for tool in seven] + APP_ONLY
    assert len(seven) == 7
    for tool in ten[7:]:
        assert tool.meta == {"ui": {"resourceUri": APP_URI, "visibility": ["app"]}}
    shown = {tool.name for tool in seven if tool.meta and "ui" in tool.meta}
    assert shown == {"edit_image", "refine_run", "get_run", "compare_runs", "request_upload"}
    assert document.mime_type == "text/html;profile=mcp-app"
    assert document.meta == {"ui": {"csp": {}, "prefersBorder": True}}


@pytest.mark.parametrize("era", ERAS)
async def test_the_app_is_announced_and_its_tools_are_listed_in_both_eras(
    tmp_path: Path, era: str
) -> None:
    shows = [advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})]
    async with house(tmp_path) as at, Client(at.server, mode=era, extensions=shows) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        said = client.server_capabilities
    assert listed[7:] == APP_ONLY
    assert said.extensions
    assert EXTENSION_ID in said.extensions
    assert said.tools
    assert said.resources


@pytest.mark.slow
def test_what_is_announced_over_the_wire_of_2025(tmp_path: Path) -> None:
    asked = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": WHO}
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": asked}
    (answer,) = by_hand(tmp_path, json.dumps(hello), until=1)
    known = answer["result"]["capabilities"]
    assert known["extensions"] == {EXTENSION_ID: {"mimeTypes": [APP_MIME_TYPE]}}


@pytest.mark.parametrize("name", ["openai-mcp", "Visual Studio Code - Insiders"])
async def test_hosts_that_do_not_say_that_they_show_apps_go_by_their_names(
    tmp_path: Path, name: str
) -> None:
    who = Implementation(name=name, version="1")
    async with house(tmp_path) as at, Client(at.server, client_info=who) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
    assert listed[7:] == APP_ONLY


async def test_a_run_is_told_with_every_turn_and_critique(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, client_of(host) as client:
        begun = await host.begin(await wish(host), LOCAL)
        await host.wait(begun.run.id, LOCAL, 20)
        said = facts(await client.call_tool("app_run", {"run_id": begun.run.id}))
    assert (said["status"], said["answer"], said["heard"]) == ("done", 3, 8)
    assert [turn["score"] for turn in said["turns"]] == [3.46, 6.48, 9.0]
    assert said["turns"][0]["refined"] == "warmer still"
    assert said["turns"][1]["instruction"] == "warmer still"
    assert said["source"]["image"].startswith("editloop://image/")


async def test_waiting_ends_with_the_next_half_turn(tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor) as host, client_of(host) as client:
        begun = await host.begin(await wish(host), LOCAL)
        await held.asked(2)
        first = facts(await client.call_tool("app_run", {"run_id": begun.run.id}))
        held.let()
        waits = {"run_id": begun.run.id, "after": first["heard"], "wait_seconds": 20}
        later = facts(await client.call_tool("app_run", waits))
        held.let_all()
    assert (first["status"], first["heard"], len(first["turns"])) == ("open", 3, 1)
    assert later["heard"] > 3


async def test_no_picture_is_too_long_for_a_host_noise_included(tmp_path: Path) -> None:
    out = io.BytesIO()
    noise = random.Random(1).randbytes(2048 * 2048 * 3)
    Image.frombytes("RGB", (2048, 2048), noise).save(
        out, "WEBP", lossless=True, quality=0, method=0
    )
    async with hosted(tmp_path) as host, client_of(host) as client:
        source = await host.agent.images.put(out.getvalue())
        begun = await host.begin(Wish(source=source, instruction="warm"), LOCAL)
        for width in (320, 1024, 2048):
            asked = {"run_id": begun.run.id, "turn": 0, "width": width}
            found = await client.call_tool("app_turn_image", asked)
            assert len(found.model_dump_json(by_alias=True)) < 900_000
            data = base64.b64decode(found.content[1].model_dump()["data"])
            with Image.open(io.BytesIO(data)) as view:
                assert max(view.size) <= width
        await host.pause(begun.run.id, LOCAL)


@pytest.mark.parametrize(
    ("asked", "why"),
    [({"turn": 9}, "not a turn 9"), ({"width": 9}, "width"), ({"run_id": "nosuch"}, "nosuch")],
)
async def test_what_is_not_there_is_refused_in_a_sentence(
    asked: dict[str, Any], why: str, tmp_path: Path
) -> None:
    async with hosted(tmp_path) as host, client_of(host) as client:
        begun = await host.begin(await wish(host), LOCAL)
        await host.wait(begun.run.id, LOCAL, 20)
        found = await client.call_tool("app_turn_image", {"run_id": begun.run.id, **asked})
    assert found.is_error
    assert why in text(found)


async def test_a_picture_in_one_piece_is_taken_in(tmp_path: Path) -> None:
    sent = {"upload": "u1", "data": base64.b64encode(png(7)).decode()}
    async with hosted(tmp_path) as host, client_of(host) as client:
        said = facts(await client.call_tool("app_upload", sent))
        kept = await host.agent.images.get(said["image"].rsplit("/", 1)[1])
    assert said["image"] == f"editloop://image/{hashlib.sha256(png(7)).hexdigest()}"
    assert kept == png(7)


@pytest.mark.parametrize(
    ("data", "why"), [("not base64!", "base64"), ("aGVsbG8=", ""), ("a" * 2_000_001, "data")]
)
async def test_what_is_no_picture_is_refused(data: str, why: str, tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, client_of(host) as client:
        found = await client.call_tool("app_upload", {"upload": "u1", "data": data})
        kept = await host.agent.images.all()
    assert found.is_error
    assert why in text(found)
    assert len(text(found)) < 400
    assert kept == ()


def test_pieces_make_the_whole_and_two_callers_do_not_mix() -> None:
    chunks = Chunks()
    assert chunks.add(ANN, "u", 0, 2, b"an") is None
    assert chunks.add(BOB, "u", 0, 2, b"bo") is None
    assert chunks.add(ANN, "u", 1, 2, b"n") == b"ann"
    assert chunks.add(BOB, "u", 1, 2, b"b") == b"bob"


def test_a_piece_out_of_order_ends_the_picture() -> None:
    chunks = Chunks()
    chunks.add(ANN, "u", 0, 3, b"a")
    with pytest.raises(InputError, match="send it again"):
        chunks.add(ANN, "u", 2, 3, b"c")
    with pytest.raises(InputError, match="send it again"):
        chunks.add(ANN, "u", 1, 3, b"b")
    with pytest.raises(InputError, match="no piece 3"):
        chunks.add(ANN, "u", 3, 3, b"d")


def test_no_picture_grows_without_end() -> None:
    chunks = Chunks()
    chunks.add(ANN, "u", 0, 3, bytes(MOST))
    with pytest.raises(PictureError, match="smaller"):
        chunks.add(ANN, "u", 1, 3, b"x")
    with pytest.raises(PictureError, match="smaller"):
        chunks.add(ANN, "v", 0, 1, bytes(MOST + 1))


def test_what_nobody_goes_on_with_is_forgotten() -> None:
    now = [0.0]
    chunks = Chunks(lambda: now[0])
    chunks.add(ANN, "old", 0, 2, b"a")
    now[0] = 601.0
    chunks.add(ANN, "new", 0, 2, b"a")
    with pytest.raises(InputError, match="send it again"):
        chunks.add(ANN, "old", 1, 2, b"b")


def test_one_caller_holds_no_more_than_a_few() -> None:
    chunks = Chunks()
    for number in range(5):
        chunks.add(ANN, f"u{number}", 0, 2, b"a")
    with pytest.raises(InputError, match="send it again"):
        chunks.add(ANN, "u0", 1, 2, b"b")
    assert chunks.add(ANN, "u4", 1, 2, b"b") == b"ab"


def test_all_callers_together_hold_a_bounded_heap() -> None:
    chunks = Chunks()
    for number in range(5):
        chunks.add(Principal(name=f"p{number}"), "u", 0, 2, bytes(MOST - 1))
    with pytest.raises(InputError, match="send it again"):
        chunks.add(Principal(name="p0"), "u", 1, 2, b"x")
    assert chunks.add(Principal(name="p4"), "u", 1, 2, b"x") is not None

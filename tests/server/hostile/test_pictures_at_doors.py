"""The same paths, addresses and bombs, through the real doors: HTTP, OpenAI's, MCP."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from apis import Asked, asking
from bombs import REFUSED, jpeg_of_many_scans
from hosting import hosted
from making import png
from mcp_doors import http_client, mistake, over_http
from web import moved, page, web

from editloop.server.pictures import Pictures, Reach
from editloop.server.pictures.quarantine import Quarantine

pytestmark = pytest.mark.anyio

OUTSIDE = [
    "/etc/passwd",
    "../outside/cat.png",
    "{folder}/../outside/cat.png",
    "file:///etc/passwd",
    "file://{folder}/%2e%2e/outside/cat.png",
    "/proc/self/environ",
    "/dev/zero",
    "link.png",
    ".ssh/id_rsa",
    "pipe",
]
INSIDE = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://017700000001/",
    "https://127.1/",
    "https://user:password@127.0.0.1/",
    "https://localhost:8010/",
    "http://localhost/",
    "https://10.0.0.1:22/",
]
OPENAI_SAYS = {403: 403, 422: 400}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    (folder / ".ssh").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    for path in (tmp_path / "outside" / "cat.png", folder / ".ssh" / "id_rsa", folder / "a.png"):
        path.write_bytes(png(13))
    (folder / "link.png").symlink_to("../outside/cat.png")
    os.mkfifo(folder / "pipe")
    return folder


async def _began(asked: Asked, said: str) -> tuple[int, str]:
    answer = await asked.http.post("/v1/runs", json={"image": said, "instruction": "warmer"})
    return answer.status_code, answer.json()["code"]


async def test_paths_that_lead_outside_are_answered_403(tmp_path: Path, folder: Path) -> None:
    async with asking(tmp_path, more={"reach": Reach(roots=(folder,))}) as asked:
        assert (await asked.begin()).status_code == 202
        for said in OUTSIDE:
            assert await _began(asked, said.format(folder=folder)) == (403, "forbidden")
        good = await asked.http.post("/v1/runs", json={"image": "a.png", "instruction": "warmer"})
    assert good.status_code == 202


async def test_over_http_no_path_is_read_unless_allowed(tmp_path: Path, folder: Path) -> None:
    async with asking(tmp_path) as asked:
        for said in ("a.png", str(folder / "a.png"), *OUTSIDE):
            assert await _began(asked, said.format(folder=folder)) == (403, "forbidden")


async def test_addresses_that_lead_inside_are_answered_403(tmp_path: Path) -> None:
    async with asking(tmp_path, more={"reach": Reach(urls=True)}) as asked:
        for said in INSIDE:
            assert await _began(asked, said) == (403, "forbidden"), said
            asks = {"images": [{"image_url": said}], "prompt": "warmer"}
            answer = await asked.http.post("/v1/images/edits", json=asks)
            if said.startswith("https"):
                assert answer.status_code == 403, said
            else:
                assert answer.status_code == 400


async def test_a_redirect_inside_and_a_name_that_moves_are_answered_403(tmp_path: Path) -> None:
    async with web() as net, asking(tmp_path) as asked:
        net.pages["pictures.example/"] = moved("https://127.0.0.1/")
        net.pages["moving.example/"] = page(png(90))
        net.next_names["moving.example"] = ["::ffff:169.254.169.254"]
        asked.inside.pictures = Pictures(asked.host, Reach(), fetcher=net.fetcher())
        assert await _began(asked, "https://pictures.example/") == (403, "forbidden")
        said = {"image": "https://moving.example/", "instruction": "warmer"}
        first = await asked.http.post("/v1/runs", json=said)
        assert await _began(asked, "https://moving.example/") == (403, "forbidden")
    assert first.status_code == 202
    assert {ip for ip, _ in net.dialled} == {"93.184.215.14"}


async def test_bombs_and_cut_files_are_refused_at_every_way_in(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        for name, make in REFUSED.items():
            data = make()
            ticket = (await asked.http.post("/v1/uploads")).json()["url"]
            files: Any = {"image": ("a.png", data, "image/png")}
            answers = [
                await asked.http.post("/v1/blobs", content=data),
                await asked.http.put(ticket, content=data),
                await asked.http.post("/v1/runs", data={"instruction": "x"}, files=files),
                await asked.http.post("/v1/images/edits", data={"prompt": "x"}, files=files),
            ]
            assert [each.status_code for each in answers] == [422, 422, 422, 400], name
        assert (await asked.http.post("/v1/blobs", content=png(90))).status_code == 201


async def test_a_picture_that_would_take_minutes_is_answered_422(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        confined = Quarantine(seconds=3)
        asked.inside.pictures = Pictures(asked.host, Reach(), quarantine=confined)
        slow = await asked.http.post("/v1/blobs", content=jpeg_of_many_scans())
        after = await asked.http.post("/v1/blobs", content=png(90))
    assert (slow.status_code, slow.json()["code"], after.status_code) == (422, "picture", 201)


async def test_assistants_are_told_what_was_refused(tmp_path: Path, folder: Path) -> None:
    cut = base64.b64encode(REFUSED["cut png"]()).decode()
    reach = Reach(roots=(folder,), urls=True)
    async with (
        hosted(tmp_path) as host,
        over_http(host, reach=reach) as url,
        http_client(url, "auto") as client,
    ):
        for said in (*OUTSIDE, *INSIDE, f"data:image/png;base64,{cut}", "A" * 300):
            asked = {"image": said.format(folder=folder), "instruction": "warmer"}
            told = mistake(await client.call_tool("edit_image", asked))
            assert told
            assert str(tmp_path / "outside") not in told
        assert await host.agent.store.runs() == []

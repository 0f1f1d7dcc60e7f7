"""The server as clients meet it: a process, over stdio and over HTTP, in both protocol eras."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anyio import to_thread
from api_driver import TURNS
from images_server import EditServer, edit_server
from making import png
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp.types import BlobResourceContents
from mcp_doors import (
    ERAS,
    HELLO,
    Doors,
    Heard,
    by_hand,
    environment,
    facts,
    image,
    link,
    mistake,
    stdio_of,
)

from editloop.memory.store import open_store
from editloop.server.mcp.server import TOOLS

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
STEPS = ("--thinker", "steps")


@pytest.fixture(params=[(kind, era) for kind in ("stdio", "http") for era in ERAS], ids="-".join)
def doors(request: pytest.FixtureRequest, tmp_path: Path) -> Doors:
    kind, era = request.param
    return standing(kind, era, tmp_path)


@pytest.fixture
def edits() -> Generator[EditServer]:
    """An editor in this process, that answers one edit and holds the others."""
    with edit_server(held=True, free_turns=1) as server:
        yield server


def standing(kind: str, era: str, folder: Path) -> Doors:
    (folder / "photo.png").write_bytes(png(7))
    return Doors(kind, era, folder)


def wish(doors: Doors, **more: Any) -> dict[str, Any]:
    photo = str(doors.folder / "photo.png")
    return {"image": photo, "instruction": "make it warm", **more}


async def test_a_client_edits_reads_and_rates(doors: Doors) -> None:
    heard = Heard()
    async with doors.open() as server:
        client = server.client
        tools = [tool.name for tool in (await client.list_tools()).tools]
        found = await client.call_tool(
            "edit_image", wish(doors, instruction="grayscale"), progress_callback=heard
        )
        run = facts(found)
        final = await client.read_resource(run["output"]["uri"])
        rated = await client.call_tool("rate_run", {"run_id": "last", "value": 5})
        listed = facts(await client.call_tool("list_images", {}))
        wrong = await client.call_tool("edit_image", wish(doors, image="/etc/passwd"))
    async with open_store(f"sqlite:///{doors.folder / 'editloop.db'}") as store:
        kept = await store.annotations(run["run"])
    assert tuple(tools) == TOOLS
    assert (run["status"], run["reached"]) == ("done", True)
    assert image(found) is not None
    assert link(found) is not None
    assert isinstance(final.contents[0], BlobResourceContents)
    assert not rated.is_error
    assert [(each.name, each.value) for each in kept] == [("rating", 5)]
    assert listed["images"][0]["handle"] == f"run:{run['run']}"
    assert "folders that may be read" in mistake(wrong)
    assert heard.grows
    assert "done after" in heard.notes[-1][2]


async def test_a_call_that_is_taken_back_is_paused_and_gone_on_with(
    doors: Doors, edits: EditServer
) -> None:
    async with doors.open("--editor", edits.address, *STEPS) as server:
        client = server.client
        async with anyio.create_task_group() as group:
            group.start_soon(called, client, wish(doors))
            await to_thread.run_sync(edits.wait_for, 2)
            group.cancel_scope.cancel()
        paused = await paused_run(client)
        edits.release.set()
        done = facts(await client.call_tool("refine_run", {"run_id": paused["run"]}))
    assert (done["run"], done["status"], len(done["turns"])) == (paused["run"], "done", TURNS)


async def test_a_run_of_a_killed_server_is_finished_by_the_next(
    doors: Doors, edits: EditServer
) -> None:
    words = ("--editor", edits.address, *STEPS)
    async with doors.open(*words) as server:
        begun = facts(await server.client.call_tool("edit_image", wish(doors, wait_seconds=0)))
        await to_thread.run_sync(edits.wait_for, 2)
        await server.kill()
    edits.release.set()
    async with doors.open(*words) as server:
        asked = {"run_id": begun["run"], "wait_seconds": 60}
        done = facts(await server.client.call_tool("get_run", asked))
    assert (done["status"], len(done["turns"])) == ("done", TURNS)
    assert edits.begun.count(f"{begun['run']}:1") == 1


@pytest.mark.parametrize("era", ERAS)
async def test_a_run_whose_client_left_goes_on_with_the_next_server(
    tmp_path: Path, edits: EditServer, era: str
) -> None:
    doors = standing("stdio", era, tmp_path)
    words = ("--editor", edits.address, *STEPS)
    async with anyio.create_task_group() as group, doors.open(*words) as server:
        group.start_soon(called, server.client, wish(doors))
        await to_thread.run_sync(edits.wait_for, 2)
    edits.release.set()
    async with doors.open(*words) as server:
        asked = {"run_id": "last", "wait_seconds": 60}
        done = facts(await server.client.call_tool("get_run", asked))
    assert (done["status"], len(done["turns"])) == ("done", TURNS)


async def test_a_signal_ends_the_server_though_stdin_is_open_and_the_run_goes_on(
    tmp_path: Path, edits: EditServer
) -> None:
    doors = standing("stdio", "auto", tmp_path)
    words = ("--editor", edits.address, *STEPS)
    async with anyio.create_task_group() as group, doors.open(*words) as server:
        group.start_soon(called, server.client, wish(doors))
        await to_thread.run_sync(edits.wait_for, 2)
        server.process.send_signal(signal.SIGTERM)
        await to_thread.run_sync(server.process.wait, 30)
    edits.release.set()
    async with doors.open(*words) as server:
        asked = {"run_id": "last", "wait_seconds": 60}
        done = facts(await server.client.call_tool("get_run", asked))
    assert (done["status"], len(done["turns"])) == ("done", TURNS)


@pytest.mark.parametrize("kind", ["stdio", "http"])
async def test_two_servers_on_one_store_answer_for_each_other(
    tmp_path: Path, edits: EditServer, kind: str
) -> None:
    doors = standing(kind, "auto", tmp_path)
    words = ("--editor", edits.address, *STEPS)
    async with doors.open(*words) as one, doors.open(*words) as other:
        begun = facts(await one.client.call_tool("edit_image", wish(doors, wait_seconds=0)))
        await to_thread.run_sync(edits.wait_for, 2)
        seen = facts(await other.client.call_tool("get_run", {"run_id": begun["run"]}))
        edits.release.set()
        asked = {"run_id": begun["run"], "wait_seconds": 60}
        done = facts(await other.client.call_tool("get_run", asked))
    assert seen["status"] == "running"
    assert (done["status"], len(done["turns"])) == ("done", TURNS)


async def test_behind_a_proxy_it_knows_its_name_and_where_pictures_are_to_be_sent(
    tmp_path: Path,
) -> None:
    doors = standing("http", "auto", tmp_path)
    public = "https://images.example/loop"
    words = ("--public-url", public, "--allow-host", "images.example")
    async with doors.open(*words) as server:
        given = facts(await server.client.call_tool("request_upload", {}))
        async with httpx2.AsyncClient() as http:
            ready = server.url.replace("/mcp", "/readyz")
            named = [
                (await http.get(ready, headers={"host": host})).status_code
                for host in ("images.example", "evil.example")
            ]
    assert given["url"].startswith(f"{public}/v1/uploads/")
    assert named == [200, 421]


@pytest.mark.parametrize("era", ERAS)
async def test_the_command_as_clients_start_it(tmp_path: Path, era: str) -> None:
    (tmp_path / "photo.png").write_bytes(png(7, (64, 48)))
    async with stdio_of(tmp_path, era, "--out", "edited", driver=False) as client:
        edit = {"image": "photo.png", "instruction": "grayscale"}
        found = facts(await client.call_tool("edit_image", edit))
        told = client.instructions or ""
    assert told.endswith(f"Paths lie below {tmp_path}.")
    assert Path(found["output"]["path"]).parent == tmp_path / "edited"
    assert await anyio.Path(found["output"]["path"]).exists()


def test_nothing_but_the_protocol_is_on_stdout(tmp_path: Path) -> None:
    asked = [
        HELLO,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ]
    answers = by_hand(tmp_path, "no JSON", *map(json.dumps, asked), until=2)
    assert {each.get("id") for each in answers} >= {1, 2}
    assert all(each["jsonrpc"] == "2.0" for each in answers)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--token-env", "NO_SUCH"), "tokens go with --http"),
        (("--allow", "no/such/folder"), "is no folder"),
        (("--out", __file__), "is no folder"),
        (("--port", "8766"), "go with --http"),
        (("--host", "0.0.0.0"), "go with --http"),
        (("--public-url", "https://images.example"), "go with --http"),
        (("--http", "--public-url", "images.example"), "the public address"),
        (("--http", "--out", "x"), "--out goes with stdio"),
        (("--http", "--host", "0.0.0.0"), "--token-env"),
        (("--http", "--token-env", "NO_SUCH"), "NO_SUCH is not set"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "editloop", "mcp", "serve", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of its own")
def test_a_person_who_starts_it_is_told_what_it_waits_for(tmp_path: Path) -> None:
    ours, terminal = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "editloop", "mcp", "serve"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment(tmp_path)},
        cwd=tmp_path,
    ) as process:
        os.close(terminal)
        assert process.stdout
        assert process.stderr
        said = process.stderr.readline() + process.stderr.readline()
        os.close(ours)  # the terminal is gone, and with it the client that never came
        assert process.stdout.read() == b""
    assert b"waits for a client on stdin" in said
    assert b"editloop mcp install" in said


async def called(client: Client, asked: dict[str, Any]) -> None:
    """Edit, though the connection may break meanwhile."""
    try:
        await client.call_tool("edit_image", asked)
    except MCPError:
        return


async def paused_run(client: Client) -> dict[str, Any]:
    """The run once nobody works on it: the pause comes after the cancelling."""
    with anyio.fail_after(60):
        while True:
            found = facts(await client.call_tool("get_run", {"run_id": "last"}))
            if found["status"] != "running":
                return found

"""Two servers on one store that are stopped, cut off from it, and asked by everybody at once."""

import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest
from api_driver import TURNS
from api_servers import Api, Servers
from images_server import EditServer, edit_server
from making import png

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TOLD = ["make it warm", *(f"step {n}" for n in range(2, TURNS + 1))]
CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
BRIEF = {"EDITLOOP_LEASE_SECONDS": "2"}


@pytest.fixture
async def edits() -> AsyncGenerator[EditServer]:
    """First turns are answered, the others are held."""
    with edit_server(held=True, free_turns=1) as server:
        yield server


@pytest.fixture
def servers(tmp_path: Path, postgres_url: str, edits: EditServer) -> Servers:
    return Servers(tmp_path, postgres_url, edits)


@pytest.fixture
def on_a_file(tmp_path: Path, edits: EditServer) -> Servers:
    return Servers(tmp_path, f"sqlite:///{tmp_path / 'editloop.db'}", edits)


async def test_a_server_that_was_stopped_for_longer_than_its_lease_spoils_nothing(
    servers: Servers,
) -> None:
    async with servers.start(**BRIEF) as one, servers.start(**BRIEF) as other:
        run = (await one.begin())["id"]
        await servers.asked(2, one)
        one.process.send_signal(signal.SIGSTOP)
        await servers.asked(3, other)
        one.process.send_signal(signal.SIGCONT)
        servers.edits.release.set()
        found = await other.done(run)
        assert (await one.done(run))["turns"] == found["turns"]
        again = (await one.begin("make it warm, again"))["id"]
        assert len((await other.done(again))["turns"]) == TURNS
    assert [turn["instruction"] for turn in found["turns"]] == TOLD
    assert servers.edits.begun[:5] == [f"{run}:{turn}" for turn in (1, 2, 2, 3, 4)]


async def test_servers_that_are_cut_off_from_the_store_break_no_edit_off(servers: Servers) -> None:
    async with servers.start(**BRIEF) as one, servers.start(**BRIEF) as other:
        run = (await one.begin())["id"]
        await servers.asked(2, one)
        for _ in range(3):
            await servers.rows(CUT)
            assert (await other.run(run))["status"] == "open"
        servers.edits.release.set()
        found = await other.done(run)
    assert [turn["instruction"] for turn in found["turns"]] == TOLD
    assert servers.edits.begun == [f"{run}:{turn}" for turn in (1, 2, 3, 4)]


async def test_a_key_that_everybody_uses_at_once_begins_one_run_and_another_body_is_refused(
    servers: Servers,
) -> None:
    ids: list[str] = []
    statuses: list[int] = []

    async def same(at: Api) -> None:
        ids.append((await at.begin(key="k"))["id"])

    async def other_body(at: Api) -> None:
        files, form = {"image": ("photo.png", png(8), "image/png")}, {"instruction": "cold"}
        headers = {"Idempotency-Key": "k"}
        answer = await at.http.post("/v1/runs", data=form, files=files, headers=headers)
        statuses.append(answer.status_code)

    servers.edits.release.set()
    async with servers.start() as one, servers.start() as two:
        async with anyio.create_task_group() as group:
            for at in (one, two) * 10:
                group.start_soon(same, at)
        async with anyio.create_task_group() as group:
            for at in (one, two) * 3:
                group.start_soon(other_body, at)
        await one.done(ids[0])
        listed = (await two.http.get("/v1/runs")).json()["runs"]
    assert (len(set(ids)), len(listed), set(statuses)) == (1, 1, {422})


async def test_two_servers_on_one_file_share_the_work_and_one_goes_on_where_the_other_was_killed(
    on_a_file: Servers,
) -> None:
    async with on_a_file.start() as one, on_a_file.start() as other:
        run = (await one.begin())["id"]
        await on_a_file.asked(2, one)
        await one.end()
        on_a_file.edits.release.set()
        await other.done(run)
        assert on_a_file.edits.begun == [f"{run}:{turn}" for turn in (1, 2, 2, 3, 4)]
        async with on_a_file.start() as third:
            asked = [await at.begin(f"warm, {n}") for n in range(10) for at in (other, third)]
            found = [await other.done(each["id"]) for each in asked]
    assert [len(each["turns"]) for each in found] == [TURNS] * 20
    assert len(on_a_file.edits.begun) == 5 + 20 * TURNS

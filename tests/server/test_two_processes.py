"""Two servers on one PostgreSQL store: either answers for any run, and goes on where one died."""

import random
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import pytest
from api_driver import TURNS
from api_servers import Api, Moment, Servers
from images_server import edit_server

from editloop.memory.store import open_store

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
WHOLE = [*range(1, 2 * TURNS + 3)]
"""The numbers of all moments of a run that nobody disturbed."""

TOLD = ["make it warm", *(f"step {n}" for n in range(2, TURNS + 1))]
OWNERS = """SELECT DISTINCT lease_owner FROM run
    WHERE id = ANY($1) AND lease_owner IS NOT NULL"""
ELSEWHERE = {"TEST_HOSTNAME": "another-machine", "EDITLOOP_LEASE_SECONDS": "3"}


@pytest.fixture
async def servers(tmp_path: Path, postgres_url: str) -> AsyncGenerator[Servers]:
    """Two servers' surroundings; the editor answers first turns and holds the others."""
    with edit_server(held=True, free_turns=1) as edits:
        yield Servers(tmp_path, postgres_url, edits)


async def tries(servers: Servers, run: str) -> int:
    """How often the work on a run was begun and not let go in order."""
    ((found,),) = await servers.rows("SELECT tries FROM job WHERE run_id = $1", run)
    return int(found)


async def turns_at(server: Api, run: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await server.run(run))["turns"]
    return found


async def test_a_run_of_a_killed_server_is_finished_by_the_other_and_told_once(
    servers: Servers,
) -> None:
    before: list[Moment] = []
    first: list[dict[str, Any]] = []
    heard = anyio.Event()

    async def listen(at: Api, run: str) -> None:
        async for moment in at.moments(run):
            before.append(moment)
            if moment.number == 3:
                heard.set()

    async with servers.start() as one, servers.start() as other:
        run = (await one.begin(key="k1"))["id"]
        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                group.start_soon(listen, one, run)
                await heard.wait()
                await servers.asked(2, one)
                first.extend(await turns_at(other, run))
                await one.end()
        again = await other.begin(key="k1")
        assert (again["id"], again["again"]) == (run, True)
        servers.edits.release.set()
        last = max(moment.number or 0 for moment in before)
        rest = [moment async for moment in other.moments(run, after=last)]
        found = await other.done(run)
    assert [m.number for m in (*before, *rest) if m.number] == WHOLE
    assert servers.edits.begun == [f"{run}:{turn}" for turn in (1, 2, 2, 3, 4)]
    assert [turn["instruction"] for turn in found["turns"]] == TOLD
    assert found["turns"][:1] == first
    assert await tries(servers, run) == 2


async def test_all_runs_of_a_killed_server_are_finished_each_edit_on_record_made_once(
    servers: Servers,
) -> None:
    async with servers.start("--at-once", "5") as one, servers.start("--at-once", "5") as other:
        runs = [(await one.begin(f"make it warm, {n}"))["id"] for n in range(5)]
        await servers.asked(10, one)
        kept = {f"{run}:{turn['number']}" for run in runs for turn in (await turns_at(other, run))}
        await one.end()
        servers.edits.release.set()
        found = [await other.done(run) for run in runs]
    assert kept == {f"{run}:1" for run in runs}
    assert all(servers.edits.begun.count(key) == 1 for key in kept)
    assert len(servers.edits.begun) == 5 * TURNS + 5
    assert all([t["number"] for t in run["turns"]] == [1, 2, 3, 4] for run in found)


async def test_the_lease_of_a_killed_server_of_another_machine_ends_by_itself(
    servers: Servers,
) -> None:
    async with servers.start(**ELSEWHERE) as one, servers.start() as other:
        run = (await one.begin())["id"]
        await servers.asked(2, one)
        await one.end()
        servers.edits.release.set()
        found = await other.done(run)
    assert [turn["instruction"] for turn in found["turns"]] == TOLD
    assert servers.edits.begun == [f"{run}:{turn}" for turn in (1, 2, 2, 3, 4)]


async def test_a_run_is_stopped_at_the_other_server_and_resumed_there(servers: Servers) -> None:
    async with servers.start() as one, servers.start() as other:
        run = (await one.begin())["id"]
        await servers.asked(2, one)
        stopped = await other.ask(run, "cancel")
        assert (stopped["status"], len(stopped["turns"])) == ("open", 1)
        assert (await one.run(run))["paused"]
        assert [m.name async for m in one.moments(run, after=3)] == ["run.paused"]
        servers.edits.release.set()
        await other.ask(run, "resume")
        found = await one.done(run)
    assert [turn["instruction"] for turn in found["turns"]] == TOLD
    assert servers.edits.begun == [f"{run}:{turn}" for turn in (1, 2, 2, 3, 4)]


async def test_runs_that_wait_are_shared(servers: Servers) -> None:
    servers.edits.free_turns = 0
    async with servers.start("--at-once", "1") as one, servers.start("--at-once", "1") as other:
        runs = [(await one.begin(f"make it warm, {n}"))["id"] for n in range(4)]
        await servers.asked(
            2, one, other
        )  # one of them is not the work of the server that was asked
        owners = await servers.rows(OWNERS, runs)
        servers.edits.release.set()
        found = [await other.done(run) for run in runs]
    assert len(owners) == 2
    assert [len(run["turns"]) for run in found] == [TURNS] * 4
    assert sorted(servers.edits.begun) == sorted(f"{r}:{n}" for r in runs for n in (1, 2, 3, 4))


async def test_a_server_that_is_stopped_hands_its_runs_over_and_that_is_no_crash(
    servers: Servers,
) -> None:
    async with servers.start() as one, servers.start() as other:
        run = (await one.begin())["id"]
        await servers.asked(2, one)
        code = await one.end(signal.SIGTERM)
        await servers.asked(3, other)
        assert await tries(servers, run) == 1
        servers.edits.release.set()
        found = await other.done(run)
    assert code in (0, 143)
    assert [turn["instruction"] for turn in found["turns"]] == TOLD
    assert servers.edits.begun == [f"{run}:{turn}" for turn in (1, 2, 2, 3, 4)]


async def test_a_server_that_is_started_later_goes_on_with_what_was_left(
    servers: Servers,
) -> None:
    async with servers.start() as one:
        run = (await one.begin())["id"]
        await servers.asked(2, one)
        await one.end()
    servers.edits.release.set()
    async with servers.start() as other:
        await other.done(run)
    async with open_store(servers.store) as store:
        found = await store.run(run)
    assert [len(turn.samples) for turn in found.turns] == [1] * TURNS
    assert found.status == "done"


async def test_servers_that_are_killed_again_and_again_repeat_nothing_that_is_on_record(
    servers: Servers,
) -> None:
    draw, edits = random.Random(4), servers.edits
    edits.release.set()
    runs: list[str] = []
    kills: list[tuple[set[str], int]] = []
    async with servers.start("--at-once", "4") as other:
        for _ in range(3):
            async with servers.start("--at-once", "4") as victim:
                runs += [(await victim.begin(f"make it warm, {n}"))["id"] for n in range(5)]
                await servers.asked(edits.asked + draw.randrange(1, 9), victim)
                kills.append((await on_record(servers), len(edits.begun)))
                await victim.end()
        found = [await other.done(run) for run in runs]
    assert [len(run["turns"]) for run in found] == [TURNS] * 15
    for safe, begun in kills:
        assert not safe & set(edits.begun[begun:])
    assert await on_record(servers) == {f"{run}:{n + 1}" for run in runs for n in range(TURNS)}


async def on_record(servers: Servers) -> set[str]:
    """The keys of the edits that are on record."""
    rows = await servers.rows("SELECT run_id, number FROM turn WHERE edited_sha IS NOT NULL")
    return {f"{run}:{number}" for run, number in rows}

"""Waiting with a client that listens: progress, and what becomes of a run whose call is broken."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from hosting import GOOD, Held, thinker
from making import png
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_doors import ERAS, Heard, House, facts, house, http_client, over_http

from editloop.server.mcp.rules import McpRules

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("era", ERAS)]


async def test_every_half_turn_is_told_and_the_numbers_grow(tmp_path: Path, era: str) -> None:
    heard = Heard()
    async with house(tmp_path) as at, Client(at.server, mode=era) as client:
        edit = {"image": at.photo(), "instruction": "make it warm"}
        await client.call_tool("edit_image", edit, progress_callback=heard)
        await heard.until("done after 3 turns")
    told = " / ".join(said for _, _, said in heard.notes)
    assert heard.grows
    for words in (
        "turn 1: edited, looking at it",
        "turn 1: score 3.5, refining 'warmer still'",
        "turn 2: edited",
        "turn 2: score 6.5, refining 'a bit'",
        "turn 3: edited",
        "turn 3: score 9.0",
    ):
        assert words in told


async def test_a_slow_edit_beats_while_nothing_happens(tmp_path: Path, era: str) -> None:
    held, heard = Held(), Heard()
    rules = McpRules(beat_seconds=0.02)
    async with (
        house(tmp_path, rules, editor=held.editor, thinker=thinker(GOOD)) as at,
        Client(at.server, mode=era) as client,
        anyio.create_task_group() as group,
    ):

        async def edit() -> None:
            asked = {"image": at.photo(), "instruction": "make it warm"}
            await client.call_tool("edit_image", asked, progress_callback=heard)

        group.start_soon(edit)
        await heard.until("editing, told 'make it warm' (0 s)")
        held.let_all()
    await heard.until("done after 1 turns")
    assert heard.grows
    assert len(heard.notes) >= 4


async def test_what_was_over_before_the_call_is_not_told_again(tmp_path: Path, era: str) -> None:
    held, heard = Held(free=1), Heard()
    async with (
        house(tmp_path, editor=held.editor) as at,
        Client(at.server, mode=era) as client,
        anyio.create_task_group() as group,
    ):
        run = await begun(at, client)
        await held.asked(2)

        async def wait() -> None:
            asked = {"run_id": run, "wait_seconds": 30}
            await client.call_tool("get_run", asked, progress_callback=heard)

        group.start_soon(wait)
        await heard.until("turn 2: editing")
        held.let_all()
    assert not any("turn 1" in said for _, _, said in heard.notes)
    assert heard.grows


async def test_a_call_that_is_taken_back_pauses_its_run_and_another_goes_on(
    tmp_path: Path, era: str
) -> None:
    held, heard = Held(free=1), Heard()
    async with asking(tmp_path, era, held) as (at, client):
        await taken_back(client, "edit_image", await a_wish(at), held, heard)
        paused = facts(await until_paused(client, "last"))
        run = paused["run"]
        held.let_all()
        asked = {"run_id": run, "wait_seconds": 30}
        waiting = facts(await client.call_tool("get_run", asked))
        late = facts(await client.call_tool("refine_run", {"run_id": run}))
    assert held.left.is_set()
    assert (paused["status"], len(paused["turns"])) == ("paused", 1)
    assert f'refine_run(run_id="{run}") goes on' in paused["next"]
    assert waiting["status"] == "paused"
    assert (late["run"], late["status"], len(late["turns"])) == (run, "done", 3)


async def test_looking_that_is_taken_back_leaves_the_run_alone(tmp_path: Path, era: str) -> None:
    held, heard = Held(free=1), Heard()
    async with asking(tmp_path, era, held) as (at, client):
        run = await begun(at, client)
        await taken_back(client, "get_run", {"run_id": run, "wait_seconds": 30}, held, heard)
        held.let_all()
        late = facts(await client.call_tool("get_run", {"run_id": run, "wait_seconds": 30}))
    assert late["status"] == "done"


async def test_a_run_can_be_gone_on_from_while_it_is_paused(tmp_path: Path, era: str) -> None:
    held, heard = Held(free=1), Heard()
    async with asking(tmp_path, era, held) as (at, client):
        await taken_back(client, "edit_image", await a_wish(at), held, heard)
        first = facts(await until_paused(client, "last"))["run"]
        held.let_all()
        more = {"run_id": first, "instruction": "cooler"}
        second = facts(await client.call_tool("refine_run", more))
        still = facts(await client.call_tool("get_run", {"run_id": first}))
    assert (second["parent"], second["status"]) == (first, "done")
    assert still["status"] == "paused"


async def test_over_http_only_the_newer_era_takes_a_call_back_by_leaving(
    tmp_path: Path, era: str
) -> None:
    held, heard = Held(free=1), Heard()
    async with house(tmp_path, editor=held.editor) as at, over_http(at.host) as url:
        async with anyio.create_task_group() as group, http_client(url, era) as client:

            async def edit() -> None:
                with suppress(MCPError):
                    await client.call_tool("edit_image", await a_wish(at), progress_callback=heard)

            group.start_soon(edit)
            await held.asked(2)
            await heard.until("turn 2: editing")
        async with http_client(url, era) as another:
            if era == "auto":
                found = await until_paused(another, "last")
            else:
                held.let_all()
                asked = {"run_id": "last", "wait_seconds": 30}
                found = await another.call_tool("get_run", asked)
    assert facts(found)["status"] == ("paused" if era == "auto" else "done")


async def test_a_server_that_ends_answers_at_once_with_what_there_is(
    tmp_path: Path, era: str
) -> None:
    held, ending = Held(free=1), False
    rules = McpRules(leaving=lambda: ending)
    found: list[dict[str, Any]] = []
    async with house(tmp_path, rules, editor=held.editor) as at, Client(at.server, mode=era) as one:

        async def edit() -> None:
            found.append(facts(await one.call_tool("edit_image", await a_wish(at))))

        async with anyio.create_task_group() as group:
            group.start_soon(edit)
            await held.asked(2)
            ending = True
    assert [(run["status"], len(run["turns"])) for run in found] == [("running", 1)]


@asynccontextmanager
async def asking(folder: Path, era: str, held: Held) -> AsyncGenerator[tuple[House, Client]]:
    """Over HTTP, where both eras take a call back in their own way."""
    async with (
        house(folder, editor=held.editor) as at,
        over_http(at.host) as url,
        http_client(url, era) as client,
    ):
        yield at, client


async def a_wish(at: House) -> dict[str, Any]:
    source = await at.host.agent.images.put(png(7))
    return {"image": f"sha256:{source.sha256}", "instruction": "make it warm"}


async def begun(at: House, client: Client) -> str:
    """Begin a run without waiting for it."""
    edit = {**await a_wish(at), "wait_seconds": 0}
    run: str = facts(await client.call_tool("edit_image", edit))["run"]
    return run


async def taken_back(
    client: Client, name: str, arguments: dict[str, Any], held: Held, heard: Heard
) -> None:
    """Call a tool, and cancel the call while the second edit is held."""
    async with anyio.create_task_group() as group:

        async def call() -> None:
            await client.call_tool(name, arguments, progress_callback=heard)

        group.start_soon(call)
        await held.asked(2)
        await heard.until("turn 2: editing")
        group.cancel_scope.cancel()


async def until_paused(client: Client, run: str) -> Any:
    """Look at a run until nobody works on it: the pause comes after the cancelling."""
    with anyio.fail_after(60):
        while True:
            found = await client.call_tool("get_run", {"run_id": run})
            if facts(found)["status"] != "running":
                return found

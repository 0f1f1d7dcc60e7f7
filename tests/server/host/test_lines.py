"""Who is next: callers take turns, and a run waits for the engines that it was begun with."""

import logging
from pathlib import Path
from typing import Any

import anyio
import pytest
from hosting import Held, an_agent, hosted, thinker, wish
from making import critique, fixed, png

from editloop.memory import InputError, LimitReached
from editloop.memory.store.jobs import Engines
from editloop.server.host import Bounds, Host
from editloop.server.principals import LOCAL, Principal
from editloop.tools import Abilities, Edited, Picture, ScriptedEditor

pytestmark = pytest.mark.anyio

ANN, BOB = Principal(name="ann"), Principal(name="bob")
GOOD = critique(9, 9, "ok")
COSTLY = Abilities(seed=True, cost=0.1)


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def test_a_caller_with_one_run_does_not_wait_for_all_runs_of_another(
    tmp_path: Path, address: str
) -> None:
    async with hosted(tmp_path, store=address, host={"works": False}) as host:
        many = [(await host.begin(await wish(host, shade=n), ANN)).run.id for n in range(6)]
        jobs, engines = host.agent.store.jobs, _engines(host)
        assert [await jobs.next(engines) for _ in range(3)] == many[:3]
        one = (await host.begin(await wish(host, shade=9), BOB)).run.id
        rest = [await jobs.next(engines) for _ in range(4)]
    assert rest.index(one) == 1  # behind what is worked on; who asks often does not overtake all


async def test_two_callers_who_wait_take_turns(tmp_path: Path, address: str) -> None:
    async with hosted(tmp_path, store=address, host={"works": False}) as host:
        whose: dict[str, str] = {}
        for who in (ANN, BOB):
            for shade in range(3):
                whose[(await host.begin(await wish(host, shade=shade), who)).run.id] = who.name
        jobs, engines = host.agent.store.jobs, _engines(host)
        found = [whose[await jobs.next(engines) or ""] for _ in range(6)]
    assert found == ["ann", "bob"] * 3


async def test_a_run_waits_for_the_editor_that_it_was_begun_with(
    tmp_path: Path, address: str
) -> None:
    """Two servers on one store, one of which has another, perhaps costly, editor."""
    held = Held()
    other = Held(free=1_000_000).editor
    other.name = "another"
    async with (
        hosted(tmp_path, store=address, editor=held.editor, host={"at_once": 1}) as one,
        hosted(tmp_path, store=address, editor=other) as two,
    ):
        ids = [(await one.begin(await wish(one, shade=n), ANN)).run.id for n in range(3)]
        mine = await two.wait((await two.begin(await wish(two), ANN)).run.id, ANN, 20)
        assert (await one.waiting(), await two.waiting()) == (2, 0)
        held.let_all()
        runs = [await two.wait(each, ANN, 20) for each in ids]
    assert [run.status for run in (mine, *runs)] == ["done"] * 4
    assert held.entered == sum(len(run.turns) for run in runs)


async def test_a_run_of_another_editor_is_not_gone_on_with_and_the_server_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held = Held()
    held.editor.name = "away"
    async with hosted(tmp_path, editor=held.editor, host={"at_once": 1}) as gone:
        waits, paused = [(await gone.begin(await wish(gone, shade=n), ANN)).run for n in range(2)]
        await gone.pause(paused.id, ANN)
    with caplog.at_level(logging.WARNING, "editloop.server.host"):
        async with hosted(tmp_path) as host:
            with pytest.raises(InputError, match=r"begun with editor 'away'.*or fork it"):
                await host.resume(paused.id, ANN)
            forked = await host.fork(paused.id, ANN, turn=0)
            assert (await host.wait(forked.run.id, ANN, 20)).status == "done"
            still = await host.run(waits.id, ANN)
    assert (still.status, still.turns) == ("open", ())
    assert "editor 'away'" in caplog.text


@pytest.mark.parametrize("limits", [{"runs_per_minute": 3}, {"runs_at_once": 3}])
async def test_a_ceiling_holds_however_many_ask_at_the_same_moment_at_two_servers(
    tmp_path: Path, address: str, limits: dict[str, Any]
) -> None:
    held, ann = Held(), Principal(name="ann", **limits)
    begun: list[str] = []
    refused: list[LimitReached] = []
    async with (
        hosted(tmp_path, store=address, editor=held.editor) as one,
        hosted(tmp_path, store=address, editor=held.editor) as two,
    ):

        async def ask(host: Host, shade: int) -> None:
            try:
                begun.append((await host.begin(await wish(host, shade=shade), ann)).run.id)
            except LimitReached as error:
                refused.append(error)

        async with anyio.create_task_group() as group:
            for shade in range(12):
                group.start_soon(ask, (one, two)[shade % 2], shade)
        held.let_all()
    assert (len(begun), len(refused)) == (3, 9)


async def test_a_request_that_is_repeated_at_the_same_moment_counts_once(
    tmp_path: Path, address: str
) -> None:
    held, ann = Held(), Principal(name="ann", runs_at_once=1)
    begun: set[str] = set()
    async with (
        hosted(tmp_path, store=address, editor=held.editor) as one,
        hosted(tmp_path, store=address, editor=held.editor) as two,
    ):
        made = await wish(one)

        async def ask(host: Host) -> None:
            begun.add((await host.begin(made, ann, key="k")).run.id)

        async with anyio.create_task_group() as group:
            for host in (one, two) * 5:
                group.start_soon(ask, host)
        held.let_all()
    assert len(begun) == 1


async def test_a_run_may_spend_what_its_caller_has_left_for_the_day(tmp_path: Path) -> None:
    ann, more = Principal(name="ann", cost_per_day=0.25), Bounds(cost=9)
    pictures = (Picture(png(shade), "image/png") for shade in range(10, 90, 10))
    costly = ScriptedEditor(*(Edited(each, cost=0.1) for each in pictures), abilities=COSTLY)
    async with hosted(tmp_path, editor=costly, rules=fixed(9)) as host:
        begun = await host.begin(await wish(host, bounds=more), ann)
        run = await host.wait(begun.run.id, ann, 20)
    assert run.stop
    assert (run.stop.reason, len(run.turns), run.settings["cost"]) == ("budget", 2, 0.25)


async def test_no_more_runs_are_worked_on_than_allowed_while_others_end(tmp_path: Path) -> None:
    seen: list[int] = []

    async def before(_: object) -> None:
        seen.append(host.working)

    editor = ScriptedEditor(before=before)
    two = {"at_once": 2}
    async with hosted(tmp_path, editor=editor, thinker=thinker(GOOD), host=two) as host:

        async def ask(shade: int) -> None:
            for _ in range(8):
                begun = await host.begin(await wish(host, shade=shade), ANN)
                await host.wait(begun.run.id, ANN, 30)

        async with anyio.create_task_group() as group:
            for shade in range(6):
                group.start_soon(ask, shade)
    assert (len(seen), max(seen)) == (48, 2)


async def test_a_run_is_resumed_before_it_has_been_let_go(tmp_path: Path, address: str) -> None:
    """One asks to stop, and goes on at once; the worker has not looked in between."""
    held = Held(free=1)
    async with (
        hosted(tmp_path, store=address, editor=held.editor, host={"poll_seconds": 60}) as one,
        hosted(tmp_path, store=address, host={"works": False}) as other,
    ):
        run = (await one.begin(await wish(one), ANN)).run
        await held.asked(2)
        await other.agent.store.jobs.want(run.id, "pause")
        await other.resume(run.id, ANN)
        mark = (await other.agent.store.jobs.marks([run.id]))[run.id]
        held.let_all()
        ended = await other.wait(run.id, ANN, 20)
    assert (mark.held, mark.wanted, ended.status) == (True, "run", "done")


async def test_two_may_resume_a_run_of_a_command_line_at_once(tmp_path: Path, address: str) -> None:
    held = Held()
    async with (
        an_agent(tmp_path, store=address, editor=held.editor) as typed,
        anyio.create_task_group() as group,
    ):
        group.start_soon(typed.run, await typed.task(png(1), "make it warm"))
        await held.asked(1)
        group.cancel_scope.cancel()
    async with (
        hosted(tmp_path, store=address) as one,
        hosted(tmp_path, store=address) as two,
    ):
        run = await one.run("last", LOCAL)
        async with anyio.create_task_group() as group:
            for host in (one, two) * 4:
                group.start_soon(host.resume, run.id, LOCAL)
        ended = await one.wait(run.id, LOCAL, 20)
    assert (ended.status, len(ended.turns)) == ("done", 3)


async def test_whoever_waits_elsewhere_keeps_a_run_going(tmp_path: Path, address: str) -> None:
    held = Held()
    async with (
        hosted(tmp_path, store=address, editor=held.editor) as one,
        hosted(tmp_path, store=address, host={"works": False}) as two,
    ):
        made = await wish(one)
        run = (await one.begin(made, ANN, key="k", heard=True)).run
        await held.asked(1)
        assert (await two.begin(made, ANN, key="k", heard=True)).run.id == run.id
        await one.leave(run.id)
        assert not await one.paused(run)
        assert one.working == 1
        await two.leave(run.id)
        with anyio.fail_after(20):
            await held.left.wait()
            left = await two.wait(run.id, ANN, 20)
        assert await two.paused(left)


def _engines(host: Host) -> Engines:
    return Engines(host.agent.editor.name, host.agent.kit.thinker.name)

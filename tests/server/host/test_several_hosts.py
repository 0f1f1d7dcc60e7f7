"""Several hosts on one store share the work, and each answers for every run."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from hosting import Held, an_agent, hosted, thinker, wish
from making import fixed

from editloop.agent import TurnEdited
from editloop.memory import LeaseLost, Run, RunNotFound
from editloop.memory.store.jobs import MOST_TRIES, Engines
from editloop.server.host import Host
from editloop.server.principals import LOCAL, Principal

pytestmark = pytest.mark.anyio

ANN, BOB = Principal(name="ann"), Principal(name="bob")
ELSEWHERE = "another-machine:1:abcdef12:000000"
"""A worker of which nobody here can know whether it lives."""


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@asynccontextmanager
async def two(
    folder: Path, address: str, first: dict[str, Any], second: dict[str, Any]
) -> AsyncGenerator[tuple[Host, Host]]:
    async with (
        hosted(folder, store=address, **first) as one,
        hosted(folder, store=address, **second) as other,
    ):
        yield one, other


async def test_a_run_that_waits_at_one_is_worked_on_by_another(
    tmp_path: Path, address: str
) -> None:
    held = Held()
    async with two(tmp_path, address, {"host": {"works": False}}, {}) as (one, _):
        run = await one.wait((await one.begin(await wish(one), ANN)).run.id, ANN, 20)
    assert (run.status, len(run.turns)) == ("done", 3)
    assert held.entered == 0


async def test_what_happens_elsewhere_is_heard_in_order_and_once(
    tmp_path: Path, address: str
) -> None:
    async with two(tmp_path, address, {"host": {"works": False}}, {}) as (one, _):
        begun = await one.begin(await wish(one), ANN)
        with anyio.fail_after(60):
            async with one.moments(begun.run.id, ANN) as moments:
                found = [moment.number async for moment in moments]
    assert found == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_run_is_paused_from_another_host_and_resumed_there(
    tmp_path: Path, address: str
) -> None:
    held = Held(free=1)
    mine = {"editor": held.editor}
    async with two(tmp_path, address, mine, {"host": {"works": False}}) as (one, other):
        begun = await one.begin(await wish(one), ANN)
        await held.asked(2)
        paused = await other.pause(begun.run.id, ANN)
        assert (paused.status, one.working) == ("open", 0)
        held.let_all()
        await other.resume(begun.run.id, ANN)
        run = await other.wait(begun.run.id, ANN, 20)
    assert (run.status, len(run.turns)) == ("done", 3)


async def test_a_host_that_ends_hands_its_runs_to_the_others(tmp_path: Path, address: str) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, store=address, rules=fixed(3)) as other:
        async with hosted(tmp_path, store=address, editor=held.editor, host={"at_once": 9}) as one:
            begun = await one.begin(await wish(one), ANN)
            await held.asked(2)
        run = await other.wait(begun.run.id, ANN, 20)
    assert (run.status, [turn.number for turn in run.turns]) == ("done", [1, 2, 3])


async def test_the_run_of_a_worker_that_is_silent_is_gone_on_with_when_its_lease_ends(
    tmp_path: Path, address: str
) -> None:
    """The first worker holds the run, writes a turn, and is never heard of again."""
    async with an_agent(tmp_path, store=address, owner=ELSEWHERE, lease_seconds=0.5) as lost:
        run = await _half_done(lost.store, lost, "k")
    async with hosted(tmp_path, store=address, rules=fixed(3)) as host:
        again = await host.begin(await wish(host), ANN, key="k")
        ended = await host.wait(run.id, ANN, 20)
    assert (again.run.id, again.again) == (run.id, True)
    assert [turn.number for turn in ended.turns] == [1, 2, 3]
    assert ended.turns[0].edited == run.turns[0].edited


async def _half_done(store: Any, agent: Any, key: str) -> Run:
    """A run that this worker holds, whose first edit is written."""
    async with Host(agent, works=False).open() as host:
        made = await wish(host)
    run = agent.fresh(made.task("ann"))
    await store.jobs.add(run, "ann", hold=True, key=key, print_=made.digest)
    async with agent.stream(run.id) as events:
        async for event in events:
            if isinstance(event, TurnEdited):
                run = event.run
                break
    await store.jobs.next(Engines.of(run))  # held again, as by a worker that is cut off
    return run


async def test_a_run_that_takes_every_worker_along_is_given_up_with_a_reason(
    tmp_path: Path, address: str
) -> None:
    async with an_agent(tmp_path, store=address, owner=ELSEWHERE, lease_seconds=0.001) as lost:
        run = await _half_done(lost.store, lost, "")
        while not await lost.store.jobs.given_up():
            await lost.store.jobs.next(Engines.of(run))  # as if each had been cut off
    async with hosted(tmp_path, store=address) as host:
        ended = await host.wait(run.id, ANN, 20)
    assert ended.failure
    assert f"begun {MOST_TRIES} times" in ended.failure.message
    assert (ended.status, ended.answer) == ("done", 1)  # what it has is its answer


async def test_runs_that_end_in_order_never_count_as_tries(tmp_path: Path, address: str) -> None:
    held = Held()
    async with hosted(tmp_path, store=address, host={"works": False}) as asking:
        begun = await asking.begin(await wish(asking), ANN)
        for _ in range(MOST_TRIES + 2):
            before = held.entered
            async with hosted(tmp_path, store=address, editor=held.editor):
                await held.asked(before + 1)
        held.let_all()
        async with hosted(tmp_path, store=address, editor=held.editor):
            run = await asking.wait(begun.run.id, ANN, 20)
    assert run.status == "done"


async def test_the_same_key_at_two_hosts_at_the_same_moment_begins_one_run(
    tmp_path: Path, address: str
) -> None:
    found: list[str] = []
    async with two(tmp_path, address, {}, {}) as (one, other):
        made = await wish(one)

        async def ask(host: Host) -> None:
            found.append((await host.begin(made, ANN, key="k")).run.id)

        async with anyio.create_task_group() as group:
            for host in (one, other) * 6:
                group.start_soon(ask, host)
        run = await one.wait(found[0], ANN, 20)
    assert len(set(found)) == 1
    assert len(run.turns) == 3


async def test_many_runs_are_each_done_once_by_one_of_them(tmp_path: Path, address: str) -> None:
    first, second = Held(free=10_000), Held(free=10_000)
    mine: dict[str, Any] = {"thinker": thinker(), "host": {"at_once": 3}}
    async with two(
        tmp_path, address, {"editor": first.editor, **mine}, {"editor": second.editor, **mine}
    ) as (one, other):
        wishes = [await wish(one, shade=shade) for shade in range(20)]
        ids = [(await one.begin(each, ANN)).run.id for each in wishes]
        runs = [await other.wait(run_id, ANN, 30) for run_id in ids]
    assert all(run.status == "done" for run in runs)
    assert first.entered + second.entered == sum(len(run.turns) for run in runs)


async def test_a_run_of_a_command_line_is_not_stopped_from_here_but_can_be_gone_on_with(
    tmp_path: Path, address: str
) -> None:
    held = Held(free=1)
    async with (
        an_agent(tmp_path, store=address, editor=held.editor) as typed,
        hosted(tmp_path, store=address, rules=fixed(3)) as host,
    ):
        task = (await wish(host)).task("x")
        async with anyio.create_task_group() as group:
            group.start_soon(typed.run, task)
            await held.asked(2)
            with pytest.raises(LeaseLost, match="stop it there"):
                await host.pause("last", LOCAL)
            group.cancel_scope.cancel()
        run = await host.run("last", LOCAL)
        assert await host.paused(run)
        await host.resume(run.id, LOCAL)
        ended = await host.wait(run.id, LOCAL, 20)
    assert (ended.status, len(ended.turns)) == ("done", 3)


async def test_a_run_that_is_removed_ends_its_listeners(tmp_path: Path, address: str) -> None:
    async with hosted(tmp_path, store=address, host={"works": False}) as host:
        begun = await host.begin(await wish(host), ANN)
        with anyio.fail_after(60):
            async with host.moments(begun.run.id, ANN) as moments:
                async for _ in moments:
                    await host.agent.store.remove(begun.run.id)
        with pytest.raises(RunNotFound):
            await host.run(begun.run.id, ANN)

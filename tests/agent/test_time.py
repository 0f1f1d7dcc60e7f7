"""Cancellation, deadlines, leases: a run that is cut off is resumable, and nothing is done twice."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from anyio import Event, create_task_group, sleep_forever
from making import critique, fixed, picture, png

from editloop.agent import EditAgent, Editing
from editloop.agent.scope import helpers
from editloop.memory import LeaseLost, RunNotFound, StopReason
from editloop.memory.store import open_store
from editloop.policies import Comparison, ScriptedThinker
from editloop.tools import EditRequest, ScriptedEditor

pytestmark = pytest.mark.anyio
MakeAgent = Callable[..., AbstractAsyncContextManager[EditAgent]]


class Gate:
    """Blocks the n-th call for ever, and says when it is reached."""

    def __init__(self, nth: int) -> None:
        self.nth = nth
        self.calls = 0
        self.reached = Event()

    async def __call__(self, _: EditRequest | Comparison) -> None:
        self.calls += 1
        if self.calls == self.nth:
            self.reached.set()
            await sleep_forever()


async def cancelled_at(agent: EditAgent, gate: Gate) -> str:
    """Start a run, cancel it when the gate is reached, and return its id."""
    task = await agent.task(png(99), "a")
    async with create_task_group() as group:
        group.start_soon(agent.run, task)
        await gate.reached.wait()
        group.cancel_scope.cancel()
    return (await agent.kit.store.run("last")).id


async def test_a_run_cancelled_in_the_editor_resumes_at_that_edit(make_agent: MakeAgent) -> None:
    gate = Gate(2)
    editor = ScriptedEditor(picture(1), picture(2), picture(3), before=gate)
    thinker = ScriptedThinker(critique(5, 5, "b"), critique(6, 6, "c"))
    async with make_agent(editor=editor, thinker=thinker, rules=fixed(2)) as agent:
        run_id = await cancelled_at(agent, gate)
        assert (await agent.kit.store.run(run_id)).status == "open"
        run = await agent.resume(run_id)

    assert [request.instruction for request in editor.requests] == ["a", "b", "b"]
    assert len(thinker.comparisons) == 2
    assert (run.status, run.answer, len(run.turns)) == ("done", 2, 2)


async def test_a_run_cancelled_in_the_thinker_keeps_the_edit(make_agent: MakeAgent) -> None:
    gate = Gate(1)
    editor = ScriptedEditor(picture(1))
    thinker = ScriptedThinker(critique(9, 9, "a"), before=gate)
    async with make_agent(editor=editor, thinker=thinker) as agent:
        run_id = await cancelled_at(agent, gate)
        half = await agent.kit.store.run(run_id)
        assert half.turns[0].edit_done
        assert not half.turns[0].done
        run = await agent.resume(run_id)

    assert len(editor.requests) == 1
    assert run.status == "done"


async def test_a_deadline_ends_a_run_with_the_best_so_far(make_agent: MakeAgent) -> None:
    gate = Gate(2)
    editor = ScriptedEditor(picture(1), picture(2), before=gate)
    thinker = ScriptedThinker(critique(5, 5, "b"))
    async with make_agent(editor=editor, thinker=thinker, seconds=2) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert run.stop is not None
    assert run.stop.reason is StopReason.BUDGET
    assert run.answer == 1


async def test_resuming_a_closed_run_asks_nobody(make_agent: MakeAgent) -> None:
    editor = ScriptedEditor(picture(1))
    thinker = ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=editor, thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "a"))
        assert await agent.resume(run.id) == run
        with pytest.raises(RunNotFound):
            await agent.resume("zzzzzz")

    assert len(editor.requests) == 1


async def test_a_run_that_another_worker_owns_cannot_be_resumed(
    make_agent: MakeAgent, tmp_path: Path
) -> None:
    gate = Gate(1)
    editor = ScriptedEditor(picture(1), before=gate)
    thinker = ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=editor, thinker=thinker) as agent:
        task = await agent.task(png(99), "a")
        async with create_task_group() as group:
            group.start_soon(agent.run, task)
            await gate.reached.wait()
            url = f"sqlite:///{tmp_path / 'editloop.db'}"
            async with open_store(url, owner="another worker") as other:
                with pytest.raises(LeaseLost):
                    await other.claim((await other.run("last")).id)
            group.cancel_scope.cancel()


async def test_events_come_in_order_and_end_with_the_closed_run(make_agent: MakeAgent) -> None:
    thinker = ScriptedThinker("nonsense", critique(5, 5, "b"), critique(9, 9, "c"))
    editor = ScriptedEditor(picture(1), picture(2))
    async with (
        make_agent(editor=editor, thinker=thinker) as agent,
        agent.stream(await agent.task(png(99), "a")) as events,
    ):
        names = [type(event).__name__ async for event in events]

    turn = ["Editing", "TurnEdited", "TurnCriticised"]
    first = [*turn[:2], "Retrying", turn[2]]
    assert names == ["Opened", *first, *turn, "Closed"]


async def test_leaving_a_stream_early_cancels_the_run_and_leaves_it_resumable(
    make_agent: MakeAgent,
) -> None:
    gate = Gate(2)
    editor = ScriptedEditor(picture(1), before=gate)
    thinker = ScriptedThinker(critique(5, 5, "b"), critique(9, 9, "b"))
    async with make_agent(editor=editor, thinker=thinker) as agent:
        async with agent.stream(await agent.task(png(99), "a")) as events:
            async for event in events:
                if isinstance(event, Editing) and event.turn.number == 2:
                    await gate.reached.wait()
                    break
        open_run = await agent.kit.store.run("last")
        assert open_run.status == "open"
        assert (await agent.resume(open_run.id)).status == "done"


async def test_a_heart_that_beats_fast_disturbs_no_run(make_agent: MakeAgent) -> None:
    editor = ScriptedEditor(picture(1))
    thinker = ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=editor, thinker=thinker, lease_seconds=0.003) as agent:
        task = await agent.task(png(99), "a")
        async with agent.run_many([task] * 100, limit=20) as outcomes:
            failures = [outcome.failure async for outcome in outcomes if outcome.failure]

    assert failures == []


async def test_two_errors_at_once_are_one_error_with_a_note() -> None:
    async def fail() -> None:
        raise LeaseLost("taken")

    async def both() -> None:
        async with helpers() as group:
            group.start_soon(fail)
            try:
                await sleep_forever()
            finally:
                raise ZeroDivisionError("too")

    with pytest.raises((LeaseLost, ZeroDivisionError)) as caught:
        await both()

    assert len(caught.value.__notes__) == 1
    assert caught.value.__notes__[0].startswith("and at the same time")

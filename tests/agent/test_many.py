"""Many runs at once."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest
from anyio import CapacityLimiter, lowlevel
from making import critique, picture, png

from editloop.agent import EditAgent
from editloop.memory import EditorRejected, Run, Stop, StoreError, Task
from editloop.policies import MaxTurns, Rules, ScriptedThinker
from editloop.tools import EditRequest, ScriptedEditor

pytestmark = pytest.mark.anyio
MakeAgent = Callable[..., AbstractAsyncContextManager[EditAgent]]


class Crash:
    """A stop policy with a bug that one instruction meets."""

    def decide(self, run: Run) -> Stop | None:
        if run.task.instruction == "bug":
            raise ZeroDivisionError("a bug")
        return MaxTurns(1).decide(run)


class Crowd:
    """Counts how many calls are under way at once."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0

    async def __call__(self, request: EditRequest) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(5):
            await lowlevel.checkpoint()
        self.now -= 1
        if request.instruction == "poison":
            raise EditorRejected("poisoned")


async def test_a_thousand_runs_complete_and_one_poisoned_run_fails_alone(
    make_agent: MakeAgent,
) -> None:
    crowd = Crowd()
    parts = {
        "editor": ScriptedEditor(picture(1), before=crowd),
        "thinker": ScriptedThinker(critique(9, 9, "a")),
        "editing": CapacityLimiter(32),
        "thinking": CapacityLimiter(32),
    }
    async with make_agent(**parts) as agent:
        task = await agent.task(png(99), "a")
        tasks = [task.but(instruction="poison" if i == 500 else f"a {i}") for i in range(1000)]
        async with agent.run_many(tasks, limit=1000) as outcomes:
            seen = [outcome async for outcome in outcomes]

    assert sorted(outcome.index for outcome in seen) == list(range(1000))
    failed = [o.index for o in seen if o.run is None or o.run.status != "done"]
    assert failed == [500]
    assert crowd.most <= 32


async def test_no_more_than_the_limit_run_at_once_and_tasks_are_taken_as_there_is_room(
    make_agent: MakeAgent,
) -> None:
    crowd = Crowd()
    taken = 0
    finished = 0
    most_ahead = 0

    parts = {
        "editor": ScriptedEditor(picture(1), before=crowd),
        "thinker": ScriptedThinker(critique(9, 9, "a")),
        "editing": CapacityLimiter(100),
    }
    async with make_agent(**parts) as agent:
        task = await agent.task(png(99), "a")

        def tasks() -> Iterator[Task]:
            nonlocal taken, most_ahead
            for _ in range(20):
                taken += 1
                most_ahead = max(most_ahead, taken - finished)
                yield task

        async with agent.run_many(tasks(), limit=3) as outcomes:
            async for _ in outcomes:
                finished += 1

    assert finished == 20
    assert crowd.most <= 3
    assert most_ahead <= 3 + 1 + 3  # at work, in the reader's hand, and waiting to hand over


async def test_tasks_may_come_from_an_async_iterable(make_agent: MakeAgent) -> None:
    parts = {
        "editor": ScriptedEditor(picture(1)),
        "thinker": ScriptedThinker(critique(9, 9, "a")),
    }
    async with make_agent(**parts) as agent:
        task = await agent.task(png(99), "a")

        async def tasks() -> AsyncIterator[Task]:
            for _ in range(3):
                await lowlevel.checkpoint()
                yield task

        async with agent.run_many(tasks(), limit=2) as outcomes:
            assert sorted([outcome.index async for outcome in outcomes]) == [0, 1, 2]


async def test_a_run_whose_source_is_gone_is_an_outcome_with_a_failure(
    make_agent: MakeAgent,
) -> None:
    parts = {
        "editor": ScriptedEditor(picture(1)),
        "thinker": ScriptedThinker(critique(9, 9, "a")),
    }
    async with make_agent(**parts) as agent:
        good = await agent.task(png(99), "a")
        bad = await agent.task(png(98), "a")
        await agent.kit.images.delete(bad.source.sha256)
        async with agent.run_many([good, bad], limit=2) as outcomes:
            by_index = {outcome.index: outcome async for outcome in outcomes}

    assert by_index[0].run is not None
    assert by_index[1].run is None
    assert by_index[1].failure is not None
    assert by_index[1].failure.border == StoreError.border


async def test_a_limit_below_one_is_refused(make_agent: MakeAgent) -> None:
    parts = {"editor": ScriptedEditor(), "thinker": ScriptedThinker(critique(9, 9, "a"))}
    async with make_agent(**parts) as agent:
        with pytest.raises(ValueError, match="at least 1"):
            async with agent.run_many([], limit=0):
                pass


async def test_a_bug_in_one_run_does_not_take_the_others_along(
    make_agent: MakeAgent, caplog: pytest.LogCaptureFixture
) -> None:
    parts = {
        "editor": ScriptedEditor(picture(1)),
        "thinker": ScriptedThinker(critique(9, 9, "a")),
        "rules": Rules(stop=Crash()),
    }
    async with make_agent(**parts) as agent:
        good = await agent.task(png(99), "a")
        async with agent.run_many([good, good.but(instruction="bug")], limit=2) as outcomes:
            by_index = {outcome.index: outcome async for outcome in outcomes}

    assert by_index[0].run is not None
    assert by_index[1].failure is not None
    assert by_index[1].failure.kind == "InternalError"
    assert "task 1 ended with a bug" in caplog.text

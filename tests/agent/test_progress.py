"""Steps of an edit reach whoever watches the run."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import anyio
import pytest
from anyio import to_thread
from making import critique, fixed, picture, png

from editloop.agent import EditAgent, EditProgress, TurnEdited
from editloop.policies import ScriptedThinker
from editloop.tools import EditRequest, Progress, ScriptedEditor, Watch

pytestmark = pytest.mark.anyio
MakeAgent = Callable[..., AbstractAsyncContextManager[EditAgent]]


@pytest.mark.parametrize("thread", [True, False])
async def test_progress_told_on_any_thread_is_an_event_before_the_turn_is_edited(
    make_agent: MakeAgent, thread: bool
) -> None:
    seen = anyio.Event()

    async def steps(request: EditRequest) -> None:
        assert request.watch is not None
        if thread:
            await to_thread.run_sync(request.watch, Progress(3, 28))
        else:
            request.watch(Progress(3, 28))
        await seen.wait()

    editor, thinker = ScriptedEditor(picture(1), before=steps), ScriptedThinker(critique(9, 9, "a"))
    heard: list[object] = []
    async with make_agent(editor=editor, thinker=thinker, rules=fixed(1)) as agent:
        task = await agent.task(png(99), "a")
        async with agent.stream(task) as events:
            async for event in events:
                heard.append(event)
                if isinstance(event, EditProgress):
                    assert event.progress == Progress(3, 28)
                    seen.set()

    kinds = [type(event) for event in heard]
    assert kinds.count(EditProgress) == 1
    assert kinds.index(EditProgress) < kinds.index(TurnEdited)


async def test_an_editor_that_tells_progress_after_its_edit_is_not_heard_and_not_held_up(
    make_agent: MakeAgent,
) -> None:
    watches: list[Watch] = []

    async def keep(request: EditRequest) -> None:
        assert request.watch is not None
        watches.append(request.watch)

    editor, thinker = ScriptedEditor(picture(1), before=keep), ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=editor, thinker=thinker, rules=fixed(1)) as agent:
        async with agent.stream(await agent.task(png(99), "a")) as events:
            heard = [event async for event in events]
        with anyio.fail_after(60):
            await to_thread.run_sync(watches[0], Progress(3, 28))
    assert not any(isinstance(event, EditProgress) for event in heard)

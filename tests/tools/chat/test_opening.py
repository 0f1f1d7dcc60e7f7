"""Opening an agent for a chat, and closing it; runs that are broken off."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from threading import Barrier

import anyio
import pytest
from anyio import to_thread
from chatting import Agents, Shown, attached, call, edit, scene, script
from making import critique, picture, png
from pydantic_ai import Agent
from pydantic_ai.messages import ToolCallPart

import editloop
from editloop.agent import EditAgent
from editloop.agent.settings import Settings
from editloop.agent.wiring import build
from editloop.memory import SettingsError
from editloop.policies import ScriptedThinker
from editloop.tools import EditRequest, ScriptedEditor
from editloop.tools.chat import ImageEditing, ImageTools, Loop

pytestmark = pytest.mark.anyio


class Door:
    """Opens an agent, in a scope that only the task that entered it may leave."""

    def __init__(self, agent: EditAgent) -> None:
        self.agent = agent
        self.events: list[str] = []

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[EditAgent]:
        async with anyio.create_task_group():
            self.events.append("opened")
            yield self.agent
            self.events.append("closed")


@pytest.fixture
def door(scripted: Agents) -> Door:
    editor = ScriptedEditor(picture(1), picture(2))
    return Door(scripted(editor, ScriptedThinker(critique(7, 7, "more")), 1))


async def test_an_edit_agent_and_its_builder_fit(door: Door) -> None:
    loop: Loop = door.agent
    assert ImageTools(loop)
    assert ImageEditing(editloop.build)
    assert editloop.ImageEditing is ImageEditing


async def test_an_agent_is_open_as_long_as_a_run_of_the_chat(door: Door) -> None:
    said = script(edit("brighten it"), "Done.")

    await Agent(said.model, capabilities=[ImageEditing(door.open)]).run([attached(scene())])

    assert door.events == ["opened", "closed"]


async def test_an_agent_is_opened_once_for_all_runs_inside_of_the_chat_agent(door: Door) -> None:
    said = script("Hello.", "Hello again.")
    chat = Agent(said.model, capabilities=[ImageEditing(door.open)])

    async with chat:
        await chat.run("hello")
        await chat.run("hello")
        assert door.events == ["opened"]

    assert door.events == ["opened", "closed"]


async def test_the_one_that_opened_may_leave_before_the_others(door: Door) -> None:
    tools = ImageTools(door.open)
    inside, leave, left = anyio.Event(), anyio.Event(), anyio.Event()

    async def first() -> None:
        async with tools:
            inside.set()
            await leave.wait()
        left.set()

    async with anyio.create_task_group() as group:
        group.start_soon(first)
        await inside.wait()
        async with tools:
            leave.set()
            await left.wait()
            assert door.events == ["opened"]

    assert door.events == ["opened", "closed"]


async def test_an_agent_that_is_given_open_stays_open(door: Door) -> None:
    async with ImageTools(door.agent):
        pass

    assert door.events == []


async def test_an_agent_that_cannot_be_opened_says_so_and_may_be_tried_again(door: Door) -> None:
    @asynccontextmanager
    async def opening() -> AsyncGenerator[EditAgent]:
        door.events.append("tried")
        if len(door.events) == 1:
            raise SettingsError("there is no editor 'nobody'")
        yield door.agent

    tools = ImageTools(opening)
    with pytest.raises(SettingsError, match="nobody"):
        async with tools:
            raise AssertionError("it opened")

    async with tools:
        pass

    assert door.events == ["tried", "tried"]


async def test_an_agent_whose_opening_hangs_is_given_up_with_the_run(door: Door) -> None:
    @asynccontextmanager
    async def hanging() -> AsyncGenerator[EditAgent]:
        begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            door.events.append("given up")
        yield door.agent

    begun = anyio.Event()
    chat = Agent(script("Hello.").model, capabilities=[ImageEditing(hanging)])
    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(chat.run, "hello")
            await begun.wait()
            group.cancel_scope.cancel()

    assert door.events == ["given up"]


async def test_threads_with_event_loops_of_their_own_each_open_an_agent(
    settings: Settings,
) -> None:
    both = Barrier(2, timeout=30)

    def edited(shade: int) -> None:
        def together(shown: Shown) -> ToolCallPart:
            both.wait()  # both agents are open
            return call("edit_image", image=shown.attached[0], instruction="brighten it")

        chat = Agent(script(together, "Done.").model, capabilities=[editing])
        anyio.run(chat.run, [attached(png(shade))])

    editing = ImageEditing(lambda: build(settings))
    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(to_thread.run_sync, edited, 100)
            group.start_soon(to_thread.run_sync, edited, 120)

    async with build(settings) as agent:
        assert [run.status for run in await agent.store.runs()] == ["done", "done"]


async def test_an_error_on_closing_is_not_lost(door: Door) -> None:
    @asynccontextmanager
    async def closing() -> AsyncGenerator[EditAgent]:
        yield door.agent
        raise SettingsError("cannot be closed")

    with pytest.raises(SettingsError, match="cannot be closed"):
        async with ImageTools(closing):
            pass


async def test_a_chat_that_is_broken_off_leaves_a_run_that_can_be_resumed(
    scripted: Agents,
) -> None:
    reached = anyio.Event()

    async def wait(request: EditRequest) -> None:
        if request.key.endswith(":2") and not reached.is_set():
            reached.set()
            await anyio.sleep_forever()

    editor = ScriptedEditor(picture(1), picture(2), before=wait)
    agent = scripted(editor, ScriptedThinker(critique(5, 5, "more")), 2)
    said = script(edit("brighten it"))
    chat = Agent(said.model, capabilities=[ImageEditing(agent)])

    async with anyio.create_task_group() as group:
        group.start_soon(chat.run, [attached(scene())])
        await reached.wait()
        group.cancel_scope.cancel()

    run = await agent.store.run("last")
    assert run.status == "open"
    assert len(run.turns) == 1
    done = await agent.resume(run.id)
    assert done.status == "done"
    assert len(done.turns) == 2

"""What the application hears while the chat edits."""

import pytest
from chatting import Agents, attached, call, edit, scene, script
from making import critique, picture
from pydantic_ai import Agent
from pydantic_ai.messages import CapabilityEvent, FunctionToolResultEvent, ToolReturnPart

from editloop.agent import EditAgent
from editloop.memory import EditorRejected
from editloop.policies import ScriptedThinker
from editloop.tools import ScriptedEditor
from editloop.tools.chat import EditBegan, EditEnded, EditTurn, ImageEditing

pytestmark = pytest.mark.anyio


async def test_every_half_turn_is_an_event_of_the_tool_call(scripted: Agents) -> None:
    thinker = ScriptedThinker(critique(5, 6, "again"), critique(9, 8, "enough"))
    agent = scripted(ScriptedEditor(picture(1), picture(2)), thinker)
    said = script(edit("brighten it"), "Done.")
    chat = Agent(said.model, capabilities=[ImageEditing(agent)])
    heard: list[CapabilityEvent] = []

    async with chat.run_stream_events([attached(scene())]) as stream:
        async for event in stream:
            if isinstance(event, CapabilityEvent):
                heard.append(event)

    run = await agent.store.run("last")
    began, *turns, ended = heard
    assert isinstance(began, EditBegan)
    assert (began.run, began.instruction) == (run.id, "brighten it")
    assert [(t.turn, t.half, t.semantic, t.quality) for t in turns if isinstance(t, EditTurn)] == [
        (1, "edited", None, None),
        (1, "criticised", 5, 6),
        (2, "edited", None, None),
        (2, "criticised", 9, 8),
    ]
    assert isinstance(ended, EditEnded)
    assert run.best is not None
    assert run.best.edited is not None
    assert ended.sha256 == run.best.edited.sha256
    assert ended.image == f"img_{run.best.edited.sha256[:10]}"
    assert {event.kind.split("/")[0].split(":")[0].split(".")[0] for event in heard} == {
        "image_editing"
    }
    assert {event.capability_id for event in heard} == {"image_editing"}
    assert len({event.tool_call_id for event in heard}) == 1


async def test_a_recipe_is_heard_of_too(embedded: EditAgent) -> None:
    recipe = [{"op": "exposure", "stops": 1}]
    said = script(lambda s: call("retouch", image=s.attached[0], recipe=recipe), "Done.")
    chat = Agent(said.model, capabilities=[ImageEditing(embedded)])

    async with chat.run_stream_events([attached(scene())]) as stream:
        heard = [event async for event in stream if isinstance(event, CapabilityEvent)]

    began, turn, ended = heard
    assert isinstance(began, EditBegan)
    assert isinstance(turn, EditTurn)
    assert isinstance(ended, EditEnded)
    assert (turn.half, turn.semantic) == ("edited", None)
    assert ended.image == turn.image == said.shown[-1].facts[0]["image"]


async def test_the_application_gets_hash_and_run_and_the_model_does_not(scripted: Agents) -> None:
    agent = scripted(ScriptedEditor(picture(1)), ScriptedThinker(critique(9, 9, "x")), turns=1)
    said = script(edit("brighten it"), "Done.")
    chat = Agent(said.model, capabilities=[ImageEditing(agent)])
    returned: list[ToolReturnPart] = []

    async with chat.run_stream_events([attached(scene())]) as stream:
        async for event in stream:
            if isinstance(event, FunctionToolResultEvent):
                assert isinstance(event.part, ToolReturnPart)
                returned.append(event.part)

    run = await agent.store.run("last")
    assert run.best is not None
    assert run.best.edited is not None
    (part,) = returned
    assert part.metadata["run_id"] == run.id
    assert part.metadata["image"] == run.best.edited.uri
    assert run.best.edited.sha256 not in str(said.shown[-1].facts)


async def test_an_editor_that_fails_is_told_and_not_raised(scripted: Agents) -> None:
    editor = ScriptedEditor(EditorRejected("the server refuses pictures of huts"))
    agent = scripted(editor, ScriptedThinker(critique(9, 9, "x")))
    said = script(edit("brighten it"), "It failed.")
    chat = Agent(said.model, capabilities=[ImageEditing(agent)])
    heard: list[EditTurn] = []

    async with chat.run_stream_events([attached(scene())]) as stream:
        async for event in stream:
            if isinstance(event, EditTurn):
                heard.append(event)

    told = said.shown[-1].facts[-1]
    assert told["status"] == "failed"
    assert told["problem"] == "the server refuses pictures of huts"
    assert "image" not in told
    assert [event.failure for event in heard] == ["the server refuses pictures of huts"]

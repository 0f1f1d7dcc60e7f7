"""Who must allow an edit."""

from typing import Any

import pytest
from chatting import Agents, Script, attached, call, edit, scene, script
from making import critique, picture
from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults, ToolDenied

from editloop.agent import EditAgent
from editloop.policies import ScriptedThinker
from editloop.tools import Abilities, ScriptedEditor
from editloop.tools.chat import ImageEditing

pytestmark = pytest.mark.anyio


@pytest.fixture
def paid(scripted: Agents) -> EditAgent:
    editor = ScriptedEditor(picture(1), abilities=Abilities(cost=0.04))
    return scripted(editor, ScriptedThinker(critique(9, 9, "x")), turns=1)


def asking(said: Script, agent: EditAgent, **options: Any) -> Agent[None, Any]:
    return Agent(
        said.model,
        capabilities=[ImageEditing(agent, **options)],
        output_type=[str, DeferredToolRequests],
    )


async def test_an_edit_that_costs_money_waits_until_it_is_allowed(paid: EditAgent) -> None:
    said = script(edit("brighten it", max_turns=3), "Done.")
    chat = asking(said, paid)

    waiting = await chat.run([attached(scene())])

    assert isinstance(waiting.output, DeferredToolRequests)
    (request,) = waiting.output.approvals
    about = waiting.output.metadata[request.tool_call_id]
    assert about["cost_of_each_turn"] == 0.04
    assert about["max_turns"] == 3
    assert about["instruction"] == "brighten it"
    assert await paid.store.runs() == []

    yes = DeferredToolResults(approvals={request.tool_call_id: True})
    done = await chat.run(message_history=waiting.all_messages(), deferred_tool_results=yes)

    assert done.output == "Done."
    assert said.shown[-1].facts[-1]["status"] == "done"
    assert len(await paid.store.runs()) == 1


async def test_a_refusal_is_told_to_the_model_and_nothing_is_edited(paid: EditAgent) -> None:
    said = script(edit("brighten it"), "You did not want it.")
    chat = asking(said, paid)
    waiting = await chat.run([attached(scene())])
    assert isinstance(waiting.output, DeferredToolRequests)
    call_id = waiting.output.approvals[0].tool_call_id

    no = DeferredToolResults(approvals={call_id: ToolDenied("too expensive")})
    done = await chat.run(message_history=waiting.all_messages(), deferred_tool_results=no)

    assert done.output == "You did not want it."
    assert said.shown[-1].returned == "too expensive"
    assert await paid.store.runs() == []


async def test_a_call_that_cannot_work_is_corrected_before_anybody_is_asked(
    paid: EditAgent,
) -> None:
    said = script(call("edit_image", image="img_nothing", instruction="x"), "Sorry.")

    done = await asking(said, paid).run([attached(scene())])

    assert done.output == "Sorry."


async def test_free_edits_are_not_asked_for(scripted: Agents) -> None:
    agent = scripted(ScriptedEditor(picture(1)), ScriptedThinker(critique(9, 9, "x")), turns=1)
    said = script(edit("brighten it"), "Done.")

    assert (await asking(said, agent).run([attached(scene())])).output == "Done."


async def test_approval_can_be_switched_off(paid: EditAgent) -> None:
    said = script(edit("brighten it"), "Done.")

    assert (await asking(said, paid, approval="never").run([attached(scene())])).output == "Done."


async def test_all_pictures_that_are_made_can_need_approval(embedded: EditAgent) -> None:
    recipe = {"operations": [{"op": "exposure", "stops": 1}]}
    said = script(
        lambda shown: [
            call("retouch", image=shown.attached[0], recipe=recipe),
            call("edit_image", image=shown.attached[0], instruction="brighten it"),
            call("list_images"),
        ],
    )

    waiting = await asking(said, embedded, approval="always").run([attached(scene())])

    assert isinstance(waiting.output, DeferredToolRequests)
    assert [each.tool_name for each in waiting.output.approvals] == ["retouch", "edit_image"]
    assert await embedded.store.runs() == []

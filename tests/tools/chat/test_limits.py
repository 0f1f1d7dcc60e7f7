"""What the thinker uses counts for the chat, and the limits of the chat hold for it."""

from decimal import Decimal

import pytest
from chatting import Agents, attached, edit, scene, script
from making import critique, picture
from pydantic_ai import Agent
from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.usage import UsageLimits

from editloop.agent import EditAgent
from editloop.memory import Critique, Sample, StopReason
from editloop.policies import Comparison, Opinion, ScriptedThinker
from editloop.tools import Abilities, Edited, ScriptedEditor
from editloop.tools.chat import ImageEditing

pytestmark = pytest.mark.anyio


class Asking:
    """A thinker that says what its answers took."""

    name = "asking"

    def __init__(self) -> None:
        self.asked = 0

    async def critique(self, comparison: Comparison) -> Opinion:
        self.asked += 1
        said: Critique = critique(5, 5, f"try {self.asked}")
        used = Sample(text="", verdict="ok", input_tokens=1000, output_tokens=10, cost=0.25)
        return Opinion(said, used)


def chat(agent: EditAgent, *more: str) -> Agent[None, str]:
    said = script(edit("brighten it"), *more)
    return Agent(said.model, capabilities=[ImageEditing(agent)])


async def test_tokens_requests_and_costs_of_the_thinker_are_in_the_usage_of_the_chat(
    scripted: Agents,
) -> None:
    editor = ScriptedEditor(picture(1), picture(2))
    alone = scripted(editor, ScriptedThinker(critique(5, 5, "again")))
    asking = scripted(ScriptedEditor(picture(1), picture(2)), Asking())  # type: ignore[arg-type]

    without = await chat(alone, "Done.").run([attached(scene())])
    used = await chat(asking, "Done.").run([attached(scene())])

    assert without.usage.requests == 2
    assert used.usage.requests == 4
    assert used.usage.input_tokens > without.usage.input_tokens + 2000 - 500
    assert used.usage.cost is not None
    assert float(used.usage.cost) == 0.5


async def test_a_limit_on_requests_ends_the_run_before_the_next_critique(
    scripted: Agents,
) -> None:
    thinker = Asking()
    agent = scripted(ScriptedEditor(picture(1), picture(2), picture(3)), thinker, turns=9)  # type: ignore[arg-type]

    with pytest.raises(UsageLimitExceeded, match="request_limit of 3"):
        await chat(agent, "Done.").run(
            [attached(scene())], usage_limits=UsageLimits(request_limit=3)
        )

    run = await agent.store.run("last")
    assert thinker.asked == 2
    assert run.stop is not None
    assert run.stop.reason is StopReason.BUDGET
    assert "request_limit of 3" in run.stop.detail
    assert run.answer == 1


async def test_a_limit_on_costs_holds_for_editors_too(scripted: Agents) -> None:
    paid = [Edited(picture(shade), cost=1.0) for shade in (1, 2, 3)]
    editor = ScriptedEditor(*paid, abilities=Abilities(cost=1.0))
    agent = scripted(editor, ScriptedThinker(critique(5, 5, "again")), turns=3)
    said = script(edit("brighten it"))
    chat = Agent(said.model, capabilities=[ImageEditing(agent, approval="never")])

    with pytest.raises(UsageLimitExceeded, match="cost_limit"):
        await chat.run([attached(scene())], usage_limits=UsageLimits(cost_limit=Decimal("1.5")))

    assert len(editor.requests) == 2


async def test_the_chat_model_may_bound_the_turns(scripted: Agents) -> None:
    editor = ScriptedEditor(picture(1), picture(2), picture(3))
    agent = scripted(editor, ScriptedThinker(critique(5, 5, "again")), turns=9)
    said = script(edit("brighten it", max_turns=2), "Done.")

    await Agent(said.model, capabilities=[ImageEditing(agent)]).run([attached(scene())])

    run = await agent.store.run("last")
    assert len(run.turns) == 2
    assert run.status == "done"
    assert said.shown[-1].facts[-1]["stop"] == "budget: the chat allowed 2 turns"


async def test_the_budget_of_the_agent_holds_for_a_whole_conversation(scripted: Agents) -> None:
    editor = ScriptedEditor(Edited(picture(1), cost=1.0), abilities=Abilities(cost=1.0))
    agent = scripted(editor, ScriptedThinker(critique(9, 9, "again")), turns=1)
    agent.kit.ledger.cost = 1.0
    said = script(edit("brighten it"), edit("darken it"), "The money is spent.")

    await Agent(said.model, capabilities=[ImageEditing(agent, approval="never")]).run(
        [attached(scene())]
    )

    made, spent = said.shown[-1].facts
    assert made["status"] == "done"
    assert spent["status"] == "failed"
    assert spent["stop"].startswith("budget: another call at about $1.0000 would exceed")
    assert len(editor.requests) == 1

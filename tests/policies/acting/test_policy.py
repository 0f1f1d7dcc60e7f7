"""A thinker as the model of a real agent, with tools of several kinds."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from chat_server import chat_server, completion
from chatting import scene, script
from making import critique, fixed, png
from pydantic_ai import Agent, BinaryContent, BinaryImage, ModelRetry, ToolReturn
from pydantic_ai.capabilities import ProcessHistory
from pydantic_ai.exceptions import (
    ModelAPIError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
    UserError,
)
from pydantic_ai.messages import ModelMessagesTypeAdapter, ModelResponse, ThinkingPart, ToolCallPart
from pydantic_ai.usage import UsageLimits

from editloop.agent import EditAgent, Kit
from editloop.memory import Critique, Sample, StopReason, ThinkerBusy
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store
from editloop.policies import FromBest, MaxTurns, Opinion, Rules, ScriptedThinker, reference, wire
from editloop.policies.acting import EditPolicy
from editloop.policies.editthinker import EditThinker
from editloop.policies.expert import Expert
from editloop.policies.measured.thinker import Measured
from editloop.tools.chat import ImageEditing
from editloop.tools.retouch.editor import Retouch

pytestmark = pytest.mark.anyio

SOURCE = BinaryContent(data=png(9), media_type="image/png")
GOOD = critique(9, 9, "lighter")


@pytest.fixture
def images(tmp_path: Path) -> LocalImages:
    return LocalImages(tmp_path / "images")


class Tool:
    """A plain function as a tool: a lighter grey each time, kept by its hash."""

    def __init__(self, images: LocalImages) -> None:
        self.images = images
        self.calls: list[tuple[str, str]] = []

    async def edit_image(self, image: str, instruction: str) -> ToolReturn[str]:
        self.calls.append((image, instruction))
        ref = await self.images.put(png(100 + len(self.calls)))
        return ToolReturn(return_value="done", metadata={"image": ref.sha256})

    def shade(self, turn: int) -> str:
        """The picture of a turn as the policy names it."""
        return f"sha256:{hashlib.sha256(png(100 + turn)).hexdigest()}"


def _agent(policy: EditPolicy, tool: Tool) -> Agent[None, str]:
    return Agent(policy, tools=[tool.edit_image])


async def test_the_first_call_is_what_was_asked_and_the_next_what_the_thinker_says(
    images: LocalImages,
) -> None:
    tool, thinker = Tool(images), ScriptedThinker(critique(5, 5, "much lighter"), GOOD)
    made = await _agent(EditPolicy(thinker, images), tool).run(["lighter", SOURCE])
    source = (await images.put(SOURCE.data)).uri
    assert tool.calls == [(source, "lighter"), (source, "much lighter")]
    assert [c.asked for c in thinker.comparisons] == ["lighter", "lighter"]
    assert thinker.comparisons[1].edited.data == png(102)
    assert made.output.startswith(f"{tool.shade(2)} (turn 2 of 2, semantic 9, quality 9; satisfied")


async def test_the_answer_is_the_best_turn_and_not_the_last(images: LocalImages) -> None:
    tool = Tool(images)
    thinker = ScriptedThinker(*(critique(s, s, f"try {s}") for s in (4, 7, 6)))
    policy = EditPolicy(thinker, images, fixed(3))
    made = await _agent(policy, tool).run(["lighter", SOURCE])
    assert len(tool.calls) == 3
    assert made.output.startswith(f"{tool.shade(2)} (turn 2 of 3")
    assert made.response.metadata is not None
    assert made.response.metadata["image"] == tool.shade(2)


async def test_the_next_question_goes_on_from_the_answer(images: LocalImages) -> None:
    tool, policy = Tool(images), EditPolicy(ScriptedThinker(GOOD), images)
    agent = _agent(policy, tool)
    first = await agent.run(["lighter", SOURCE])
    stored = ModelMessagesTypeAdapter.dump_json(first.all_messages())  # another process goes on
    messages = ModelMessagesTypeAdapter.validate_json(stored)
    again = await agent.run("a little less", message_history=messages)
    assert tool.calls[1] == (tool.shade(1), "a little less")
    run = await policy.run_of(again.all_messages())
    assert run.task.source.uri == tool.shade(1)
    assert [turn.score is not None for turn in run.turns] == [True]


async def test_the_base_is_chosen_as_in_the_loop(images: LocalImages) -> None:
    tool = Tool(images)
    thinker = ScriptedThinker(critique(6, 6, "more"), critique(3, 3, "less"), GOOD)
    rules = Rules(stop=MaxTurns(3), base=FromBest())
    await _agent(EditPolicy(thinker, images, rules), tool).run(["lighter", SOURCE])
    assert [image for image, _ in tool.calls][1:] == [tool.shade(1), tool.shade(1)]


async def test_the_rules_of_the_script_do_not_look_at_the_last_turn(images: LocalImages) -> None:
    tool, thinker = Tool(images), ScriptedThinker(critique(4, 4, "more"))
    policy = EditPolicy(thinker, images, reference(turns=2))
    made = await _agent(policy, tool).run(["lighter", SOURCE])
    assert (len(tool.calls), len(thinker.comparisons)) == (2, 1)
    assert made.output.startswith(tool.shade(2))


async def test_the_policy_streams(images: LocalImages) -> None:
    tool = Tool(images)
    agent = _agent(EditPolicy(ScriptedThinker(critique(5, 5, "more"), GOOD), images), tool)
    async with agent.run_stream(["lighter", SOURCE]) as streamed:
        assert (await streamed.get_output()).startswith(tool.shade(2))
    assert len(tool.calls) == 2


async def test_an_unreadable_critique_is_asked_for_again_with_another_seed(
    images: LocalImages,
) -> None:
    tool, thinker = Tool(images), ScriptedThinker("what a lovely picture", GOOD)
    await _agent(EditPolicy(thinker, images, seed=7), tool).run(["lighter", SOURCE])
    assert [(c.seed, c.sample) for c in thinker.comparisons] == [(7, 1), (8, 2)]


async def test_after_so_many_samples_it_is_an_error_that_says_so(images: LocalImages) -> None:
    agent = _agent(EditPolicy(ScriptedThinker("lovely"), images, samples=2), Tool(images))
    with pytest.raises(UnexpectedModelBehavior, match=r"no readable critique .* in 2 samples"):
        await agent.run(["lighter", SOURCE])
    agent = _agent(EditPolicy(ScriptedThinker(ThinkerBusy("overrun")), images), Tool(images))
    with pytest.raises(ModelAPIError, match="overrun"):
        await agent.run(["lighter", SOURCE])


class Paid(ScriptedThinker):
    """Says what its answers used."""

    async def critique(self, comparison: Any) -> Opinion:
        made = await super().critique(comparison)
        sample: Sample = made.sample.but(input_tokens=100, output_tokens=10, cost=0.01)
        return Opinion(made.critique, sample)


async def test_what_the_thinker_used_counts_and_is_limited(images: LocalImages) -> None:
    thinker = Paid(critique(5, 5, "more"), GOOD, critique(5, 5, "more"), GOOD)
    agent = _agent(EditPolicy(thinker, images), Tool(images))
    usage = (await agent.run(["lighter", SOURCE])).usage
    assert (usage.input_tokens, usage.output_tokens, usage.tool_calls) == (200, 20, 2)
    assert float(usage.cost or 0) == pytest.approx(0.02)
    with pytest.raises(UsageLimitExceeded):
        await agent.run(["lighter", SOURCE], usage_limits=UsageLimits(tool_calls_limit=1))


async def test_the_critique_can_be_read_from_the_messages(images: LocalImages) -> None:
    policy = EditPolicy(ScriptedThinker(critique(5, 6, "more"), GOOD), images)
    messages = (await _agent(policy, Tool(images)).run(["lighter", SOURCE])).all_messages()
    thoughts = [p.content for m in messages for p in m.parts if isinstance(p, ThinkingPart)]
    assert thoughts == ["seen", "seen"]
    run = await policy.run_of(messages)
    assert [(t.instruction, t.score.semantic) for t in run.turns if t.score] == [
        ("lighter", 5),
        ("more", 9),
    ]


async def test_a_history_that_lost_its_metadata_is_looked_at_again(images: LocalImages) -> None:
    tool, thinker = Tool(images), ScriptedThinker(critique(5, 5, "more"), critique(6, 6, "x"), GOOD)

    def forget(messages: Sequence[Any]) -> list[Any]:
        for message in messages:
            if isinstance(message, ModelResponse):
                message.metadata = None
        return list(messages)

    forgetful = Agent(
        EditPolicy(thinker, images, fixed(2)),
        tools=[tool.edit_image],
        capabilities=[ProcessHistory(forget)],
    )
    await forgetful.run(["lighter", SOURCE])
    assert len(thinker.comparisons) == 3  # turn 1, and both again


async def test_a_tool_that_gives_the_picture_itself_will_do(images: LocalImages) -> None:
    def edit_image(instruction: str) -> BinaryImage:
        return BinaryImage(data=png(77), media_type="image/png")

    agent = Agent(EditPolicy(ScriptedThinker(GOOD), images), tools=[edit_image])
    made = await agent.run(["lighter", SOURCE])
    assert made.output.startswith((await images.put(png(77))).uri)


async def test_a_tool_that_refuses_ends_the_task_with_its_words(images: LocalImages) -> None:
    def edit_image(image: str, instruction: str) -> str:
        if instruction == "add a cat":
            raise ModelRetry("no cats here")
        return "out of paint"

    agent = Agent(EditPolicy(ScriptedThinker(GOOD), images), tools=[edit_image])
    assert (await agent.run(["add a cat", SOURCE])).output == (
        "There is no edit (failed: no cats here)."
    )
    assert "out of paint" in (await agent.run(["lighter", SOURCE])).output


async def test_what_is_missing_is_said(images: LocalImages) -> None:
    policy = EditPolicy(ScriptedThinker(GOOD), images)
    with pytest.raises(UserError, match="no picture in the conversation"):
        await _agent(policy, Tool(images)).run("lighter")
    with pytest.raises(UserError, match="say what to change"):
        await _agent(policy, Tool(images)).run([SOURCE])
    with pytest.raises(UserError, match="no tool 'edit_image'"):
        await Agent(policy).run(["lighter", SOURCE])


async def test_the_flag_of_an_expert_counts_as_in_the_loop(images: LocalImages) -> None:
    expert = ScriptedThinker(
        Critique(reasoning="no", refined="more", satisfied=False),
        Critique(reasoning="yes", refined="more", satisfied=True),
    )
    tool = Tool(images)
    made = await _agent(EditPolicy(expert, images), tool).run(["lighter", SOURCE])
    assert made.output.startswith(f"{tool.shade(2)} (turn 2 of 2; satisfied")


async def test_it_drives_the_capability_of_chats(tmp_path: Path) -> None:
    """`ImageEditing` marks attached pictures and shows previews: the policy looks at the whole."""
    folder = LocalImages(tmp_path / "images")
    photo = BinaryContent(data=scene(), media_type="image/png")
    async with open_store(str(tmp_path / "runs.db")) as store:
        kit = Kit(editor=Retouch(), thinker=Measured(), store=store, images=folder)
        loop = EditAgent(kit=kit)
        policy = EditPolicy(Measured(), folder, arguments={"max_turns": 1})
        agent = Agent(policy, capabilities=[ImageEditing(loop)])
        made = await agent.run(["make it warmer", photo])
        runs = await store.runs()
    messages = made.all_messages()
    calls = [p for m in messages for p in m.parts if isinstance(p, ToolCallPart)]
    assert len(runs) == len(calls) >= 1
    source = await folder.put(photo.data)
    assert calls[0].args_as_dict() == {
        "max_turns": 1,
        "image": source.uri,
        "instruction": "make it warmer",
    }
    assert made.output.startswith("sha256:")
    assert base64.b64encode(photo.data)[:64] not in made.all_messages_json()
    run = await policy.run_of(messages)
    assert run.best is None
    assert run.last
    assert run.last.critique
    assert StopReason.SATISFIED.value in made.output or len(calls) > 1


async def test_editthinker_acts_as_it_does_in_the_loop(
    images: LocalImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # nobody's fetched template
    answers = iter([wire.write(critique(5, 6, "more")), "no tags", wire.write(GOOD)])
    tool = Tool(images)
    async with chat_server() as server:
        server.reply = lambda asked: completion(next(answers))
        async with EditThinker(server.url) as thinker:
            agent = _agent(EditPolicy(thinker, images), tool)
            made = await agent.run(["lighter", SOURCE])
        sent = [json.loads(chat.body)["messages"] for chat in server.chats]
    assert [instruction for _, instruction in tool.calls] == ["lighter", "more"]
    assert made.output.startswith(f"{tool.shade(2)} (turn 2 of 2, semantic 9, quality 9")
    assert made.usage.input_tokens == 3 * 2345
    assert [len(messages) for messages in sent] == [1, 1, 1]  # every critique is a fresh message


async def test_an_expert_acts_on_any_model(images: LocalImages) -> None:
    said = script(
        '{"reasoning": "pale", "satisfied": false, "refined": "more"}',
        '{"reasoning": "fine", "satisfied": true, "refined": "more"}',
    )
    tool = Tool(images)
    made = await _agent(EditPolicy(Expert(said.model), images), tool).run(["lighter", SOURCE])
    assert made.output.startswith(f"{tool.shade(2)} (turn 2 of 2; satisfied")

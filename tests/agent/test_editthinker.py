"""The loop with a thinker on a server."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from chat_server import Asked, Reply, chat_server, completion, refusal
from making import fixed, picture, png

from editloop.agent import EditAgent
from editloop.policies.editthinker import EditThinker
from editloop.tools import ScriptedEditor

pytestmark = pytest.mark.anyio
MakeAgent = Callable[..., AbstractAsyncContextManager[EditAgent]]
TEXT = "<think>t</think><score>[7, 8]</score><answer>warmer</answer>"
GOOD = completion(TEXT)


async def test_an_unreadable_answer_is_sampled_again_and_both_are_on_record(
    make_agent: MakeAgent,
) -> None:
    replies = [refusal(503, "loading"), completion("I like it"), GOOD]
    async with chat_server() as server, EditThinker(server.url) as thinker:
        server.reply = lambda _: replies.pop(0)
        editor = ScriptedEditor(picture(1))
        async with make_agent(editor=editor, thinker=thinker, rules=fixed(1)) as agent:
            run = await agent.run(await agent.task(png(99), "warm", seed=40))

    samples = run.turns[0].samples
    assert [each.verdict for each in samples] == ["failed", "malformed", "ok"]
    bodies = [asked.json for asked in server.chats]
    assert [(body["seed"], body["temperature"]) for body in bodies] == [
        (40, 0.0),
        (41, 0.0),  # the first was never answered, so this is still the first sample
        (42, 0.7),
    ]


async def test_all_answers_of_several_samples_are_on_record_readable_or_not(
    make_agent: MakeAgent,
) -> None:
    def reply(asked: Asked) -> Reply:
        return GOOD if asked.json["seed"] >= 3 else completion(f"no tag {asked.json['seed']}")

    async with chat_server() as server, EditThinker(server.url, samples=2) as thinker:
        server.reply = reply
        editor = ScriptedEditor(picture(1))
        async with make_agent(editor=editor, thinker=thinker, rules=fixed(1)) as agent:
            run = await agent.run(await agent.task(png(99), "warm"))
            again = await agent.kit.store.run(run.id)

    samples = run.turns[0].samples
    assert [each.text for each in samples[:3]] == ["no tag 0", "no tag 1", TEXT]
    assert [each.verdict for each in samples] == ["malformed", "malformed", "ok", "malformed"]
    assert again.turns[0].samples == samples

"""Think before edit: who words the instruction of turn 1."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import pytest
from loopback import serving
from making import critique, fixed, png
from pydantic_ai.models import override_allow_model_requests

from editloop.agent import EditAgent, Settings, build
from editloop.agent.addresses import parse
from editloop.agent.rewriters import made, planned_rewriter
from editloop.memory import (
    MalformedCritique,
    Sample,
    SettingsError,
    ThinkerBusy,
    ThinkerRejected,
)
from editloop.policies import Comparison, Rewriting, ScriptedRewriter, ScriptedThinker, Wish
from editloop.tools import ScriptedEditor

pytestmark = pytest.mark.anyio
MakeAgent = Callable[..., AbstractAsyncContextManager[EditAgent]]

ASKED, WORDED = "make it nicer", "raise the exposure by half a stop"


class Priced:
    """A rewriter that wants money, and is understood at the second attempt."""

    name = "priced"

    def __init__(self) -> None:
        self.seeds: list[int] = []

    async def rewrite(self, wish: Wish) -> Rewriting:
        self.seeds.append(wish.seed)
        sample = Sample(text="…", verdict="ok", seconds=2.0, cost=0.25)
        if len(self.seeds) == 1:
            raise MalformedCritique("no object", sample=sample.but(verdict="malformed"))
        return Rewriting(WORDED, sample)


async def test_turn_one_is_told_what_the_rewriter_made_of_the_users_words(
    make_agent: MakeAgent,
) -> None:
    rewriter, editor = ScriptedRewriter(WORDED), ScriptedEditor()
    thinker = ScriptedThinker(critique(9, 9, WORDED))
    async with make_agent(editor=editor, thinker=thinker, rewriter=rewriter) as agent:
        run = await agent.run(await agent.task(png(90), ASKED, seed=5))

    assert [request.instruction for request in editor.requests] == [WORDED]
    assert run.task.instruction == ASKED
    assert run.turns[0].instruction == WORDED
    assert run.turns[0].notes == ("scripted worded the instruction",)
    (wish,) = rewriter.wishes
    assert (wish.asked, wish.source.data, wish.seed) == (ASKED, png(90), 5)
    assert wish.source_sha256 == run.task.source.sha256


async def test_the_thinker_still_compares_with_what_the_user_asked(make_agent: MakeAgent) -> None:
    thinker = ScriptedThinker(critique(3, 9, "more"), critique(9, 9, "more"))
    rewriter = ScriptedRewriter(WORDED)
    editor = ScriptedEditor()
    async with make_agent(
        editor=editor, thinker=thinker, rewriter=rewriter, rules=fixed(2)
    ) as agent:
        await agent.run(await agent.task(png(90), ASKED))

    assert [(c.asked, c.told) for c in thinker.comparisons] == [(ASKED, WORDED), (ASKED, "more")]
    assert len(rewriter.wishes) == 1


async def test_a_rewriter_that_refuses_leaves_the_users_words_and_a_note(
    make_agent: MakeAgent,
) -> None:
    rewriter, editor = ScriptedRewriter(ThinkerRejected("not this picture")), ScriptedEditor()
    thinker = ScriptedThinker(critique(9, 9, ASKED))
    async with make_agent(editor=editor, thinker=thinker, rewriter=rewriter) as agent:
        run = await agent.run(await agent.task(png(90), ASKED))

    assert run.status == "done"
    assert run.turns[0].instruction == ASKED
    assert run.turns[0].notes == ("scripted could not word the instruction: not this picture",)
    assert len(rewriter.wishes) == 1


async def test_a_busy_rewriter_is_asked_again_as_often_as_a_thinker(make_agent: MakeAgent) -> None:
    rewriter = ScriptedRewriter(ThinkerBusy("later"), ThinkerBusy("later"), WORDED)
    thinker = ScriptedThinker(critique(9, 9, WORDED))
    async with make_agent(editor=ScriptedEditor(), thinker=thinker, rewriter=rewriter) as agent:
        run = await agent.run(await agent.task(png(90), ASKED))

    assert run.turns[0].instruction == WORDED
    assert len(rewriter.wishes) == 3


async def test_time_and_money_of_all_answers_are_on_the_first_half_of_the_turn(
    make_agent: MakeAgent,
) -> None:
    rewriter = Priced()
    thinker = ScriptedThinker(critique(9, 9, WORDED))
    async with make_agent(editor=ScriptedEditor(), thinker=thinker, rewriter=rewriter) as agent:
        run = await agent.run(await agent.task(png(90), ASKED, seed=3))

    assert rewriter.seeds == [3, 4]
    assert run.usage.cost == 0.5
    assert run.turns[0].edit_seconds >= 4.0


async def test_a_resumed_run_does_not_ask_again_what_is_on_record(make_agent: MakeAgent) -> None:
    rewriter = ScriptedRewriter(WORDED, "other words")
    scope = anyio.CancelScope()

    async def leave(_: Comparison) -> None:
        scope.cancel()
        await anyio.sleep_forever()

    stuck = ScriptedThinker(critique(3, 9, "more"), before=leave)
    async with make_agent(editor=ScriptedEditor(), thinker=stuck, rewriter=rewriter) as agent:
        task = await agent.task(png(90), ASKED)
        with scope:
            await agent.run(task)
        (half_done,) = await agent.kit.store.runs()

    thinker = ScriptedThinker(critique(9, 9, WORDED))
    async with make_agent(editor=ScriptedEditor(), thinker=thinker, rewriter=rewriter) as agent:
        run = await agent.resume(half_done.id)

    assert run.turns[0].instruction == WORDED
    assert len(rewriter.wishes) == 1


def test_asked_is_nobody_and_other_words_are_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    assert planned_rewriter("asked") is None
    rewriter = made(*parse("openai:gpt-4.1?side=512"))
    assert rewriter.name == "think_once:openai:gpt-4.1"
    assert rewriter.details["side"] == 512


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("rewrite", "there is no rewriter 'rewrite'"),
        ("http://gpu-1:8000", "there is no rewriter"),
        ("editthinker+http://gpu-1:8000", "there is no rewriter"),
        ("chat+http://gpu-1:8000/v1", "does not say which model"),
        ("chat+http://gpu-1/v1?model=a&steps=3", "no option 'steps'"),
        ("chat+http://gpu-1/v1?model=a&prompt=missing.txt", "'missing.txt' cannot be read"),
        ("chat+http://a/v1?model=a,chat+http://b/v1?model=a", "is several"),
    ],
)
def test_an_address_that_is_no_rewriter_is_refused(address: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        planned_rewriter(address)


async def test_the_setting_first_opens_a_rewriter_and_puts_it_on_record(tmp_path: Path) -> None:
    prompt = tmp_path / "polish.txt"
    prompt.write_text("Say it better: {original_instruction}")
    settings = Settings(
        store=f"{tmp_path}/runs.db",
        first=f"chat+http://me:secret@127.0.0.1:9/v1?model=tiny&prompt={prompt}",
    )
    async with build(settings) as agent:
        assert agent.kit.rewriter is not None
        assert agent.kit.rewriter.name == "think_once:tiny"
        assert "secret" not in str(agent.settings)


async def test_a_rewriter_behind_http_words_what_the_built_in_editor_does(tmp_path: Path) -> None:
    message = {"role": "assistant", "content": '```json\n{"Rewritten": "crop to a square"}\n```'}
    async with serving() as server:
        server.says(
            id="chatcmpl-1",
            object="chat.completion",
            created=1,
            model="tiny",
            choices=[{"index": 0, "finish_reason": "stop", "message": message}],
            usage={"prompt_tokens": 900, "completion_tokens": 30, "total_tokens": 930},
        )
        first = f"chat+{server.url}/v1?model=tiny"
        settings = Settings(store=f"{tmp_path}/runs.db", first=first)
        with override_allow_model_requests(True):
            async with build(settings) as agent:
                run = await agent.run(
                    await agent.task(png(100, (64, 48)), "frame it for a profile")
                )

    assert len(server.asked) == 1
    assert run.turns[0].instruction == "crop to a square"
    assert run.turns[0].notes[0] == "think_once:tiny worded the instruction"
    assert run.settings["first"] == first
    assert run.settings["first_details"]["prompt"] == "editloop"
    assert run.turns[0].edited is not None
    assert (run.turns[0].edited.width, run.turns[0].edited.height) == (48, 48)


async def test_exhaustive_rules_make_all_turns_and_answer_with_the_best(tmp_path: Path) -> None:
    settings = Settings(store=f"{tmp_path}/runs.db", rules="exhaustive", turns=3)
    async with build(settings) as agent:
        run = await agent.run(await agent.task(png(100, (64, 48)), "crop to a square"))

    assert len(run.turns) == 3
    assert run.answer == 1  # all equal: the earlier one on a tie

"""The loop, through its public doors."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from pathlib import Path

import pytest
from making import critique, fixed, picture, png

from editloop.agent import EditAgent, Ledger, Retry
from editloop.memory import (
    EditorBusy,
    EditorRejected,
    InputError,
    StopReason,
    ThinkerBusy,
    UnsupportedInstruction,
)
from editloop.policies import FromPrevious, Rules, ScriptedThinker, reference, standard
from editloop.policies import MaxTurns as Turns
from editloop.tools import Abilities, Edited, ScriptedEditor

pytestmark = pytest.mark.anyio
MakeAgent = Callable[..., AbstractAsyncContextManager[EditAgent]]


async def test_every_turn_edits_the_source_and_only_the_instruction_changes(
    make_agent: MakeAgent,
) -> None:
    editor = ScriptedEditor(picture(1), picture(2), picture(3))
    thinker = ScriptedThinker(critique(3, 8, "redder"), critique(4, 8, "reddest"))
    async with make_agent(editor=editor, thinker=thinker, rules=fixed(3)) as agent:
        await agent.run(await agent.task(png(99), "red", seed=7))

    assert [request.source.data for request in editor.requests] == [png(99)] * 3
    assert [request.instruction for request in editor.requests] == ["red", "redder", "reddest"]
    assert {request.seed for request in editor.requests} == {7}


async def test_the_answer_is_the_best_turn_and_not_the_last(make_agent: MakeAgent) -> None:
    editor = ScriptedEditor(picture(1), picture(2), picture(3))
    thinker = ScriptedThinker(critique(3, 8, "b"), critique(7, 8, "c"), critique(5, 8, "d"))
    async with make_agent(editor=editor, thinker=thinker, rules=fixed(3)) as agent:
        run = await agent.run(await agent.task(png(99), "a"))
        answer = run.best
        assert answer is not None
        assert answer.number == 2
        assert answer.edited is not None
        assert await agent.kit.images.get(answer.edited) == png(2)


async def test_the_last_turn_is_criticised_too(make_agent: MakeAgent) -> None:
    thinker = ScriptedThinker(critique(3, 8, "b"), critique(7, 8, "c"))
    editor = ScriptedEditor(picture(1), picture(2))
    async with make_agent(editor=editor, thinker=thinker, rules=fixed(2)) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert [turn.critique is not None for turn in run.turns] == [True, True]


async def test_the_reference_rules_return_the_last_turn_without_criticising_it(
    make_agent: MakeAgent,
) -> None:
    thinker = ScriptedThinker(critique(7, 7, "b"))
    editor = ScriptedEditor(picture(1), picture(2))
    async with make_agent(editor=editor, thinker=thinker, rules=reference(turns=2)) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert run.answer == 2
    assert run.turns[1].critique is None
    assert len(thinker.comparisons) == 1


async def test_the_base_choice_decides_which_picture_is_edited(make_agent: MakeAgent) -> None:
    editor = ScriptedEditor(picture(1), picture(2), picture(3))
    thinker = ScriptedThinker(critique(3, 8, "b"))
    rules = Rules(stop=Turns(3), base=FromPrevious())
    async with make_agent(editor=editor, thinker=thinker, rules=rules) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert [request.source.data for request in editor.requests] == [png(99), png(1), png(2)]
    assert [turn.base for turn in run.turns] == [0, 1, 2]


async def test_a_closed_run_reads_back_from_the_store_as_it_was_returned(
    make_agent: MakeAgent,
) -> None:
    editor = ScriptedEditor(Edited(picture(1), seconds=0.5, cost=0.25, notes=("slow",)))
    thinker = ScriptedThinker("no tags here", critique(9, 9, "a"))
    async with make_agent(editor=editor, thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "a", labels={"session": "s"}))
        assert await agent.kit.store.run(run.id) == run

    assert run.usage.cost == 0.25
    assert run.stop is not None
    assert run.stop.reason is StopReason.SATISFIED


async def test_a_malformed_answer_is_followed_by_a_fresh_sample_with_another_seed(
    make_agent: MakeAgent,
) -> None:
    thinker = ScriptedThinker("I like it", "<score>[8]</score>", critique(9, 9, "a"))
    async with make_agent(editor=ScriptedEditor(picture(1)), thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "a", seed=40))

    assert [sample.verdict for sample in run.turns[0].samples] == ["malformed", "malformed", "ok"]
    assert [sample.text for sample in run.turns[0].samples][:2] == [
        "I like it",
        "<score>[8]</score>",
    ]
    assert [shown.seed for shown in thinker.comparisons] == [40, 41, 42]


async def test_without_a_readable_critique_the_turn_has_no_score_and_the_edit_is_kept(
    make_agent: MakeAgent,
) -> None:
    thinker = ScriptedThinker("never a tag")
    async with make_agent(editor=ScriptedEditor(picture(1)), thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    turn = run.turns[0]
    assert turn.critique is None
    assert turn.failure is not None
    assert turn.failure.kind == "MalformedCritique"
    assert len(turn.samples) == 3
    assert run.stop is not None
    assert run.stop.reason is StopReason.FAILED
    assert run.answer == 1


async def test_a_busy_editor_is_asked_again_and_a_rejecting_one_is_not(
    make_agent: MakeAgent,
) -> None:
    busy = ScriptedEditor(EditorBusy("full"), EditorBusy("full"), picture(1))
    no = ScriptedEditor(EditorRejected("no"), picture(1))
    thinker = ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=busy, thinker=thinker) as agent:
        assert (await agent.run(await agent.task(png(99), "a"))).status == "done"
    async with make_agent(editor=no, thinker=thinker) as agent:
        assert (await agent.run(await agent.task(png(99), "a"))).status == "failed"

    assert (len(busy.requests), len(no.requests)) == (3, 1)


async def test_a_busy_thinker_is_asked_so_often_and_then_written_down(
    make_agent: MakeAgent,
) -> None:
    thinker = ScriptedThinker(ThinkerBusy("full"))
    parts = {"editor": ScriptedEditor(picture(1)), "thinker": thinker}
    async with make_agent(**parts, retry=Retry(samples=2, wait=0.0)) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert len(thinker.comparisons) == 2
    assert [sample.verdict for sample in run.turns[0].samples] == ["failed", "failed"]
    assert run.failure is not None
    assert run.failure.kind == "ThinkerBusy"


async def test_an_instruction_that_no_editor_can_do_is_refused_and_on_record(
    make_agent: MakeAgent,
) -> None:
    editor = ScriptedEditor(UnsupportedInstruction("cannot add a cat", clause="add a cat"))
    thinker = ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=editor, thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "add a cat"))
        assert (await agent.kit.store.run(run.id)).status == "refused"

    assert run.failure is not None
    assert run.failure.message == "cannot add a cat"
    assert thinker.comparisons == []


async def test_a_refinement_that_the_editor_cannot_do_leaves_the_best_turn_as_the_answer(
    make_agent: MakeAgent,
) -> None:
    editor = ScriptedEditor(picture(1), UnsupportedInstruction("cannot", clause="a cat"))
    thinker = ScriptedThinker(critique(5, 9, "add a cat"))
    async with make_agent(editor=editor, thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert (run.status, run.answer) == ("done", 1)
    assert run.stop is not None
    assert run.stop.reason is StopReason.FAILED


async def test_a_foreign_exception_of_an_editor_becomes_a_failure_on_record(
    make_agent: MakeAgent,
) -> None:
    async def explode(_: object) -> None:
        raise ZeroDivisionError("by zero")

    editor = ScriptedEditor(picture(1), before=explode)
    thinker = ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=editor, thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert run.failure is not None
    assert run.failure.kind == "EditorError"
    assert "ZeroDivisionError: by zero" in run.failure.message


async def test_an_answer_that_is_no_picture_is_the_editors_failure(make_agent: MakeAgent) -> None:
    html = picture(1).__class__(b"<html>rate limited</html>", "image/png")
    thinker = ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=ScriptedEditor(html), thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert run.failure is not None
    assert run.failure.border == "editor"
    assert "not a picture" in run.failure.message


async def test_a_source_that_comes_back_unchanged_is_a_finding_on_the_turn(
    make_agent: MakeAgent,
) -> None:
    thinker = ScriptedThinker(critique(9, 9, "a"))
    async with make_agent(editor=ScriptedEditor(), thinker=thinker, rules=fixed(1)) as agent:
        run = await agent.run(await agent.task(png(99), "a"))
        assert [finding.kind for finding in run.turns[0].findings] == ["unchanged"]
        assert await agent.kit.store.run(run.id) == run


async def test_what_an_editor_has_looked_at_is_not_looked_at_again(make_agent: MakeAgent) -> None:
    editor, thinker = (
        ScriptedEditor(Edited(picture(99), findings=())),
        ScriptedThinker(critique(9, 9, "a")),
    )
    async with make_agent(editor=editor, thinker=thinker, rules=fixed(1)) as agent:
        run = await agent.run(await agent.task(png(99), "a"))
        assert run.turns[0].findings == ()


async def test_a_budget_that_is_spent_hands_back_the_best_so_far(make_agent: MakeAgent) -> None:
    editor = ScriptedEditor(
        Edited(picture(1), cost=0.4), Edited(picture(2), cost=0.4), abilities=Abilities(cost=0.4)
    )
    thinker = ScriptedThinker(critique(5, 8, "b"), critique(6, 8, "c"))
    async with make_agent(editor=editor, thinker=thinker, ledger=Ledger(cost=1.0)) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert len(editor.requests) == 2
    assert run.stop is not None
    assert run.stop.reason is StopReason.BUDGET
    assert run.answer == 2


async def test_an_empty_instruction_and_a_missing_file_are_refused(
    make_agent: MakeAgent, tmp_path: Path
) -> None:
    parts = {"editor": ScriptedEditor(), "thinker": ScriptedThinker(critique(9, 9, "a"))}
    async with make_agent(**parts) as agent:
        with pytest.raises(InputError, match="empty"):
            await agent.task(png(99), "  ")
        with pytest.raises(InputError, match="no file"):
            await agent.task(tmp_path / "none.png", "red")


async def test_scores_never_fall_below_the_first_turn(make_agent: MakeAgent) -> None:
    thinker = ScriptedThinker(critique(6, 6, "b"), critique(2, 2, "c"), critique(1, 1, "d"))
    editor = ScriptedEditor(picture(1), picture(2), picture(3))
    async with make_agent(editor=editor, thinker=thinker, rules=standard(turns=5)) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    assert run.stop is not None
    assert run.stop.reason is StopReason.DECLINING
    assert run.answer == 1
    assert all(a.number + 1 == b.number for a, b in pairwise(run.turns))

import anyio
import pytest

from editloop.memory import Critique, MalformedCritique, Score, ThinkerBusy
from editloop.policies import (
    Comparison,
    ScriptedRewriter,
    ScriptedThinker,
    Thinker,
    Wish,
    opinion,
    wire,
)
from editloop.tools import Picture

pytestmark = pytest.mark.anyio

PICTURE = Picture(b"pixels", "image/png")
POOR = Critique(score=Score(semantic=3, quality=8), reasoning="dark", refined="brighten more")
GOOD = Critique(score=Score(semantic=9, quality=9), reasoning="fine", refined="brighten")


def _comparison(seed: int = 0) -> Comparison:
    return Comparison(source=PICTURE, edited=PICTURE, asked="brighten", told="brighten", seed=seed)


async def test_answers_come_in_order_and_the_last_one_stays() -> None:
    thinker: Thinker = ScriptedThinker(POOR, GOOD)
    given = [(await thinker.critique(_comparison())).critique for _ in range(4)]
    assert given == [POOR, GOOD, GOOD, GOOD]


async def test_it_keeps_what_it_was_shown_and_the_text_that_it_wrote() -> None:
    thinker = ScriptedThinker(POOR)
    sample = (await thinker.critique(_comparison(seed=7))).sample
    assert thinker.comparisons == [_comparison(seed=7)]
    assert (sample.text, sample.verdict, sample.seed) == (wire.write(POOR), "ok", 7)


@pytest.mark.parametrize("score", [None, Score(semantic=9, quality=9)])
async def test_a_critique_with_a_stop_flag_is_given_as_it_is(score: Score | None) -> None:
    expert = Critique(score=score, satisfied=True, reasoning="fine", refined="brighten")
    given = await ScriptedThinker(expert).critique(_comparison(seed=7))
    assert given.critique == Critique.model_validate_json(given.sample.text) == expert
    assert (given.sample.verdict, given.sample.seed) == ("ok", 7)


async def test_a_text_without_a_critique_is_malformed_and_kept() -> None:
    with pytest.raises(MalformedCritique) as caught:
        await ScriptedThinker("I like it.").critique(_comparison(seed=3))
    sample = caught.value.sample
    assert sample is not None
    assert (sample.text, sample.verdict, sample.seed) == ("I like it.", "malformed", 3)
    assert sample.problem == str(caught.value)


async def test_an_error_is_raised_each_time_without_growing() -> None:
    thinker = ScriptedThinker(ThinkerBusy("later"), GOOD, ThinkerBusy("later"))
    depths: list[int] = []
    for _ in range(6):
        try:
            await thinker.critique(_comparison())
        except ThinkerBusy as error:
            depth, frame = 0, error.__traceback__
            while frame:
                depth, frame = depth + 1, frame.tb_next
            depths.append(depth)
    assert len(depths) == 5
    assert len(set(depths)) == 1


async def test_concurrent_calls_each_take_their_own_answer() -> None:
    gate = anyio.Event()

    async def wait(comparison: Comparison) -> None:
        if comparison.seed == 0:
            await gate.wait()
        else:
            gate.set()

    thinker = ScriptedThinker(POOR, GOOD, before=wait)
    given: dict[int, Critique] = {}

    async def ask(seed: int) -> None:
        given[seed] = (await thinker.critique(_comparison(seed))).critique

    async with anyio.create_task_group() as group:
        group.start_soon(ask, 0)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(ask, 1)
    assert given == {0: POOR, 1: GOOD}


async def test_before_can_fail_in_place_of_the_answer() -> None:
    async def fail(comparison: Comparison) -> None:
        raise ThinkerBusy("out of reach")

    with pytest.raises(ThinkerBusy, match="out of reach"):
        await ScriptedThinker(GOOD, before=fail).critique(_comparison())


async def test_a_thinker_without_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        ScriptedThinker()


async def test_an_opinion_that_was_cut_short_is_truncated() -> None:
    with pytest.raises(MalformedCritique) as caught:
        opinion(wire.write(GOOD), finish_reason="LENGTH")
    assert caught.value.sample is not None
    assert caught.value.sample.verdict == "truncated"


async def test_an_opinion_in_half_surrogates_is_kept_in_a_form_that_can_be_stored() -> None:
    with pytest.raises(MalformedCritique) as caught:
        opinion("<score>\ud800")
    assert caught.value.sample is not None
    assert caught.value.sample.text == "<score>?"
    assert caught.value.sample.model_dump_json().encode()


async def test_a_rewriter_gives_its_instructions_in_order_and_the_last_one_again() -> None:
    rewriter = ScriptedRewriter("redder", ThinkerBusy("later"), "reddest")
    wish = Wish(source=PICTURE, asked="red", seed=4)
    assert (await rewriter.rewrite(wish)).instruction == "redder"
    with pytest.raises(ThinkerBusy, match="later"):
        await rewriter.rewrite(wish)
    again = [await rewriter.rewrite(wish), await rewriter.rewrite(wish)]
    assert [each.instruction for each in again] == ["reddest", "reddest"]
    assert again[0].sample.seed == 4
    assert rewriter.wishes == [wish] * 4


def test_a_rewriter_without_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        ScriptedRewriter()

"""What is written comes back, each half once."""

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from editloop.memory import Critique, Failure, Run, Spread, StoreError
from editloop.memory.store import Store

pytestmark = pytest.mark.anyio

Maker = Any  # the class of the fixture `make`; tests cannot import one another


async def test_a_run_with_two_turns_comes_back_as_it_was(store: Store, make: Maker) -> None:
    run = make.run(settings={"editor": {"name": "e"}, "z": 1, "a": [1.5, None]}, trace_id="ab")
    done = await make.ended(store, run, make.turn(1, 5, 6), make.turn(2, 8, 8), answer=2)
    assert await store.run(run.id) == done


async def test_an_open_run_shows_the_half_that_is_written(store: Store, make: Maker) -> None:
    run = make.run()
    await store.opened(run)
    await store.edited(run.id, make.half(1))
    found = await store.run(run.id)
    assert found.status == "open"
    assert found.turns == (make.half(1),)


async def test_a_stop_flag_without_scores_comes_back_and_is_no_best_score(
    store: Store, make: Maker
) -> None:
    expert = Critique(reasoning="not yet", refined="again", satisfied=False)
    run = await make.written(store, make.run(), make.half(1, critique=expert))
    assert (await store.run(run.id)).turns[0].critique == expert
    assert (await store.runs())[0].semantic is None
    with pytest.raises(StoreError, match="another value of 'satisfied'"):
        await store.critiqued(run.id, make.half(1, critique=expert.but(satisfied=True)))


async def test_the_spread_of_several_samples_comes_back(store: Store, make: Maker) -> None:
    turn = make.turn(1)
    spread = Spread(samples=3, semantic=0.5, quality=1.25)
    turn = turn.but(critique=turn.critique.but(spread=spread))
    run = await make.written(store, make.run(), turn)
    assert (await store.run(run.id)).turns == (turn,)


async def test_the_same_edit_half_again_changes_nothing(store: Store, make: Maker) -> None:
    run = make.run()
    await store.opened(run)
    await store.edited(run.id, make.half(1))
    await store.edited(run.id, make.half(1))
    assert (await store.runs())[0].seconds == 2
    assert len((await store.run(run.id)).turns) == 1


async def test_another_edit_half_is_not_written_over_the_first(store: Store, make: Maker) -> None:
    run = make.run()
    await store.opened(run)
    await store.edited(run.id, make.half(1))
    with pytest.raises(StoreError, match="another value of 'edited_sha'"):
        await store.edited(run.id, make.half(1, edited=make.picture(9)))
    assert (await store.run(run.id)).turns == (make.half(1),)


async def test_the_edit_half_can_be_repeated_after_the_critique(store: Store, make: Maker) -> None:
    no_critique = Failure(border="thinker", kind="ThinkerError", message="gone")
    run = await make.written(store, make.run(), make.half(1, failure=no_critique))
    await store.edited(run.id, make.half(1))
    assert (await store.run(run.id)).turns[0].failure == no_critique


async def test_the_same_critique_again_changes_nothing(store: Store, make: Maker) -> None:
    run = await make.written(store, make.run(), make.turn(1))
    await store.critiqued(run.id, make.turn(1))
    assert await store.run(run.id) == run
    assert (await store.runs())[0].seconds == 3


async def test_another_critique_is_not_written_over_the_first(store: Store, make: Maker) -> None:
    run = await make.written(store, make.run(), make.turn(1, 5, 5))
    with pytest.raises(StoreError, match="another value of 'semantic'"):
        await store.critiqued(run.id, make.turn(1, 9, 9))


async def test_samples_written_before_the_critique_are_not_doubled(
    store: Store, make: Maker
) -> None:
    run, malformed = make.run(), make.sample("no tags").but(verdict="malformed", problem="no score")
    await store.opened(run)
    await store.edited(run.id, make.half(1))
    await store.sampled(run.id, 1, malformed)
    assert (await store.run(run.id)).turns[0].samples == (malformed,)
    turn = make.turn(1).but(samples=(malformed, make.sample("good")))
    await store.critiqued(run.id, turn)
    assert (await store.run(run.id)).turns == (turn,)
    assert (await store.runs())[0].cost == 0.5


async def test_a_critique_that_forgets_a_written_sample_is_refused(
    store: Store, make: Maker
) -> None:
    run = make.run()
    await store.opened(run)
    await store.edited(run.id, make.half(1))
    await store.sampled(run.id, 1, make.sample("written"))
    with pytest.raises(StoreError, match="'text'"):
        await store.critiqued(run.id, make.turn(1))
    with pytest.raises(StoreError, match="'samples'"):
        await store.critiqued(run.id, make.turn(1).but(samples=()))


async def test_a_failed_edit_is_a_whole_turn(store: Store, make: Maker) -> None:
    failure = Failure(border="editor", kind="EditorBusy", message="503", retryable=True)
    run = await make.written(store, make.run(), make.half(1, edited=None, failure=failure))
    assert (await store.run(run.id)).turns[0].failure == failure


async def test_turns_are_written_in_their_order(store: Store, make: Maker) -> None:
    run = make.run()
    await store.opened(run)
    with pytest.raises(StoreError, match="turn 2 does not follow the 0"):
        await store.edited(run.id, make.half(2))
    for write in (store.critiqued(run.id, make.turn(1)), store.sampled(run.id, 1, make.sample(""))):
        with pytest.raises(StoreError, match="write its edit first"):
            await write


async def test_a_turn_with_nothing_in_it_is_refused(store: Store, make: Maker) -> None:
    run = make.run()
    await store.opened(run)
    with pytest.raises(StoreError, match="no edit and no failure"):
        await store.edited(run.id, make.half(1, edited=None))
    await store.edited(run.id, make.half(1))
    with pytest.raises(StoreError, match="no critique and no failure"):
        await store.critiqued(run.id, make.half(1))


async def test_a_turn_cannot_edit_a_picture_that_is_not_there(store: Store, make: Maker) -> None:
    run = make.run()
    await store.opened(run)
    failure = Failure(border="editor", kind="EditorBusy", message="503", retryable=True)
    await store.edited(run.id, make.half(1, edited=None, failure=failure))
    with pytest.raises(StoreError, match="picture of turn 1, which has none"):
        await store.edited(run.id, make.half(2, base=1))


async def test_an_answer_without_a_picture_is_refused(store: Store, make: Maker) -> None:
    run = await make.written(store, make.run(), make.turn(1))
    with pytest.raises(StoreError, match="no picture to be the answer"):
        await store.closed(run.with_turn(make.turn(2)).ended(make.stop(), 2))  # never written
    with pytest.raises(StoreError, match="no reason to stop"):
        await store.closed(run)


async def test_closing_twice_changes_nothing_and_otherwise_is_refused(
    store: Store, make: Maker
) -> None:
    done = await make.ended(store, make.run(), make.turn(1))
    await store.closed(done)
    with pytest.raises(StoreError, match="has ended"):
        await store.closed(done.but(answer=None))


async def test_a_run_is_opened_once_and_fresh(store: Store, make: Maker) -> None:
    run = make.run()
    await store.opened(run)
    with pytest.raises(StoreError, match="already"):
        await store.opened(run)
    with pytest.raises(StoreError, match="has begun already"):
        await store.opened(make.run().with_turn(make.half(1)))


@pytest.mark.parametrize("text", ["a\x00b", "\x1b0000", "猫 🐈", "%_'\"\\"])
async def test_any_text_comes_back(store: Store, make: Maker, text: str) -> None:
    turn = make.turn(1).but(instruction=text, notes=(text,), samples=(make.sample(text),))
    run: Run = make.run(instruction=text, labels={text: text}, settings={text: [text]})
    written = await make.written(store, run, turn)
    assert await store.run(run.id) == written


async def test_half_a_surrogate_pair_in_an_answer_comes_back(store: Store, make: Maker) -> None:
    torn = "torn \ud83d"
    turn = make.turn(1).but(notes=(torn,), samples=(make.sample(torn),))
    run = await make.written(store, make.run(), turn)
    assert await store.run(run.id) == run


async def test_seeds_of_64_bits_without_sign_come_back(store: Store, make: Maker) -> None:
    run = await make.written(store, make.run(), make.turn(1).but(seed=2**64 - 1))
    assert (await store.run(run.id)).turns[0].seed == 2**64 - 1


async def test_moments_come_back_in_utc_and_need_a_zone(store: Store, make: Maker) -> None:
    east = datetime(2026, 3, 1, 12, 30, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    run = make.run(created=east)
    await store.opened(run)
    found = (await store.run(run.id)).created
    assert found == east
    assert found.utcoffset() == timedelta(0)
    with pytest.raises(StoreError, match="has no time zone"):
        await store.opened(make.run(created=datetime(2026, 3, 1)))


async def test_what_is_not_json_or_not_finite_is_refused(store: Store, make: Maker) -> None:
    with pytest.raises(StoreError, match="cannot be stored"):
        await store.opened(make.run(settings={"limit": math.nan}))
    with pytest.raises(StoreError, match="cannot be stored"):
        await store.opened(make.run(settings={"limit": object()}))
    run = make.run()
    await store.opened(run)
    with pytest.raises(StoreError, match="only finite numbers"):
        await store.edited(run.id, make.half(1, edit_seconds=math.inf))
    assert (await store.run(run.id)).turns == ()

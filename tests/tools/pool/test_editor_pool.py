"""What a pool of editors promises, on a clock in the hand."""

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from pooling import SOURCE, Asker, by, pool_of, settled

from editloop.memory import (
    EditorBusy,
    EditorError,
    EditorRejected,
    SettingsError,
    UnsupportedInstruction,
)
from editloop.tools import Abilities, EditRequest
from editloop.tools.pool import PATIENT, EditorPool, tiny_edit

pytestmark = pytest.mark.anyio

Hand = Callable[..., Any]


async def test_the_least_loaded_replica_is_next(clock: Any, hand: Hand) -> None:
    a, b = hand("a"), hand("b")
    async with Asker(pool_of(clock, a, b)) as asker:
        await asker.ask("1", "2", "3", "4")
        assert (len(a.keys), len(b.keys)) == (2, 2)
        await a.done(2)
        await asker.ask("5", "6")
        assert (a.now, b.now) == (2, 2)
        await a.done(2)
        await b.done(2)


async def test_never_more_than_the_bound_is_under_way(clock: Any, hand: Hand) -> None:
    a, b = hand("a", 1.0), hand("b", 1.0)
    async with Asker(pool_of(clock, a, bound=3)) as asker:
        asker.pool.add(b, bound=1)
        await asker.ask(*(f"{n}" for n in range(20)))
        assert asker.pool.snapshot().waiting == 16
        await clock.pass_by(20)
    assert (a.most, b.most, len(asker.answers)) == (3, 1, 20)


async def test_a_faster_replica_gets_more_of_the_work(clock: Any, hand: Hand) -> None:
    fast, slow = hand("fast", 1.0), hand("slow", 4.0)
    async with Asker(pool_of(clock, fast, slow, hedge=100)) as asker:
        await asker.ask(*(f"{n}" for n in range(50)))
        await clock.pass_by(21)
    assert len(asker.answers) == 50
    assert len(slow.keys) == pytest.approx(10, abs=2)


async def test_the_last_request_of_a_batch_waits_for_the_fast_replica(
    clock: Any, hand: Hand
) -> None:
    fast, slow = hand("fast", 1.0), hand("slow", 10.0)
    rules = {"bound": 1, "hedge": 100}
    async with Asker(pool_of(clock, fast, slow, **rules)) as asker:
        await asker.ask("1", "2")
        await clock.pass_by(10)
        await asker.ask("3", "4")
        await clock.pass_by(2)
        assert [by(asker.answers[key]) for key in ("3", "4")] == ["fast", "fast"]


async def test_a_hung_fast_replica_does_not_hold_requests_back_for_ever(
    clock: Any, hand: Hand
) -> None:
    fast, slow = hand("fast", 1.0), hand("slow", 10.0)
    rules = {"bound": 1, "hedge": 100}
    async with Asker(pool_of(clock, fast, slow, **rules)) as asker:
        group = asker.group
        await asker.ask("1", "2")
        await clock.pass_by(10)
        fast.seconds = 1e6
        await asker.ask("3", "4")
        await clock.pass_by(60)
        assert by(asker.answers["4"]) == "slow"
        group.cancel_scope.cancel()


async def test_a_failed_edit_goes_to_another_replica_and_says_so(clock: Any, hand: Hand) -> None:
    bad, good = hand("bad", 1.0), hand("good", 1.0)
    bad.error = EditorBusy("bad answered 503")
    async with Asker(pool_of(clock, bad)) as asker:
        pool = asker.pool
        await asker.ask("1")
        pool.add(good)
        await clock.pass_by(2)
    assert asker.answers["1"].notes == (
        "bad failed (bad answered 503): another replica was asked",
        "made by good",
    )
    assert (len(bad.keys), len(good.keys)) == (1, 1)


async def test_no_replica_gets_a_request_twice(clock: Any, hand: Hand) -> None:
    a, b = hand("a", 1.0), hand("b", 1.0)
    a.error, b.error = EditorBusy("a is full"), EditorError("b answered HTML")
    async with Asker(pool_of(clock, a, b)) as asker:
        await asker.ask("1")
        await clock.pass_by(9)
    assert (a.keys, b.keys) == (["1"], ["1"])
    assert isinstance(asker.errors["1"], EditorBusy)
    assert "a: a is full" in str(asker.errors["1"])
    assert "b: b answered HTML" in str(asker.errors["1"])


@pytest.mark.parametrize("error", [EditorRejected("400"), UnsupportedInstruction("a cat")])
async def test_a_refusal_is_not_asked_elsewhere_and_no_mark_against_the_replica(
    clock: Any, hand: Hand, error: Exception
) -> None:
    a, b = hand("a", 1.0), hand("b", 1.0)
    a.error = b.error = error
    async with Asker(pool_of(clock, a, b, failures=1)) as asker:
        pool = asker.pool
        await asker.ask("1")
        await clock.pass_by(2)
        assert {replica.state for replica in pool.snapshot().replicas} == {"serving"}
    assert asker.errors["1"] is error
    assert len(a.keys) + len(b.keys) == 1


async def test_an_edit_that_costs_money_is_asked_for_once(clock: Any, hand: Hand) -> None:
    a, b = hand("a", 1.0, cost=0.04), hand("b", 1.0, cost=0.04)
    async with Asker(pool_of(clock, a, b)) as asker:
        await asker.ask("1", "2")
        await clock.pass_by(1)
        a.seconds = b.seconds = 50.0
        a.error = b.error = EditorBusy("500")
        await asker.ask("3")
        await clock.pass_by(60)
    assert len(a.keys) + len(b.keys) == 3
    assert str(asker.errors["3"]) == "500"


async def test_a_dead_replica_gets_its_failures_and_then_one_trial_per_pause(
    clock: Any, hand: Hand
) -> None:
    dead, good = hand("dead", 0.0), hand("good", 0.1)
    dead.error = EditorBusy("no connection")
    async with Asker(pool_of(clock, dead, good, bound=1)) as asker:
        pool = asker.pool
        for n in range(100):
            await asker.ask(f"{n}", f"{n}b")
            await clock.pass_by(0.4)
        assert pool.snapshot().replicas[0].state == "out"
    assert len(asker.answers) == 200
    assert len(dead.keys) <= 3 + 3  # trials after 5, 10 and 20 of 40 seconds


async def test_a_replica_that_recovers_serves_again(clock: Any, hand: Hand) -> None:
    a = hand("a", 1.0)
    a.error = EditorBusy("loading")
    async with Asker(pool_of(clock, a, failures=1)) as asker:
        pool = asker.pool
        await asker.ask("1")
        await clock.pass_by(1)
        assert pool.snapshot().replicas[0].retry_in == 5.0
        a.error = None
        await asker.ask("2", "3", "4")
        await clock.pass_by(4)
        assert a.now == 0
        await clock.pass_by(1.5)
        assert a.now == 1  # the trial
        await clock.pass_by(3)
    assert sorted(asker.answers) == ["2", "3", "4"]


async def test_a_probe_decides_when_a_replica_gets_its_first_request(
    clock: Any, hand: Hand
) -> None:
    a = hand("a", 2.0)
    a.error = EditorBusy("weights are loading")
    async with Asker(pool_of(clock)) as asker:
        asker.pool.add(a, probe=tiny_edit)
        await asker.ask("1")
        await clock.pass_by(3)
        assert "weights are loading" in asker.pool.snapshot().replicas[0].last_problem
        assert asker.pool.snapshot().replicas[0].state == "starting"
        a.error = None
        await clock.pass_by(10)
        assert a.keys == ["", "", "1"]
        assert asker.pool.snapshot().replicas[0].state == "serving"


async def test_a_probe_that_hangs_is_a_failed_one(clock: Any, hand: Hand) -> None:
    async with pool_of(clock, probe=30.0) as pool:
        pool.add(hand("a"), probe=tiny_edit)
        await clock.pass_by(31)
        assert pool.snapshot().replicas[0].last_problem == "the probe took more than 30 s"


async def test_editors_that_cost_money_are_not_probed(hand: Hand) -> None:
    with pytest.raises(SettingsError, match="costs money"):
        EditorPool().add(hand("a", cost=0.1), probe=tiny_edit)


async def test_a_late_edit_is_sent_to_a_second_replica_and_the_first_is_cancelled(
    clock: Any, hand: Hand
) -> None:
    a, b = hand("a", 1.0), hand("b", 1.0)
    async with Asker(pool_of(clock, a, b)) as asker:
        pool = asker.pool
        await asker.ask("1", "2")
        await clock.pass_by(1)
        a.seconds = b.seconds = 1e6
        await asker.ask("3")
        a.seconds = b.seconds = 1.0
        await clock.pass_by(3.9)
        assert "3" not in asker.answers
        await clock.pass_by(0.2)
        assert (
            asker.answers["3"]
            .notes[0]
            .endswith("took more than 3 s: another replica was asked too")
        )
        assert pool.snapshot().hedged == 1
    assert a.cancelled + b.cancelled == 1


async def test_patient_pools_send_nothing_twice(clock: Any, hand: Hand) -> None:
    a, b = hand("a", 1.0), hand("b", 1.0)
    pool = EditorPool("gpus", rules=PATIENT, clock=clock)
    pool.add(a)
    pool.add(b)
    async with Asker(pool) as asker:
        pool = asker.pool
        await asker.ask("1", "2")
        await clock.pass_by(1)
        a.seconds = b.seconds = 500.0
        await asker.ask("3")
        await clock.pass_by(500)
    assert len(a.keys) + len(b.keys) == 3


async def test_a_hung_edit_ends_at_the_limit_and_goes_elsewhere(clock: Any, hand: Hand) -> None:
    a, b = hand("a"), hand("b", 1.0)
    async with Asker(pool_of(clock, a, attempt=30.0)) as asker:
        pool = asker.pool
        await asker.ask("1")
        pool.add(b)
        await clock.pass_by(32)
    assert "no answer in 30 s" in asker.answers["1"].notes[0]
    assert a.cancelled == 1


async def test_a_run_that_floods_the_pool_waits_behind_itself(clock: Any, hand: Hand) -> None:
    a = hand("a", 1.0)
    async with Asker(pool_of(clock, a, bound=1)) as asker:
        await asker.ask(*(f"flood:{n}" for n in range(6)))
        await asker.ask("small:1", "small:2")
        await clock.pass_by(10)
    assert a.keys[:5] == ["flood:0", "flood:1", "small:1", "flood:2", "small:2"]


async def test_masks_and_references_go_where_they_are_honoured(clock: Any, hand: Hand) -> None:
    plain, fill, many = (
        hand("plain", 1.0),
        hand("fill", 1.0, mask=True),
        hand("many", 1.0, references=2),
    )
    async with Asker(pool_of(clock, plain, fill, many)) as asker:
        await asker.ask("m1", "m2", mask=SOURCE)
        await asker.ask("r1", references=(SOURCE, SOURCE))
        await asker.ask("both", mask=SOURCE, references=(SOURCE,))
        await clock.pass_by(3)
    assert (fill.keys, many.keys, plain.keys) == (["m1", "m2"], ["r1"], [])
    assert isinstance(asker.errors["both"], EditorRejected)
    assert asker.answers["m1"].notes == ("made by fill",)


def test_abilities_promise_only_what_all_replicas_keep(hand: Hand) -> None:
    pool = EditorPool()
    assert pool.abilities == Abilities()
    pool.add(hand("a", mask=True, seed=True, cost=0.1))
    pool.add(hand("b", references=3, seed=True, keeps_size=True))
    assert pool.abilities == Abilities(mask=True, references=3, seed=True, cost=0.1)


async def test_a_removed_replica_ends_its_work_and_gets_no_more(clock: Any, hand: Hand) -> None:
    a, b = hand("a"), hand("b")
    async with Asker(pool_of(clock, a, bound=1)) as asker:
        pool, group = asker.pool, asker.group
        await asker.ask("1", "2")
        group.start_soon(pool.remove, "a")
        await settled()
        assert pool.snapshot().replicas[0].state == "leaving"
        pool.add(b)
        await a.done()
        assert [replica.name for replica in pool.snapshot().replicas] == ["b"]
        await b.done()
    assert (a.keys, b.keys) == (["1"], ["2"])


async def test_without_any_replica_in_service_a_request_fails_after_the_outage(
    clock: Any, hand: Hand
) -> None:
    a = hand("a", 0.0)
    a.error = EditorBusy("no connection")
    async with Asker(pool_of(clock)) as asker:
        asker.pool.add(a, probe=tiny_edit)
        await asker.ask("1")
        await clock.pass_by(56)
        assert not asker.errors
        await clock.pass_by(8)
    assert "no replica came into service for 60 s" in str(asker.errors["1"])
    assert "no connection" in str(asker.errors["1"])


async def test_a_full_pool_says_that_it_is_busy(clock: Any, hand: Hand) -> None:
    a = hand("a")
    async with Asker(pool_of(clock, a, bound=1, waiting=1)) as asker:
        await asker.ask("1", "2", "3")
        assert str(asker.errors["3"]) == "pool 'gpus': 1 requests wait already"
        await a.done()
        await a.done()


async def test_a_cancelled_request_gives_its_place_back(clock: Any, hand: Hand) -> None:
    a = hand("a")
    async with Asker(pool_of(clock, a, bound=1)) as asker:
        async with anyio.create_task_group() as gone:
            await asker.ask("running", "waiting", group=gone)
            await asker.ask("3")
            gone.cancel_scope.cancel()
        await settled()
        assert (a.keys, a.cancelled) == (["running", "3"], 1)
        await a.done()
    assert sorted(asker.answers) == ["3"]


async def test_a_foreign_error_reaches_the_caller_as_it_is(clock: Any, hand: Hand) -> None:
    a = hand("a", 0.0)
    a.error = ZeroDivisionError("a bug")
    async with Asker(pool_of(clock, a)) as asker:
        asker.group.start_soon(clock.pass_by, 1)
        with pytest.raises(ZeroDivisionError, match="a bug"):
            await asker.pool.edit(EditRequest(SOURCE, "warmer"))

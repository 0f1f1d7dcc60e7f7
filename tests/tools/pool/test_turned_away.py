"""Replicas that ask to wait, and requests that hang, on a clock in the hand."""

from collections.abc import Callable
from typing import Any

import pytest
from pooling import Asker, by, pool_of, settled

from editloop.memory import EditorBusy, SettingsError
from editloop.tools import Edited, EditRequest
from editloop.tools.pool import PoolRules

pytestmark = pytest.mark.anyio
Hand = Callable[..., Any]


class Bounded:
    """A server that takes so many edits and turns the others away at once."""

    def __init__(self, inner: Any, takes: int, wait: float) -> None:
        self.inner, self.takes, self.wait = inner, takes, wait
        self.name, self.abilities = inner.name, inner.abilities
        self.refused = 0

    async def edit(self, request: EditRequest) -> Edited:
        if self.inner.now >= self.takes:
            self.refused += 1
            raise EditorBusy(f"{self.name} is full", retry_after=self.wait)
        edited: Edited = await self.inner.edit(request)
        return edited


async def test_a_replica_that_asks_to_wait_gets_nothing_until_then(clock: Any, hand: Hand) -> None:
    full, other = Bounded(hand("full", 1.0), 0, 20.0), hand("other", 1.0)
    async with Asker(pool_of(clock, full, other, bound=1)) as asker:
        await asker.ask(*(f"{n}" for n in range(10)))
        state = asker.pool.snapshot().replicas[0]
        assert (state.state, state.retry_in, state.turned_away) == ("paused", 20.0, 1)
        await clock.pass_by(19)
        assert full.refused == 1
    assert {by(edited) for edited in asker.answers.values()} == {"other"}
    assert "full asked to wait" in " ".join(asker.answers["0"].notes + asker.answers["1"].notes)


async def test_a_request_that_was_turned_away_is_taken_by_the_same_replica_later(
    clock: Any, hand: Hand
) -> None:
    only = Bounded(hand("only", 1.0), 0, 5.0)
    async with Asker(pool_of(clock, only)) as asker:
        await asker.ask("1")
        only.takes = 2
        await clock.pass_by(4.9)
        assert only.inner.keys == []
        await clock.pass_by(2)
    assert only.inner.keys == ["1"]
    assert by(asker.answers["1"]) == "only"


async def test_being_turned_away_is_no_failure_of_the_replica(clock: Any, hand: Hand) -> None:
    only = Bounded(hand("only", 1.0), 0, 1.0)
    async with Asker(pool_of(clock, only, failures=1, turns_away=5)) as asker:
        await asker.ask("1")
        await clock.pass_by(10)
        state = asker.pool.snapshot().replicas[0]
    assert (state.failed, state.turned_away) == (0, 6)
    assert str(asker.errors["1"]) == "only is full"


async def test_an_edit_that_costs_money_may_go_elsewhere_when_it_was_not_taken(
    clock: Any, hand: Hand
) -> None:
    full, other = Bounded(hand("full", 1.0, cost=0.1), 0, 9.0), hand("other", 1.0, cost=0.1)
    async with Asker(pool_of(clock, full, bound=1)) as asker:
        pool = asker.pool
        await asker.ask("1")
        pool.add(other)
        await settled()
        await clock.pass_by(2)
    assert by(asker.answers["1"]) == "other"


async def test_the_outstanding_bound_shrinks_to_what_a_server_takes_and_grows_back(
    clock: Any, hand: Hand
) -> None:
    server = Bounded(hand("server", 1.0), 2, 0.5)
    async with Asker(pool_of(clock, server, bound=8)) as asker:
        await asker.ask(*(f"{n}" for n in range(40)))
        await clock.pass_by(10)
        assert asker.pool.snapshot().replicas[0].limit <= 3
        refused = server.refused
        server.takes = 100
        await asker.ask(*(f"more {n}" for n in range(100)))
        await clock.pass_by(60)
        assert asker.pool.snapshot().replicas[0].limit > 3
    assert len(asker.answers) == 140
    assert refused <= 6 + 10  # the first wave, and a trial of a third place now and then


async def test_a_hung_request_is_asked_for_elsewhere_by_measured_times(
    clock: Any, hand: Hand
) -> None:
    a, b = hand("a", 1.0), hand("b", 1.0)
    pool = pool_of(clock, a, b, bound=1, hedge=1e9, patience=4.0)
    async with Asker(pool) as asker:
        await asker.ask(*(f"{n}" for n in range(20)))
        await clock.pass_by(20)
        a.seconds = b.seconds = 1e6
        await asker.ask("hung")
        a.seconds = b.seconds = 1.0
        await clock.pass_by(6)
    assert "no answer in 4 s" in asker.answers["hung"].notes[0]


async def test_a_request_that_is_heavier_than_others_is_cut_once_and_then_left_alone(
    clock: Any, hand: Hand
) -> None:
    a, b = hand("a", 1.0), hand("b", 1.0)
    async with Asker(pool_of(clock, a, b, bound=1, hedge=1e9)) as asker:
        await asker.ask(*(f"{n}" for n in range(20)))
        await clock.pass_by(20)
        a.seconds = b.seconds = 100.0
        await asker.ask("heavy")
        await clock.pass_by(110)
    assert sorted(a.keys + b.keys).count("heavy") == 2
    assert "heavy" in asker.answers


async def test_a_hung_request_with_no_elsewhere_has_all_its_time(clock: Any, hand: Hand) -> None:
    a = hand("a", 1.0)
    async with Asker(pool_of(clock, a, bound=1)) as asker:
        await asker.ask(*(f"{n}" for n in range(20)))
        await clock.pass_by(20)
        a.seconds = 100.0
        await asker.ask("heavy")
        await clock.pass_by(101)
    assert a.keys.count("heavy") == 1
    assert "heavy" in asker.answers


@pytest.mark.parametrize("wrong", [{"patience": 1.0}, {"turns_away": -1}])
def test_numbers_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        PoolRules(**wrong)

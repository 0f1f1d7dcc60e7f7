"""What a pool of thinkers promises, on a clock in the hand."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from hand_clock import FakeClock, settled
from making import critique, picture

from editloop.memory import (
    Critique,
    EditloopError,
    MalformedCritique,
    PictureError,
    Sample,
    SettingsError,
    ThinkerBusy,
    ThinkerError,
)
from editloop.policies import Comparison, Opinion, ScriptedThinker, Thinker
from editloop.policies.measured.thinker import Measured
from editloop.policies.pooled import ThinkerPool, tiny_comparison
from editloop.tools import Described
from editloop.tools.pool import PoolRules

pytestmark = pytest.mark.anyio

GOOD = critique(9, 9, "warmer")


class Slow(ScriptedThinker):
    """Takes some time of a fake clock before it gives its next answer."""

    def __init__(
        self, clock: FakeClock, name: str, *answers: Critique | str | EditloopError
    ) -> None:
        super().__init__(*(answers or (GOOD,)), name=name, before=self._wait)
        self.seconds, self.cancelled, self._clock = 1.0, 0, clock

    async def _wait(self, comparison: Comparison) -> None:
        try:
            await self._clock.sleep(self.seconds)
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise


class Asked:
    """What became of each comparison that a pool was sent."""

    def __init__(self, pool: ThinkerPool, clock: FakeClock) -> None:
        self.pool, self.clock = pool, clock
        self.opinions: list[Opinion] = []
        self.errors: list[Exception] = []

    async def ask(self, seconds: float = 0.0, count: int = 1) -> None:
        async with anyio.create_task_group() as group:
            for n in range(count):
                group.start_soon(self._one, f"run{n}:1")
            await self.clock.pass_by(seconds)

    async def _one(self, key: str) -> None:
        try:
            self.opinions.append(await self.pool.critique(_comparison(key)))
        except EditloopError as error:
            self.errors.append(error)


def _comparison(key: str = "run:1") -> Comparison:
    return Comparison(picture(40), picture(90), asked="warmer", told="warmer", key=key)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@asynccontextmanager
async def _pool(
    clock: FakeClock, *thinkers: Thinker, free: bool = True, **rules: Any
) -> AsyncGenerator[Asked]:
    async with ThinkerPool("vllm", rules=PoolRules(**rules), clock=clock) as pool:
        for thinker in thinkers:
            pool.add(thinker, free=free)
        yield Asked(pool, clock)


async def test_a_pool_is_a_thinker_that_shares_the_work(clock: FakeClock) -> None:
    a, b = Slow(clock, "a"), Slow(clock, "b")
    async with _pool(clock, a, b) as asked:
        thinker: Thinker = asked.pool
        assert thinker.name == "vllm"
        await asked.ask(10, count=8)
    assert len(a.comparisons) == len(b.comparisons) == 4
    assert [opinion.critique for opinion in asked.opinions] == [GOOD] * 8
    assert {opinion.also for opinion in asked.opinions} == {()}


async def test_never_more_than_the_bound_is_under_way(clock: FakeClock) -> None:
    a = Slow(clock, "a")
    async with ThinkerPool("vllm", clock=clock) as pool:
        pool.add(a, name="first", bound=3, free=True)
        async with anyio.create_task_group() as group:
            for n in range(5):
                group.start_soon(pool.critique, _comparison(f"{n}:1"))
            await settled()
            [replica] = pool.snapshot().replicas
            assert (replica.name, replica.outstanding, pool.snapshot().waiting) == ("first", 3, 2)
            await clock.pass_by(9)


async def test_a_failed_critique_goes_elsewhere_and_the_failure_is_on_record(
    clock: FakeClock,
) -> None:
    bad, good = Slow(clock, "bad", ThinkerBusy("bad answered 503")), Slow(clock, "good")
    good.seconds = 5.0
    async with _pool(clock, bad, good, bound=1) as asked:
        await asked.ask(20)
        [opinion] = asked.opinions
    assert [sample.verdict for sample in (opinion.sample, *opinion.also)] == ["ok", "failed"]
    assert opinion.also[0].problem == (
        "bad failed (bad answered 503): another replica was asked; good answered"
    )
    assert opinion.sample.seconds == 5.0  # of the replica that answered


async def test_no_replica_is_asked_twice(clock: FakeClock) -> None:
    a, b = Slow(clock, "a", ThinkerBusy("a is full")), Slow(clock, "b", ThinkerError("b says 400"))
    async with _pool(clock, a, b) as asked:
        await asked.ask(9)
    assert (len(a.comparisons), len(b.comparisons)) == (1, 1)
    [error] = asked.errors
    assert isinstance(error, ThinkerBusy)
    assert "a: a is full" in str(error)
    assert "b: b says 400" in str(error)


async def test_a_malformed_answer_is_the_answer_of_a_healthy_replica(clock: FakeClock) -> None:
    a, b = Slow(clock, "a", "I like it."), Slow(clock, "b", "So do I.")
    async with _pool(clock, a, b, failures=1) as asked:
        await asked.ask(9, count=4)
        replicas = asked.pool.snapshot().replicas
    assert {type(error) for error in asked.errors} == {MalformedCritique}
    assert len(a.comparisons) + len(b.comparisons) == 4
    assert {(replica.state, replica.failed) for replica in replicas} == {("serving", 0)}
    assert sum(replica.answered for replica in replicas) == 4


async def test_detours_before_a_malformed_answer_are_in_its_problem(clock: FakeClock) -> None:
    bad, odd = Slow(clock, "bad", ThinkerBusy("503")), Slow(clock, "odd", "I like it.")
    async with _pool(clock, bad) as asked:
        asked.pool.add(odd, free=True)
        await asked.ask(9)
    [error] = asked.errors
    assert isinstance(error, MalformedCritique)
    assert error.sample
    assert (error.sample.verdict, error.sample.text) == ("malformed", "I like it.")
    assert "bad failed (503)" in (error.sample.problem or "")


async def test_a_picture_that_cannot_be_read_is_no_mark_against_a_replica(
    clock: FakeClock,
) -> None:
    a, b = Slow(clock, "a", PictureError("no picture")), Slow(clock, "b", PictureError("no"))
    async with _pool(clock, a, b, failures=1) as asked:
        await asked.ask(9)
        assert {replica.state for replica in asked.pool.snapshot().replicas} == {"serving"}
    assert len(a.comparisons) + len(b.comparisons) == 1
    assert isinstance(asked.errors[0], PictureError)


async def test_a_late_critique_is_asked_for_twice_where_that_costs_nothing(
    clock: FakeClock,
) -> None:
    a, b = Slow(clock, "a"), Slow(clock, "b")
    async with _pool(clock, a, b) as asked:
        await asked.ask(9, count=2)
        a.seconds = 100.0
        b.seconds = 2.0
        await asked.ask(200)
        hedged = asked.pool.snapshot().hedged
    assert hedged == 1
    assert a.cancelled == 1
    assert "another replica was asked too; b answered" in (asked.opinions[-1].also[0].problem or "")


async def test_a_critique_that_costs_money_is_asked_for_once(clock: FakeClock) -> None:
    a, b = Slow(clock, "a"), Slow(clock, "b")
    async with _pool(clock, a, b, free=False) as asked:
        await asked.ask(9, count=4)
        a.seconds = b.seconds = 100.0
        await asked.ask(200)
        assert (asked.pool.snapshot().hedged, len(a.comparisons) + len(b.comparisons)) == (0, 5)
    c, d = Slow(clock, "c", ThinkerBusy("503")), Slow(clock, "d", ThinkerBusy("503"))
    async with _pool(clock, c, d, free=False) as asked:
        await asked.ask(9)
    assert len(c.comparisons) + len(d.comparisons) == 1
    assert str(asked.errors[0]) == "503"


async def test_those_that_cost_money_are_a_reserve(clock: FakeClock) -> None:
    ours, expert = Slow(clock, "ours"), Slow(clock, "expert")
    async with _pool(clock, ours, failures=1) as asked:
        asked.pool.add(expert)
        await asked.ask(50, count=20)
        assert len(expert.comparisons) == 0

        ours.seconds = 0.0
        ours.comparisons.clear()
        ours._answers = (ThinkerError("out of memory"),)  # pyright: ignore[reportPrivateUsage]
        await asked.ask(5, count=2)
        assert (len(expert.comparisons), asked.errors) == (2, [])
        [problem] = [sample.problem for sample in asked.opinions[-1].also]
        assert problem == (
            "no free replica answered (out of memory): the reserve was asked; expert answered"
        )


async def test_the_reserve_is_asked_at_once_while_no_free_replica_is_in_service(
    clock: FakeClock,
) -> None:
    dead, expert = Slow(clock, "dead", ThinkerBusy("refused")), Slow(clock, "expert")
    dead.seconds = 0.0
    async with _pool(clock, dead, failures=1, cooldown=100, longest_cooldown=100) as asked:
        asked.pool.add(expert)
        await asked.ask(5)
        await asked.ask(1.5)
        assert asked.opinions[-1].also == ()
    assert (len(dead.comparisons), len(expert.comparisons)) == (1, 2)


async def test_an_unreadable_answer_does_not_reach_the_reserve(clock: FakeClock) -> None:
    odd, expert = Slow(clock, "odd", "I like it."), Slow(clock, "expert")
    async with _pool(clock, odd) as asked:
        asked.pool.add(expert)
        await asked.ask(9)
    assert isinstance(asked.errors[0], MalformedCritique)
    assert expert.comparisons == []


async def test_an_empty_pool_says_so(clock: FakeClock) -> None:
    async with _pool(clock) as asked:
        await asked.ask()
    assert "no replica of 'vllm'" in str(asked.errors[0])
    assert isinstance(asked.errors[0], ThinkerError)


async def test_replicas_come_and_go(clock: FakeClock) -> None:
    a, b, paid = Slow(clock, "a"), Slow(clock, "b"), Slow(clock, "paid")
    async with _pool(clock, a) as asked:
        pool = asked.pool
        pool.add(b, free=True)
        pool.add(paid)
        await pool.remove("a")
        await pool.remove("paid")
        await asked.ask(9)
        assert [replica.name for replica in pool.snapshot().replicas] == ["b"]
        with pytest.raises(SettingsError, match="no replica 'a'"):
            await pool.remove("a")
        pool.add(a, free=True)
    assert (len(a.comparisons), len(b.comparisons)) == (0, 1)


async def test_a_name_belongs_to_one_replica(clock: FakeClock) -> None:
    async with _pool(clock, Slow(clock, "a")) as asked:
        with pytest.raises(SettingsError, match="'a' already"):
            asked.pool.add(Slow(clock, "a"), free=False)
        with pytest.raises(SettingsError, match="may cost money"):
            asked.pool.add(Slow(clock, "b"), probe=tiny_comparison)


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        "I like it.",
        Critique.model_validate({"reasoning": "fine", "refined": "warmer", "satisfied": True}),
    ],
)
async def test_any_answer_to_two_pictures_proves_a_replica(
    answer: Critique | str, clock: FakeClock
) -> None:
    a = Slow(clock, "a", answer)
    async with ThinkerPool(clock=clock) as pool:
        pool.add(a, probe=tiny_comparison, free=True)
        assert [replica.state for replica in pool.snapshot().replicas] == ["starting"]
        await clock.pass_by(5)
        assert [replica.state for replica in pool.snapshot().replicas] == ["serving"]
    [shown] = a.comparisons
    assert shown.source.data != shown.edited.data


@pytest.mark.parametrize(
    "answer",
    [
        ThinkerBusy("loading"),
        MalformedCritique("nothing", sample=Sample(text=" ", verdict="malformed")),
    ],
)
async def test_a_replica_that_says_nothing_is_not_ready(
    answer: EditloopError, clock: FakeClock
) -> None:
    async with ThinkerPool(clock=clock) as pool:
        pool.add(Slow(clock, "a", answer), probe=tiny_comparison, free=True)
        await clock.pass_by(2)
        [replica] = pool.snapshot().replicas
    assert replica.state == "starting"
    assert "the probe failed" in replica.last_problem


async def test_the_measured_thinker_passes_the_probe() -> None:
    await tiny_comparison(Measured())


async def test_the_details_are_those_of_the_replicas(clock: FakeClock) -> None:
    class Known(Slow):
        @property
        def details(self) -> dict[str, str | int | float | bool | None]:
            return {"model": self.name}

    async with _pool(clock, Slow(clock, "plain")) as asked:
        asked.pool.add(Known(clock, "known"), name="one", free=True)
        asked.pool.add(Known(clock, "known"), name="two")
        assert isinstance(asked.pool, Described)
        assert asked.pool.details == {
            "replicas": "plain, one, two",
            "one.model": "known",
            "two.model": "known",
        }
        await asked.pool.remove("two")
        assert asked.pool.details == {"replicas": "plain, one", "one.model": "known"}


async def test_a_cancelled_critique_is_taken_back_from_its_replica(clock: FakeClock) -> None:
    a = Slow(clock, "a")
    async with _pool(clock, a) as asked, anyio.create_task_group() as group:
        ask: Callable[..., Any] = asked.ask
        group.start_soon(ask, 0.5)
        await settled()
        group.cancel_scope.cancel()
    assert a.cancelled == 1

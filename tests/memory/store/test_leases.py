"""One worker at a time owns a run."""

from datetime import datetime, timedelta
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editloop.memory import LeaseLost, RunNotFound, StoreError
from editloop.memory.store import Store, leases, open_store

pytestmark = pytest.mark.anyio

Maker = Any


class Clock:
    """The time that leases go by, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = leases.now()
        monkeypatch.setattr(leases, "now", self.now)

    def now(self) -> datetime:
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_a_held_run_cannot_be_claimed_and_the_error_names_its_owner(
    store: Store, rival: Store, make: Maker
) -> None:
    run = make.run()
    await store.opened(run)
    with pytest.raises(LeaseLost, match=r"belongs to worker one until \d{4}-"):
        await rival.claim(run.id)


async def test_a_run_whose_owner_is_silent_is_taken_over_and_the_owner_notices(
    store: Store, rival: Store, make: Maker, clock: Clock
) -> None:
    run = await make.written(store, make.run(), make.turn(1))
    clock.pass_by(61)
    assert await rival.claim(run.id) == run
    for write in (
        store.edited(run.id, make.half(2)),
        store.critiqued(run.id, make.turn(1)),
        store.sampled(run.id, 1, make.sample("late")),
        store.trace(run.id, "a" * 32, "b" * 16),
        store.closed(run.ended(make.stop(), 1)),
        store.renew(run.id),
    ):
        with pytest.raises(LeaseLost, match="belongs to worker two"):
            await write
    assert await rival.run(run.id) == run


async def test_an_owner_that_nobody_replaced_may_go_on_after_its_lease(
    store: Store, make: Maker, clock: Clock
) -> None:
    run = make.run()
    await store.opened(run)
    clock.pass_by(3600)
    await store.edited(run.id, make.half(1))


async def test_every_write_extends_the_lease_and_never_shortens_it(
    store: Store, rival: Store, make: Maker, clock: Clock
) -> None:
    run = make.run()
    await store.opened(run)
    clock.pass_by(50)
    await store.edited(run.id, make.half(1))
    clock.pass_by(50)
    with pytest.raises(LeaseLost):
        await rival.claim(run.id)
    await store.claim(run.id, seconds=600)
    await store.renew(run.id)
    clock.pass_by(500)
    with pytest.raises(LeaseLost):
        await rival.claim(run.id)


async def test_a_released_run_can_be_claimed_at_once(
    store: Store, rival: Store, make: Maker
) -> None:
    run = make.run()
    await store.opened(run)
    await rival.release(run.id)  # not its own: nothing happens
    await store.renew(run.id)
    await store.release(run.id)
    with pytest.raises(LeaseLost, match="claim it before writing"):
        await store.edited(run.id, make.half(1))
    await rival.claim(run.id)


async def test_a_run_that_ended_cannot_be_claimed(store: Store, make: Maker) -> None:
    done = await make.ended(store, make.run(), make.turn(1))
    with pytest.raises(StoreError, match="has ended \\(satisfied\\); there is nothing to resume"):
        await store.claim(done.id)
    with pytest.raises(RunNotFound):
        await store.claim("no such run")


async def test_of_eight_workers_that_claim_at_once_one_succeeds(
    store_url: str, store: Store, make: Maker
) -> None:
    run = make.run()
    await store.opened(run)
    await store.release(run.id)
    winners: list[str] = []

    async def claim(name: str) -> None:
        async with open_store(store_url, owner=name) as worker:
            try:
                await worker.claim(run.id)
            except LeaseLost:
                return
            winners.append(name)

    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(claim, f"worker {number}")
    assert len(winners) == 1


async def test_a_run_at_work_is_not_removed_by_another_worker(
    store: Store, rival: Store, make: Maker
) -> None:
    run = make.run()
    await store.opened(run)
    with pytest.raises(LeaseLost):
        await rival.remove(run.id)
    await store.remove(run.id)
    with pytest.raises(RunNotFound):
        await store.remove(run.id)


STEPS = st.sampled_from(["claim", "write", "release", "wait"])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.tuples(st.booleans(), STEPS), max_size=25))
async def test_two_workers_never_own_a_run_at_the_same_time(
    steps: list[tuple[bool, str]], store: Store, rival: Store, make: Maker, clock: Clock
) -> None:
    owner: bool | None = True
    run, until, turns = make.run(), clock.now() + timedelta(seconds=60), 0
    await store.opened(run)
    for first, step in steps:
        worker = store if first else rival
        if step == "wait":
            clock.pass_by(45)
        elif step == "release":
            await worker.release(run.id)
            owner = None if owner is first else owner
        elif step == "claim":
            free = owner is None or owner is first or until < clock.now()
            assert await _succeeds(worker.claim(run.id)) == free
            owner, until = (first, clock.now() + timedelta(seconds=60)) if free else (owner, until)
        else:
            mine = owner is first
            assert await _succeeds(worker.edited(run.id, make.half(turns + 1))) == mine
            turns += mine
            until = clock.now() + timedelta(seconds=60) if mine else until
    assert len((await store.run(run.id)).turns) == turns


async def _succeeds(attempt: Any) -> bool:
    try:
        await attempt
    except LeaseLost:
        return False
    return True

"""What doors keep in a store: uploads with tickets, whose a run is, jobs that wait."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from editloop.memory import Forbidden, KeyReused, Run, Stop, StopReason
from editloop.memory.store import RunFilter, Store, open_store
from editloop.memory.store.engine import database_at
from editloop.memory.store.glance import glance
from editloop.memory.store.jobs import MOST_TRIES, Engines
from editloop.memory.store.leases import now
from editloop.memory.store.uploads import KEPT, UPLOAD

from .conftest import Maker

pytestmark = pytest.mark.anyio

SOON = timedelta(minutes=10)
OURS = Engines("e", "t")


async def test_a_ticket_is_good_once(store: Store) -> None:
    await store.uploads.open("t", "ann", now() + SOON)
    assert await store.uploads.close("t", "a" * 64) == "ann"
    with pytest.raises(Forbidden, match="used"):
        await store.uploads.close("t", "b" * 64)
    found = await store.uploads.find("t")
    assert found
    assert (found.principal, found.sha256) == ("ann", "a" * 64)


async def test_a_ticket_that_is_too_old_or_unknown_is_refused(store: Store) -> None:
    await store.uploads.open("t", "ann", now() - timedelta(seconds=1))
    for ticket in ("t", "never given"):
        with pytest.raises(Forbidden):
            await store.uploads.close(ticket, "a" * 64)
    assert await store.uploads.find("never given") is None


async def test_what_was_sent_is_seen_by_its_sender_alone_and_kept_for_a_day(store: Store) -> None:
    await store.uploads.sent("u", "ann", "a" * 64)
    assert await store.uploads.may_see("a" * 64, "ann")
    assert not await store.uploads.may_see("a" * 64, "bob")
    assert "a" * 64 in await store.referenced()


async def test_what_was_sent_long_ago_is_not_kept_for_its_sender(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 's.db'}"
    async with open_store(address) as store:
        await store.uploads.sent("u", "ann", "a" * 64)
        await _older(address, KEPT + timedelta(seconds=1))
        assert "a" * 64 not in await store.referenced()
        await store.uploads.forget(now() - KEPT)
        assert await store.uploads.find("u") is None


async def _older(address: str, age: timedelta) -> None:
    def write(connection: Connection) -> None:
        connection.execute(update(UPLOAD).values(created=now() - age))

    database = database_at(address)
    await database.write(write)
    await database.close()


async def test_every_picture_of_a_run_is_seen_by_whose_run_it_is(store: Store, make: Maker) -> None:
    run = make.run(labels={"principal": "ann"})
    task = run.task.but(mask=make.picture(7), references=(make.picture(8),))
    await make.written(store, run.but(task=task), make.turn(1))
    for number in (0, 1, 7, 8):
        sha = make.picture(number).sha256
        assert await store.uploads.may_see(sha, "ann")
        assert not await store.uploads.may_see(sha, "bob")


async def test_runs_are_found_and_listed_for_one_caller(store: Store, make: Maker) -> None:
    mine, theirs = (make.run(labels={"principal": name}) for name in ("ann", "bob"))
    for run in (mine, theirs):
        await store.opened(run)
    found = await store.runs(RunFilter(principal="ann"))
    assert [run.id for run in found] == [mine.id]
    assert (await store.run("last", "ann")).id == mine.id


async def test_a_glance_keeps_to_the_caller_as_the_store_does(tmp_path: Path, make: Maker) -> None:
    address = f"sqlite:///{tmp_path / 's.db'}"
    mine, theirs = (make.run(labels={"principal": name}) for name in ("ann", "bob"))
    async with open_store(address) as store:
        for run in (mine, theirs):
            await store.opened(run)
    assert [run.id for run in glance(address, RunFilter(principal="ann"), 9) or ()] == [mine.id]


async def test_runs_that_wait_are_claimed_in_their_order_and_once(
    store: Store, make: Maker
) -> None:
    first, second = await _added(store, make), await _added(store, make)
    assert await store.jobs.waiting(OURS) == 2
    assert await store.jobs.next(OURS) == first.id
    assert await store.jobs.next(OURS) == second.id
    assert await store.jobs.next(OURS) is None
    assert await store.jobs.waiting(OURS) == 0


async def test_a_run_is_claimed_with_its_own_engines_alone(store: Store, make: Maker) -> None:
    run = await _added(store, make)
    for others in (Engines("another", "t"), Engines("e", "another")):
        assert await store.jobs.waiting(others) == 0
        assert await store.jobs.next(others) is None
        assert await store.jobs.for_others(others) == [OURS]
    assert await store.jobs.for_others(OURS) == []
    assert await store.jobs.next(OURS) == run.id


async def test_the_job_of_a_run_that_has_ended_is_done_and_stays_so(
    store: Store, make: Maker
) -> None:
    run = await _added(store, make)
    await store.jobs.next(OURS)
    await store.closed(run.ended(Stop(reason=StopReason.REFUSED), None))
    assert (await store.jobs.marks([run.id]))[run.id].wanted == "done"
    assert not await store.jobs.want(run.id, "pause")
    await store.jobs.want_anew(run.id, "ann")
    assert not await store.jobs.leave(run.id)
    assert (await store.jobs.marks([run.id]))[run.id].wanted == "done"


async def test_who_waits_is_counted_and_the_last_one_to_leave_pauses(
    store: Store, make: Maker
) -> None:
    run = make.run()
    await store.jobs.add(run, "ann", hold=False, heard=True)
    await store.jobs.hear(run.id)
    assert not await store.jobs.leave(run.id)
    assert (await store.jobs.marks([run.id]))[run.id].wanted == "run"
    assert await store.jobs.leave(run.id)
    assert (await store.jobs.marks([run.id]))[run.id].wanted == "pause"


async def test_a_run_that_nobody_wants_is_not_claimed(store: Store, make: Maker) -> None:
    run = await _added(store, make)
    assert await store.jobs.want(run.id, "pause")
    assert await store.jobs.next(OURS) is None
    await store.jobs.want_anew(run.id, "ann")
    assert await store.jobs.next(OURS) == run.id


async def test_a_run_that_was_tried_too_often_is_given_up(store: Store, make: Maker) -> None:
    run = await _added(store, make)
    for _ in range(MOST_TRIES):
        assert await store.jobs.next(OURS) == run.id
        await store.release(run.id)
    assert await store.jobs.next(OURS) is None
    assert await store.jobs.given_up() == [run.id]


async def test_a_try_that_ended_in_order_does_not_count(store: Store, make: Maker) -> None:
    run = await _added(store, make)
    for _ in range(MOST_TRIES + 1):
        assert await store.jobs.next(OURS) == run.id
        await store.jobs.handed_back(run.id)


async def test_a_run_in_our_own_hands_is_not_claimed_again(store: Store, make: Maker) -> None:
    run = await _added(store, make)
    assert await store.jobs.next(OURS, {run.id}) is None


async def test_a_key_names_its_run_for_its_caller_alone(store: Store, make: Maker) -> None:
    run = make.run()
    assert await store.jobs.add(run, "ann", hold=False, key="k", print_="p") == run.id
    assert await store.jobs.add(make.run(), "ann", hold=False, key="k", print_="p") == run.id
    assert await store.jobs.earlier("bob", "k", "p") is None
    with pytest.raises(KeyReused):
        await store.jobs.earlier("ann", "k", "another")
    await store.jobs.forget(now() + SOON)
    assert await store.jobs.earlier("ann", "k", "p") is None


async def test_marks_tell_how_far_a_run_is(store: Store, make: Maker) -> None:
    run = await _added(store, make)
    assert (await store.jobs.marks([run.id]))[run.id] == ("open", 0, False, False, "run")
    await store.jobs.next(OURS)
    await store.edited(run.id, make.half(1))
    assert (await store.jobs.marks([run.id]))[run.id] == ("open", 1, False, True, "run")
    await store.critiqued(run.id, make.turn(1))
    mark = (await store.jobs.marks([run.id, "unknown"]))[run.id]
    assert (mark.whole, mark.paused) == (True, False)
    await store.jobs.want(run.id, "pause")
    await store.release(run.id)
    assert (await store.jobs.marks([run.id]))[run.id].paused


async def test_the_share_of_a_caller_counts_what_it_began(store: Store, make: Maker) -> None:
    run = await _added(store, make)
    await store.jobs.next(OURS)
    await store.edited(run.id, make.half(1, edit_cost=0.5))
    mine, other = await store.jobs.share("ann"), await store.jobs.share("bob")
    assert (mine.minute, mine.cost, mine.open) == (1, 0.5, 1)
    assert mine.first_of_day == mine.first_of_minute
    assert (other.minute, other.cost, other.open, other.first_of_day) == (0, 0.0, 0, None)


async def test_a_run_written_down_before_it_begins_gets_its_trace_with_the_first_attempt(
    store: Store, make: Maker
) -> None:
    run = await _added(store, make)
    await store.jobs.next(OURS)
    await store.trace(run.id, "a" * 32, "b" * 16)
    await store.trace(run.id, "c" * 32, "d" * 16)
    assert (await store.run(run.id)).trace_id == "a" * 32
    assert [trace.trace_id for trace in await store.traces(run.id)] == ["c" * 32]


async def _added(store: Store, make: Maker) -> Run:
    run = make.run()
    await store.jobs.add(run, "ann", hold=False)
    return run

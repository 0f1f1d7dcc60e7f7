"""Names, lists, filters and counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from editloop.memory import Failure, RunNotFound, Stop, StopReason
from editloop.memory.store import RunFilter, Store

pytestmark = pytest.mark.anyio

Maker = Any
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def test_a_run_is_found_by_its_id_its_ends_and_as_the_last(store: Store, make: Maker) -> None:
    early = make.run(id="aaaa1111xxxx2222", created=NOON)
    late = make.run(id="bbbb1111yyyy3333", created=NOON + timedelta(seconds=1))
    for run in (late, early):
        await store.opened(run)
    assert (await store.run("last")).id == late.id
    for name in (early.id, "aaaa", "aaaa1111x", "2222", "xxxx2222"):
        assert (await store.run(name)).id == early.id


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("1111", "aaaa1111, bbbb1111; give more"),
        ("zzzz", "no run is called 'zzzz'"),
        ("a", "too short"),
        ("%%%%", "no run is called"),
        ("____", "no run is called"),
    ],
)
async def test_a_name_that_fits_no_run_or_several_is_refused(
    store: Store, make: Maker, name: str, message: str
) -> None:
    for run_id in ("bbbb1111", "aaaa1111"):
        await store.opened(make.run(id=run_id))
    with pytest.raises(RunNotFound, match=message):
        await store.run(name)


async def test_there_is_no_last_run_in_an_empty_store(store: Store) -> None:
    with pytest.raises(RunNotFound, match="no run yet"):
        await store.run("last")
    assert await store.runs() == []


async def test_a_list_shows_the_best_turn_and_what_was_spent(store: Store, make: Maker) -> None:
    turns = (make.turn(1, 4, 9), make.turn(2, 8, 8), make.turn(3, 9, 2))
    done = await make.ended(store, make.run(), *turns, answer=2)
    (line,) = await store.runs()
    assert (line.id, line.status, line.stop, line.turns) == (done.id, "done", "satisfied", 3)
    assert (line.semantic, line.quality) == (8, 8)
    assert (line.seconds, line.cost) == (done.usage.seconds, done.usage.cost)
    assert line.source_sha == make.picture(0).sha256
    assert line.answer_sha == make.picture(2).sha256


async def test_pages_follow_each_other_without_gap_or_repetition(store: Store, make: Maker) -> None:
    for number in range(7):  # all at the same moment: the id decides
        await store.opened(make.run(id=f"run-{number:04d}", created=NOON))
    seen: list[str] = []
    before = None
    while page := await store.runs(limit=3, before=before):
        seen += [line.id for line in page]
        before = page[-1].id
    assert seen == [f"run-{number:04d}" for number in reversed(range(7))]
    await store.remove("run-0003")
    with pytest.raises(RunNotFound, match="is gone"):
        await store.runs(before="run-0003")


async def test_each_filter_keeps_what_it_names(store: Store, make: Maker) -> None:
    good = make.run(instruction="Brighten 100% of it", editor="retouch", created=NOON)
    good = await make.ended(store, good, make.turn(1, 9, 9))
    labels = {"case": "7", "kind": "colour"}
    open_ = make.run(thinker="measured", labels=labels, created=NOON + timedelta(hours=1))
    await make.written(store, open_, make.turn(1, 2, 2))
    failed = make.run(created=NOON + timedelta(hours=2))
    failure = Failure(border="editor", kind="EditorRejected", message="no")
    await store.opened(failed)
    await store.closed(failed.ended(Stop(reason=StopReason.FAILED), None, failure))
    for where, wanted in [
        (RunFilter(), [failed, open_, good]),
        (RunFilter(status="open"), [open_]),
        (RunFilter(status="failed"), [failed]),
        (RunFilter(editor="retouch"), [good]),
        (RunFilter(thinker="measured", status="open"), [open_]),
        (RunFilter(thinker="measured", status="done"), []),
        (RunFilter(label=("case", "7")), [open_]),
        (RunFilter(label=("case", "8")), []),
        (RunFilter(label=("kind", None)), [open_]),
        (RunFilter(text="brighten 100%"), [good]),
        (RunFilter(text="brighten_100%"), []),
        (RunFilter(best_at_least=2), [open_, good]),
        (RunFilter(best_at_most=2), [open_]),
        (RunFilter(since=NOON + timedelta(hours=1)), [failed, open_]),
        (RunFilter(until=NOON + timedelta(hours=1)), [good]),
    ]:
        assert [line.id for line in await store.runs(where)] == [run.id for run in wanted], where


async def test_only_pictures_that_a_run_leads_to_are_referenced(store: Store, make: Maker) -> None:
    run = make.run()
    task = run.task.but(mask=make.picture(5), references=(make.picture(6), make.picture(7)))
    await make.written(store, run.but(task=task), make.turn(1))
    other = await make.written(store, make.run(), make.turn(1), make.turn(2))
    shas = {make.picture(number).sha256 for number in (0, 1, 2, 5, 6, 7)}
    assert await store.referenced() == shas
    stats = await store.stats()
    assert (stats.runs, stats.turns, stats.images) == (2, 3, 6)
    assert stats.bytes == sum(10 + number for number in (0, 1, 2, 5, 6, 7))
    await store.remove(other.id)
    assert await store.referenced() == shas - {make.picture(2).sha256}
    with pytest.raises(RunNotFound):
        await store.run(other.id)

"""Runs leave a store as JSON lines and come back, whatever is in them."""

import json
import string
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editloop.memory import (
    Critique,
    Failure,
    ImageRef,
    Run,
    RunNotFound,
    Sample,
    Score,
    Stop,
    StopReason,
    StoreError,
    StoreVersion,
    Task,
    Turn,
    new_run_id,
)
from editloop.memory.store import RunFilter, Store, export_line, open_store

pytestmark = pytest.mark.anyio

Maker = Any

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ANY_TEXT = st.text(st.characters(), max_size=30)  # half surrogate pairs too
SAID = TEXT.filter(bool)
SPENT = st.floats(0, 1e6)
SEEDS = st.integers(0, 2**70)
PICTURES = st.integers(0, 9).map(
    lambda n: ImageRef(
        sha256=f"{n:x}" * 64,
        media_type="image/png",
        width=n + 1,
        height=2,
        size=5 + 2**33 * n,
        degraded=("gamut",) * (n % 2),
    )
)
FAILURES = st.builds(
    Failure,
    border=st.sampled_from(["editor", "thinker", "budget"]),
    kind=TEXT,
    message=ANY_TEXT,
    retryable=st.booleans(),
)
SCORES = st.builds(Score, semantic=st.floats(0, 10), quality=st.floats(0, 10))
CRITIQUES = st.builds(Critique, score=SCORES, reasoning=ANY_TEXT, refined=SAID)
TOKENS = st.integers(0, 2**40)
SAMPLES = st.builds(
    Sample,
    text=ANY_TEXT,
    verdict=st.sampled_from(["ok", "malformed", "truncated", "failed"]),
    problem=st.none() | TEXT,
    finish_reason=st.none() | TEXT,
    seed=st.none() | SEEDS,
    input_tokens=TOKENS,
    output_tokens=TOKENS,
    seconds=SPENT,
    cost=SPENT,
    response_id=st.none() | TEXT,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def turns(draw: st.DrawFn, number: int, pictured: list[int]) -> Turn:
    edited = draw(st.none() | PICTURES)
    critique = draw(st.none() | CRITIQUES) if edited else None
    return Turn(
        number=number,
        instruction=draw(ANY_TEXT),
        base=draw(st.sampled_from(pictured)),
        seed=draw(st.integers(-(2**70), 2**70)),
        edited=edited,
        edit_seconds=draw(SPENT),
        edit_cost=draw(SPENT),
        notes=tuple(draw(st.lists(ANY_TEXT, max_size=2))),
        samples=tuple(draw(st.lists(SAMPLES, max_size=3))) if edited else (),
        critique=critique,
        failure=None if critique else draw(FAILURES),
    )


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any run that a loop could have left behind, over."""
    pictured, made = [0], list[Turn]()
    for number in range(1, draw(st.integers(0, 4)) + 1):
        made.append(draw(turns(number, pictured)))
        pictured += [number] if made[-1].edited else []
    task = Task(
        source=draw(PICTURES),
        instruction=draw(SAID),
        mask=draw(st.none() | PICTURES),
        references=tuple(draw(st.lists(PICTURES, max_size=3))),
        seed=draw(SEEDS),
        labels=draw(st.dictionaries(TEXT, TEXT, max_size=3)),
    )
    return Run(
        id=new_run_id() + draw(st.text(string.printable, max_size=6)),
        task=task,
        created=draw(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1))).replace(tzinfo=UTC),
        turns=tuple(made),
        stop=Stop(reason=draw(st.sampled_from(StopReason)), detail=draw(ANY_TEXT)),
        answer=draw(st.sampled_from(pictured[1:])) if len(pictured) > 1 else None,
        failure=draw(st.none() | FAILURES),
        editor=draw(TEXT),
        thinker=draw(TEXT),
        settings=draw(st.dictionaries(TEXT, JSON, max_size=3)),
        trace_id=draw(st.none() | TEXT),
        span_id=draw(st.none() | TEXT),
    )


@pytest.fixture
async def file_store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(str(tmp_path / "copy.db")) as opened:
        yield opened


async def lines(store: Store, *which: str) -> list[str]:
    return [export_line(each) async for each in store.export(which or RunFilter())]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(run=runs())
async def test_any_run_comes_back_as_it_was_written(run: Run, store: Store) -> None:
    await store.opened(run.but(turns=(), stop=None, answer=None, failure=None))
    for turn in run.turns:
        await store.edited(run.id, turn)
        for sample in turn.samples[:1]:
            await store.sampled(run.id, turn.number, sample)
        await store.critiqued(run.id, turn)
    await store.closed(run)
    assert await store.run(run.id) == run


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(run=runs())
async def test_an_export_survives_a_detour_over_a_file_to_the_byte(
    run: Run, store: Store, file_store: Store
) -> None:
    first = {"format": "editloop.run/1", "run": run.model_dump()}
    assert await store.import_(first) == run.id
    (line,) = await lines(store, run.id)
    await file_store.import_(json.loads(line))
    assert await lines(file_store, run.id) == [line]
    await store.remove(run.id)
    await store.import_(json.loads(line))
    assert await lines(store, run.id) == [line]
    assert await store.run(run.id) == run


async def test_a_whole_store_is_exported_oldest_first_with_its_remarks(
    store: Store, file_store: Store, make: Maker
) -> None:
    for number in range(120):  # more than two pages
        run = make.run(created=datetime(2026, 1, 1, 0, number % 60, tzinfo=UTC))
        await store.opened(run)
    await make.written(store, done := make.run(), make.turn(1))
    await store.annotate(done.id, 1, "HUMAN", "keeper", True, "ann", "ünï")
    await store.trace(done.id, "a" * 32, "b" * 16)
    exported = await lines(store)
    assert len(exported) == 121
    moments = [json.loads(line)["run"]["created"] for line in exported]
    assert moments == sorted(moments)
    assert "ünï" in exported[-1]
    for line in reversed(exported):
        await file_store.import_(json.loads(line))
    assert await lines(file_store) == exported
    assert await file_store.runs() == await store.runs()


async def test_the_same_run_is_imported_once_and_another_is_refused(
    store: Store, make: Maker
) -> None:
    run = await make.ended(store, make.run(), make.turn(1))
    (line,) = await lines(store)
    assert await store.import_(json.loads(line)) == run.id
    other = json.loads(line)
    other["run"]["turns"][0]["notes"] = ["something else"]
    with pytest.raises(StoreError, match="another run"):
        await store.import_(other)
    assert await lines(store) == [line]


async def test_an_imported_run_that_is_open_can_be_claimed(store: Store, make: Maker) -> None:
    run = make.run().with_turn(make.half(1))
    await store.import_({"format": "editloop.run/1", "run": run.model_dump(mode="json")})
    assert await store.claim(run.id) == run


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"format": "editloop.run/2"}, StoreVersion, "upgrade editloop"),
        ({}, StoreError, "no exported run"),
        ({"format": "editloop.run/1", "run": {}}, StoreError, "cannot be read"),
    ],
)
async def test_what_is_no_exported_run_is_refused(
    store: Store, given: dict[str, Any], kind: type[StoreError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        await store.import_(given)
    assert await store.runs() == []


async def test_an_export_of_a_run_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(RunNotFound):
        await lines(store, "nobody")


async def test_turns_out_of_order_are_not_imported(store: Store, make: Maker) -> None:
    run = make.run(turns=(make.half(2), make.half(1)))
    with pytest.raises(StoreError, match=r"turn 2 .* stands where 1 should"):
        await store.import_({"format": "editloop.run/1", "run": run.model_dump(mode="json")})
    assert await store.runs() == []

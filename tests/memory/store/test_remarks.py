"""Annotations and the traces of resumed runs."""

from typing import Any

import pytest
from pydantic import ValidationError

from editloop.memory import RunNotFound, StoreError
from editloop.memory.store import Store, Trace

pytestmark = pytest.mark.anyio

Maker = Any


async def test_annotations_come_back_in_the_order_of_saying(
    store: Store, rival: Store, make: Maker
) -> None:
    run = await make.written(store, make.run(), make.turn(1))
    said = [
        await rival.annotate(run.id, 1, "HUMAN", "keeper", True, "ann", "good sky"),
        await store.annotate(run.id, None, "LLM", "semantic", 7.5),
        await store.annotate(run.id, None, "CODE", "psnr", 31),
        await store.annotate(run.id, None, "CODE", "reason", "x\x00y"),
        await store.annotate(run.id, None, "CODE", "reason", None),
    ]
    found = await store.annotations(run.id)
    assert list(found) == said
    assert [type(each.value) for each in found] == [bool, float, int, str, type(None)]


async def test_a_remark_needs_a_run_a_turn_and_a_known_kind(store: Store, make: Maker) -> None:
    run = await make.written(store, make.run(), make.turn(1))
    with pytest.raises(RunNotFound):
        await store.annotate("nobody", None, "HUMAN", "keeper", True)
    with pytest.raises(RunNotFound):
        await store.annotations("nobody")
    with pytest.raises(StoreError, match="has 1 turns, not a turn 2"):
        await store.annotate(run.id, 2, "HUMAN", "keeper", True)
    with pytest.raises(ValidationError):
        await store.annotate(run.id, 1, "CAT", "keeper", True)  # type: ignore[arg-type]


async def test_traces_of_further_attempts_are_kept_once_each(store: Store, make: Maker) -> None:
    run = make.run(trace_id="0" * 32, span_id="0" * 16)
    await store.opened(run)
    for digit in "ba", "ba", "a1":
        await store.trace(run.id, digit * 16, digit * 8)
    wanted = [Trace(trace_id=d * 16, span_id=d * 8) for d in ("ba", "a1")]
    assert await store.traces(run.id) == wanted
    assert (await store.run(run.id)).trace_id == "0" * 32


async def test_what_was_said_goes_with_the_run(store: Store, make: Maker) -> None:
    run = await make.written(store, make.run(), make.turn(1))
    await store.annotate(run.id, 1, "HUMAN", "keeper", True)
    await store.trace(run.id, "a", "b")
    await store.remove(run.id)
    await store.opened(run.but(turns=()))
    assert await store.annotations(run.id) == []
    assert await store.traces(run.id) == []

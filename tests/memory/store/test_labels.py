"""Runs are found by their labels."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from editloop.memory.store import Store

pytestmark = pytest.mark.anyio

Maker = Any
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def test_runs_are_found_by_the_beginning_of_a_label_oldest_first(
    store: Store, make: Maker
) -> None:
    values = ("b/2", "b/1", "b_/3", "c/1")
    for number, value in enumerate(values):
        run = make.run(id=f"run{number:05}", created=NOON + timedelta(seconds=number))
        task = run.task.but(labels={"job": value, "other": "b/9"})
        await store.opened(run.but(task=task))
    await make.ended(store, make.run(id="ended0000"), make.turn(1, 8, 8), answer=1)
    found = await store.labelled("job", "b/")
    assert [(each.value, each.run_id, each.status) for each in found] == [
        ("b/2", "run00000", "open"),
        ("b/1", "run00001", "open"),
    ]
    assert [each.value for each in await store.labelled("job")] == list(values)
    assert await store.labelled("nothing") == []

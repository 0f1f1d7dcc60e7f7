"""The short way to a list says what the store says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from editloop.memory.store import RunFilter, open_store
from editloop.memory.store.glance import SCHEMA, glance
from editloop.memory.store.upgrade import HEAD

pytestmark = pytest.mark.anyio

Maker = Any


def test_the_short_way_reads_the_schema_of_this_package() -> None:
    assert SCHEMA == HEAD


@pytest.mark.parametrize(
    "where",
    [
        RunFilter(),
        RunFilter(status="done"),
        RunFilter(editor="e", thinker="t"),
        RunFilter(label=("case", "7")),
        RunFilter(label=("case", None)),
        RunFilter(text="100%_WARM"),
        RunFilter(best_at_least=6),
        RunFilter(best_at_most=6),
        RunFilter(since=datetime(2026, 1, 2, tzinfo=UTC)),
        RunFilter(until=datetime(2026, 1, 2, tzinfo=UTC)),
    ],
)
async def test_the_short_way_lists_what_the_store_lists(
    tmp_path: Path, make: Maker, where: RunFilter
) -> None:
    path = str(tmp_path / "editloop.db")
    async with open_store(path) as store:
        early = make.run(created=datetime(2026, 1, 1, tzinfo=UTC), instruction="100%_warm, 100x")
        await make.ended(store, early, make.turn(1, 9, 4), make.turn(2, 5, 5), answer=1)
        await make.written(store, make.run(labels={"case": "7"}), make.turn(1, 8, 8))
        await store.opened(make.run(labels={"case": "8"}, editor="other"))
        wanted = await store.runs(where, limit=2)
        assert wanted
        assert glance(path, where, 2) == wanted


async def test_the_short_way_leaves_what_is_unusual_to_the_store(
    tmp_path: Path, make: Maker
) -> None:
    path = tmp_path / "editloop.db"
    assert glance("postgresql://host/runs", RunFilter(), 5) is None
    async with open_store(str(path)) as store:
        await store.opened(make.run(instruction="nul \x00"))
        assert glance(str(path), RunFilter(), 5) is None
    path.write_bytes(b"no database at all" * 99)
    assert glance(str(path), RunFilter(), 5) is None

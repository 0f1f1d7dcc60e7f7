"""Killed processes, cancelled tasks, many runs at once, and long lists."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import Connection, event, insert

from editloop.memory import Run, StoreError
from editloop.memory.store import RunFilter, Store, open_store, statements, writes
from editloop.memory.store.on_sqlite import SqliteDatabase

pytestmark = pytest.mark.anyio

Maker = Any

WRITE = """
import anyio, sys
from datetime import datetime, UTC
from editloop.memory import *
from editloop.memory.store import open_store

async def main():
    async with open_store(sys.argv[1], owner="killed") as store:
        for number in range(10_000):
            source = ImageRef(sha256="0" * 64, media_type="image/png", width=1, height=1, size=1)
            task = Task(source=source, instruction="warm")
            run = Run(id=new_run_id(), task=task, created=datetime.now(UTC))
            await store.opened(run)
            turn = Turn(number=1, instruction="warm", edited=source)
            await store.edited(run.id, turn)
            print("edited", run.id, flush=True)
            critique = Critique(score=Score(semantic=8, quality=8), reasoning="", refined="warm")
            turn = turn.but(critique=critique, samples=(Sample(text="x" * 4000, verdict="ok"),))
            await store.critiqued(run.id, turn)
            print("critiqued", run.id, flush=True)

anyio.run(main)
"""


def _kill_a_writer(url: str, after: int) -> list[list[str]]:
    """Let a process write until it has reported so many steps, then end it at once."""
    command = [sys.executable, "-c", WRITE, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        reported = [writer.stdout.readline().split() for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        reported += [line.split() for line in writer.stdout if line.endswith("\n")]
    return reported


@pytest.mark.parametrize("after", [1, 6, 31])
async def test_what_a_killed_process_reported_as_written_is_written(
    store_url: str, store: Store, after: int
) -> None:
    reported = _kill_a_writer(store_url, after)
    for step, run_id in reported:
        (turn,) = (await store.run(run_id)).turns
        assert turn.edit_done
        assert turn.done or step == "edited"
        assert len(turn.samples) == (1 if turn.done else 0)
    lines = await store.runs(limit=10_000)
    assert len(lines) - len({run_id for _, run_id in reported}) in (0, 1)


async def test_the_run_of_a_killed_process_goes_on_elsewhere(
    store_url: str, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(store_url, owner="silent", lease_seconds=-1) as silent:
        run = make.run()
        await silent.opened(run)
        await silent.edited(run.id, make.half(1))
    async with open_store(store_url) as heir:
        resumed = await heir.claim(run.id)
        assert resumed.turns == (make.half(1),)
        await heir.critiqued(run.id, make.turn(1))


async def test_a_cancelled_write_happens_whole_or_not_at_all(store: Store, make: Maker) -> None:
    run: Run = make.run()
    await store.opened(run)
    for number in range(1, 16):
        written = len((await store.run(run.id)).turns)
        turn = make.half(written + 1)
        with anyio.move_on_after(0.0004 * number):
            await store.edited(run.id, turn)
            await store.critiqued(run.id, make.turn(written + 1))
        await store.edited(run.id, turn)
        await store.critiqued(run.id, make.turn(written + 1))
    found = await store.run(run.id)
    assert found.turns == tuple(make.turn(number) for number in range(1, 16))
    assert (await store.runs())[0].seconds == found.usage.seconds


async def test_two_hundred_runs_write_at_once_without_a_locked_store(
    store: Store, rival: Store, make: Maker
) -> None:
    async def work(worker: Store) -> None:
        await make.ended(worker, make.run(), make.turn(1), make.turn(2))

    async with anyio.create_task_group() as group:
        for number in range(200):
            group.start_soon(work, rival if number % 2 else store)
    stats = await store.stats()
    assert (stats.runs, stats.turns) == (200, 400)
    assert len(await store.runs(RunFilter(status="done"), limit=1000)) == 200


@pytest.fixture
async def long_store(tmp_path: Path, make: Maker) -> AsyncIterator[Store]:
    """A store of ten thousand runs, filled by the thousand."""
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def fill(connection: Connection) -> None:
        writes.insert_run(connection, make.run(id="run-model", created=start))
        row = connection.execute(statements.READ_RUN, {"this": "run-model"}).mappings().one()
        rows = [
            {**row, "id": f"run-{number:06d}", "created": start + timedelta(seconds=number)}
            for number in range(1, 10_000)
        ]
        connection.execute(insert(statements.RUN), rows)

    async with open_store(str(tmp_path / "long.db")) as store:
        await store._database.write(fill)  # pyright: ignore[reportPrivateUsage] # 10,000 are many
        yield store


async def test_pages_of_ten_thousand_runs_are_read_along_an_index(long_store: Store) -> None:
    database = long_store._database  # pyright: ignore[reportPrivateUsage] # to watch it
    assert isinstance(database, SqliteDatabase)
    plans: list[str] = []

    def explain(connection: Connection, _: object, sql: str, values: Any, *__: object) -> None:
        if sql.startswith("SELECT run.id"):
            plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plans.extend(row[3] for row in plan)

    event.listen(
        database._readers,  # pyright: ignore[reportPrivateUsage] # to watch it
        "before_cursor_execute",
        explain,
    )
    (*_, last) = await long_store.runs(limit=20)
    await long_store.runs(RunFilter(status="open"), limit=20, before=last.id)
    assert plans
    assert all("USING INDEX ix_run" in step for step in plans), plans
    assert not any("TEMP B-TREE" in step for step in plans)


async def test_a_run_is_found_by_its_last_characters_among_ten_thousand(long_store: Store) -> None:
    assert (await long_store.run("9999")).id == "run-009999"


def test_records_load_without_sqlalchemy() -> None:
    script = "import sys, editloop.memory; assert 'sqlalchemy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


async def test_a_store_is_closed_when_its_block_fails(tmp_path: Path, make: Maker) -> None:
    with pytest.raises(StoreError, match="already"):
        await _open_twice(str(tmp_path / "editloop.db"), make.run())
    assert not (tmp_path / "editloop.db-wal").exists()


async def _open_twice(url: str, run: Run) -> None:
    async with open_store(url) as store:
        await store.opened(run)
        await store.opened(run)

"""What goes wrong below the store is told in a sentence, and never in a driver's words."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from editloop.memory import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
)
from editloop.memory.store import Store, on_sqlite, open_store
from editloop.memory.store.on_sqlite import SqliteDatabase

pytestmark = pytest.mark.anyio

Maker = Any
NOBODY = 65534


@contextmanager
def as_nobody() -> Generator[None]:
    """Do without the rights of root, for whom nothing is read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody can reach, as those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="editloop-test-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


async def test_a_store_that_another_process_writes_is_locked(
    tmp_path: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_sqlite, "BUSY_MS", 50)
    path = tmp_path / "editloop.db"
    async with open_store(str(path)) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreLocked, match="another process is writing") as caught:
                await store.opened(make.run())
            assert caught.value.retryable
            assert await store.runs() == []
        await store.opened(make.run())


async def test_a_new_store_that_another_process_uses_alone_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_sqlite, "BUSY_MS", 50)
    path = tmp_path / "editloop.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLocked):
            async with open_store(str(path)):
                pass


async def test_a_folder_without_permission_is_read_only(place: Path) -> None:
    os.chmod(place, 0o555)
    for path in (place / "editloop.db", place / "deeper" / "editloop.db"):
        with as_nobody(), pytest.raises(StoreReadOnly, match=str(place)):
            async with open_store(str(path)):
                pass


async def test_a_file_without_permission_is_read_only(place: Path, make: Maker) -> None:
    path = place / "editloop.db"
    async with open_store(str(path)) as store:
        await store.opened(make.run())
    path.chmod(0o444)
    with as_nobody(), pytest.raises(StoreReadOnly, match=r"permissions|writable"):
        async with open_store(str(path)) as store:
            await store.opened(make.run())
    path.chmod(0o644)
    async with open_store(str(path)) as store:
        assert len(await store.runs()) == 1


async def test_a_full_store_loses_nothing_that_was_written(tmp_path: Path, make: Maker) -> None:
    path = str(tmp_path / "editloop.db")
    async with open_store(path) as store:
        run = await make.written(store, make.run(), make.turn(1))
    async with open_store(path, owner=store.owner) as store:
        with limited(store), pytest.raises(StoreFull, match="no room left"):
            await store.edited(run.id, make.half(2, notes=("x" * 9_000_000,)))
        assert await store.run(run.id) == run
        await store.edited(run.id, make.half(2))


@contextmanager
def limited(store: Store) -> Generator[None]:
    """Let the file grow no further."""
    database = store._database  # pyright: ignore[reportPrivateUsage] # nobody else would
    assert isinstance(database, SqliteDatabase)
    engine = database._readers  # pyright: ignore[reportPrivateUsage] # nobody else would
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=200")
    yield
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")


@pytest.mark.parametrize("content", [b"this is a text file, and a long one" * 99, b"\x89PNG" * 999])
async def test_a_file_that_is_no_database_is_named_so_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "editloop.db"
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"editloop\.db: it is not a database"):
        async with open_store(str(path)):
            pass
    assert path.read_bytes() == content


async def test_a_database_with_torn_pages_is_damaged(tmp_path: Path, make: Maker) -> None:
    path = tmp_path / "editloop.db"
    async with open_store(str(path)) as store:
        for _ in range(20):
            await store.opened(make.run(instruction="long " * 500))
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    with pytest.raises(StoreDamaged, match="malformed"):
        await _export(str(path))


async def _export(path: str) -> list[dict[str, Any]]:
    async with open_store(path) as store:
        return [each async for each in store.export()]


async def test_rows_that_are_no_run_are_damaged(store: Store, make: Maker) -> None:
    from sqlalchemy import Connection, text

    def spoil(connection: Connection) -> None:
        connection.execute(text("UPDATE run SET stop_reason = 'because'"))

    run = make.run()
    await store.opened(run)
    await store._database.write(spoil)  # pyright: ignore[reportPrivateUsage] # nobody else would
    with pytest.raises(StoreDamaged, match="cannot be read back"):
        await store.run(run.id)


@pytest.mark.parametrize("address", ["mysql://host/runs", "://", "sqlite://", ":memory:", ""])
async def test_an_address_where_no_store_can_live_is_refused(address: str) -> None:
    with pytest.raises(StoreError):
        async with open_store(address):
            pass


async def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="it is a folder; name a file"):
        async with open_store(str(tmp_path)):
            pass
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        async with open_store(str(tmp_path / "file" / "editloop.db")):
            pass


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (":secret@", ":wrong@", "password is wrong"),
        ("editloop:secret", "stranger:secret", "password is wrong"),
        ("/editloop_", "/no_such_", "no such database"),
    ],
)
async def test_a_postgres_that_refuses_says_why_and_shows_no_password(
    postgres_url: str, old: str, new: str, message: str
) -> None:
    if old not in postgres_url:
        pytest.skip("needs the private server, whose password is known")
    with pytest.raises(StoreError, match=message) as caught:
        async with open_store(postgres_url.replace(old, new)):
            pass
    assert "secret" not in str(caught.value)
    assert "wrong@" not in str(caught.value)


async def test_a_postgres_that_is_down_is_told_with_its_address() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/runs: the server cannot be reached"):
        async with open_store("postgresql://me:secret@127.0.0.1:1/runs"):
            pass


async def test_a_postgres_user_without_rights_is_read_only(postgres_url: str, make: Maker) -> None:
    from sqlalchemy import Connection, text

    def forbid(connection: Connection) -> None:
        connection.execute(text("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM CURRENT_USER"))
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))

    async with open_store(postgres_url) as store:
        await store._database.write(forbid)  # pyright: ignore[reportPrivateUsage] # nobody else would
    with pytest.raises(StoreReadOnly, match="the server is read-only"):
        async with open_store(postgres_url) as store:
            await store.opened(make.run())


async def test_a_postgres_connection_that_was_cut_is_replaced(
    postgres_url: str, make: Maker
) -> None:
    from sqlalchemy import Connection, text

    def cut(connection: Connection) -> None:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
        here = "pg_backend_pid() AND datname = current_database()"
        connection.execute(text(others + here))

    async with open_store(postgres_url) as store, open_store(postgres_url) as other:
        await store.opened(make.run())
        await other._database.write(cut)  # pyright: ignore[reportPrivateUsage] # nobody else would
        assert len(await store.runs()) == 1

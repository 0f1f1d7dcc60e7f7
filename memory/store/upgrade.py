"""Brings a store to the schema of this package; leaves one from the future alone.

Going back is not supported: an SQLite store is copied before it is upgraded, and that copy is the
way back. Alembic is loaded only when there is something to do.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
import anyio.to_thread
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import StoreError, StoreLocked, StoreVersion
from .engine import BUSY_MS, Database, make_engine
from .errors import translated
from .rows import Row

REVISIONS = ("0001",)
"""All revisions that this package knows, oldest first."""

HEAD = REVISIONS[-1]

VERSION_TABLE = "editloop_version"
"""Not Alembic's default name: a PostgreSQL database may have other tenants."""

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x6564_6974_6C6F_6F70
"""The advisory lock that one process holds while it upgrades: `editloop` in ASCII."""


async def bring_up(database: Database, *, upgrade: bool) -> None:
    """Make the schema that of this package.

    Raises:
        StoreVersion: it is newer than this package, or older and `upgrade` is False.
        StoreError: the database belongs to somebody else.
    """
    if database.path is not None:
        _make_room(database.path, database.shown, create=upgrade)
    async with database.reading() as connection:
        found = await revision(connection)
    if found == HEAD:
        return
    _check(found, database.shown, upgrade)
    if database.path is not None:
        await _use_wal(database, database.path)
    await _upgrade(database)


async def revision(connection: AsyncConnection) -> str | None:
    """Return the revision of a store's schema; None while it has none."""
    names = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    if VERSION_TABLE in names:
        return await connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    ours = names if connection.dialect.name == "sqlite" else names & set(Row.metadata.tables)
    if ours:
        raise StoreError(
            f"the database has tables that editloop did not make ({', '.join(sorted(ours)[:3])}); "
            "name another one for the store"
        )
    return None


def _check(found: str | None, where: str, upgrade: bool) -> None:
    if found is not None and found not in REVISIONS:
        raise StoreVersion(
            f"store {where} has schema {found}, this editloop knows up to {HEAD}; "
            "upgrade editloop (pip install -U editloop) or name another store"
        )
    if not upgrade:
        raise StoreVersion(
            f"store {where} has schema {found or 'none'}, this editloop needs {HEAD}; "
            "open it once with upgrading allowed"
        )


async def _upgrade(database: Database) -> None:
    """Upgrade under a lock that makes a second process wait and then find nothing to do."""
    engine = make_engine(database.url, for_upgrade=True)
    with translated(database.shown, database.path), anyio.CancelScope(shield=True):
        try:
            async with engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                found = await revision(connection)
                if found == HEAD:
                    return
                _check(found, database.shown, upgrade=True)
                if found is not None and database.path is not None:
                    await anyio.to_thread.run_sync(_back_up, database.path, found)
                await connection.run_sync(migrate)
        finally:
            await engine.dispose()


def migrate(connection: Connection, target: str = HEAD) -> None:
    """Run the migrations up to a revision on a connection whose transaction has begun."""
    from alembic import command  # 150 ms that a store of the right schema does not wait for
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _back_up(path: Path, found: str) -> None:
    """Copy an SQLite store beside itself, whole or not at all."""
    copy = path.with_name(f"{path.name}.{found}.bak")
    unfinished = copy.with_suffix(".part")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as target:
        source.backup(target)
    unfinished.replace(copy)


async def _use_wal(database: Database, path: Path) -> None:
    """Switch to the write-ahead log, which the file remembers.

    The switch needs the file for itself and does not wait for it, so that waiting is done here.
    """
    with translated(database.shown, path):
        deadline = anyio.current_time() + BUSY_MS / 1000
        while not await anyio.to_thread.run_sync(_switched, path):
            if anyio.current_time() > deadline:
                raise StoreLocked(f"store {database.shown}: another process is using it; try again")
            await anyio.sleep(0.02)


def _switched(path: Path) -> bool:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            return connection.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            raise


def _make_room(path: Path, shown: str, *, create: bool) -> None:
    """Make the folder of a new store."""
    if not create and not path.exists():
        raise StoreError(f"there is no store at {shown}")
    with translated(shown, path):
        path.parent.mkdir(parents=True, exist_ok=True)

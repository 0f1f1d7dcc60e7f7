"""SQLite: one file, many readers, one writer at a time."""

import sqlite3
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool, QueuePool

from ..errors import StoreError, StoreLocked
from .columns import write_json
from .engine import P, T, Work
from .errors import translated

BUSY_MS = 5000
"""How long to wait for another process that is writing."""

READERS = 4
"""Threads that read at the same time."""

_OLDEST = (3, 35)
"""The first with RETURNING, which leases are taken with."""

_WRITES = "editloop_writes"


class SqliteDatabase:
    """A file in WAL mode.

    Writers of this process take turns, first come, first served: SQLite's own waiting is a lottery
    that starves someone once a few hundred runs write.
    """

    def __init__(self, path: Path) -> None:
        if sqlite3.sqlite_version_info < _OLDEST:
            raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.35 is needed")
        self.path = path
        self.shown = str(path)
        self._readers = _engine(path)
        self._writers = self._readers.execution_options(**{_WRITES: True})
        self._reading = anyio.CapacityLimiter(READERS)
        self._writing = anyio.CapacityLimiter(1)

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let work see one moment of everything."""

        def transaction() -> T:
            with translated(self.shown, self.path), self._readers.connect() as connection:
                return work(connection, *args, **kwargs)

        return await anyio.to_thread.run_sync(transaction, limiter=self._reading)

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let all of the work happen or nothing; a thread that has begun is not cancelled."""

        def transaction() -> T:
            with translated(self.shown, self.path), self._writers.begin() as connection:
                return work(connection, *args, **kwargs)

        return await anyio.to_thread.run_sync(transaction, limiter=self._writing)

    async def rebuild(self, work: Work[[], None]) -> None:
        """Change the schema on a connection where dropping a table deletes nothing elsewhere."""
        await self._use_wal()

        def transaction() -> None:
            engine = _engine(self.path, foreign_keys=False).execution_options(**{_WRITES: True})
            with translated(self.shown, self.path), engine.begin() as connection:
                work(connection)

        await anyio.to_thread.run_sync(transaction, limiter=self._writing)

    async def close(self) -> None:
        """Close all connections; the last one empties the write-ahead log into the file."""
        await anyio.to_thread.run_sync(self._readers.dispose)

    async def _use_wal(self) -> None:
        """Switch to the write-ahead log, which the file remembers.

        The switch needs the file for itself and does not wait for it: that is done here.
        """
        deadline = anyio.current_time() + BUSY_MS / 1000
        while not await anyio.to_thread.run_sync(self._switched, limiter=self._writing):
            if anyio.current_time() > deadline:
                raise StoreLocked(f"store {self.shown}: another process is using it; try again")
            await anyio.sleep(0.02)

    def _switched(self) -> bool:
        with translated(self.shown, self.path):
            connection = sqlite3.connect(self.path, isolation_level=None)
            try:
                (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
                return str(mode) == "wal"
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                    return False
                raise
            finally:
                connection.close()


def _engine(path: Path, *, foreign_keys: bool = True) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        json_serializer=write_json,
        poolclass=QueuePool if foreign_keys else NullPool,
        connect_args={
            "isolation_level": None,  # transactions begin where `begin` says
            "check_same_thread": False,  # one thread after the other, as the pool sees to
        },
    )

    def connect(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.execute(f"PRAGMA foreign_keys={int(foreign_keys)}")
        # With WAL a power cut may lose the last commits and never the file.
        connection.execute("PRAGMA synchronous=NORMAL")

    def begin(connection: Connection) -> None:
        # A writer that starts as a reader fails at once when somebody else wrote in between.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)
    return engine

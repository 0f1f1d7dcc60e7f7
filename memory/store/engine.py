"""Addresses, engines, and the two ways into the database: reading and writing."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from ..errors import StoreError
from .errors import translated

BUSY_MS = 5000
"""How long SQLite waits for another process that is writing."""

OLDEST_SQLITE = (3, 35)
"""The first with RETURNING, which leases are taken with."""

_WRITES = "editloop_writes"


class Database:
    """An engine that speaks of its store by name and keeps writers in line.

    Writers of one process take turns at SQLite, first come, first served: its own waiting is a
    lottery that starves someone once a few hundred runs write.
    """

    def __init__(self, address: str) -> None:
        self.url = async_url(address)
        self.path = _file(self.url)
        self.shown = str(self.path) if self.path else self.url.render_as_string(hide_password=True)
        with translated(self.shown, self.path):
            self.engine = make_engine(self.url)
        self._readers = _readers(self.engine)
        self._writers = self.engine.execution_options(**{_WRITES: True})
        self._turnstile = anyio.Lock()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """One consistent view of everything; changes nothing."""
        with translated(self.shown, self.path):
            async with self._readers.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncConnection]:
        """All of it or nothing. Short, and therefore not cancelled once it has begun."""
        async with AsyncExitStack() as stack:
            if self.dialect == "sqlite":
                await stack.enter_async_context(self._turnstile)
            stack.enter_context(anyio.CancelScope(shield=True))
            stack.enter_context(translated(self.shown, self.path))
            yield await stack.enter_async_context(self._writers.begin())

    async def close(self) -> None:
        """Close all connections."""
        with anyio.CancelScope(shield=True):
            await self.engine.dispose()


def async_url(address: str) -> URL:
    """Return the address with its asynchronous driver; a bare path means SQLite.

    Raises:
        StoreError: no store can live at this address.
    """
    if "://" not in address:
        return _sqlite_url(address)
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError(f"store address {address!r} cannot be read: {error}") from error
    match url.get_backend_name():
        case "sqlite":
            return _sqlite_url(url.database or "")
        case "postgresql" | "postgres":
            return _postgres_url(url)
        case other:
            raise StoreError(f"{other!r} stores are unknown; use a path or postgresql://…")


def make_engine(url: URL, *, for_upgrade: bool = False) -> AsyncEngine:
    """Return an engine; one `for_upgrade` lets tables be rebuilt without cascading deletions."""
    if url.get_backend_name() == "postgresql":
        limits = {"timeout": 10, "command_timeout": None if for_upgrade else 30}
        return create_async_engine(url, pool_pre_ping=True, connect_args=limits)
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old: 3.35 is needed; use a newer Python"
        )
    engine = create_async_engine(
        url,
        poolclass=NullPool if for_upgrade else None,
        connect_args={"isolation_level": None},  # transactions begin where `_begin` says
    )
    _listen(engine, foreign_keys="OFF" if for_upgrade else "ON", always_write=for_upgrade)
    return engine


def _listen(engine: AsyncEngine, *, foreign_keys: str, always_write: bool) -> None:
    pragmas = (
        f"busy_timeout={BUSY_MS}",
        "synchronous=NORMAL",  # with WAL: a power cut may lose the last commits, never the file
        f"foreign_keys={foreign_keys}",
    )

    def connect(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Connection) -> None:
        # A writer that starts as a reader fails at once when somebody else wrote in between.
        writes = always_write or connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine.sync_engine, "connect", connect)
    event.listen(engine.sync_engine, "begin", begin)


def _readers(engine: AsyncEngine) -> AsyncEngine:
    """Return an engine whose several queries see one moment; SQLite's always do."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite_url(path: str) -> URL:
    if not path or path.startswith(":memory:"):
        raise StoreError("a store needs a file to remember anything: name one")
    return URL.create("sqlite+aiosqlite", database=str(Path(path).expanduser().absolute()))


def _postgres_url(url: URL) -> URL:
    query = dict(url.query)
    if "sslmode" in query:  # libpq's word for what asyncpg calls ssl
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)


def _file(url: URL) -> Path | None:
    is_file = url.get_backend_name() == "sqlite" and url.database
    return Path(url.database) if is_file and url.database else None

"""PostgreSQL, over asyncpg: a store for many machines."""

from collections.abc import Generator
from contextlib import contextmanager

import anyio
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from .columns import write_json
from .engine import P, T, Work
from .errors import translated

_LOCK = 0x6564_6974_6C6F_6F70
"""The advisory lock of whoever changes the schema: `editloop` in ASCII."""

_CONNECT_SECONDS = 10
_STATEMENT_SECONDS = 30


class PostgresDatabase:
    """A database of a server; connections belong to the event loop that opened the store."""

    path = None

    def __init__(self, url: URL) -> None:
        self.shown = url.render_as_string(hide_password=True)
        self._url = _for_asyncpg(url)
        with translated(self.shown):
            self._writers = _engine(self._url)
        self._readers = self._writers.execution_options(
            isolation_level="REPEATABLE READ",  # several queries see one moment
            postgresql_readonly=True,
        )

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let work see one moment of everything."""

        def transaction(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        with translated(self.shown):
            async with self._readers.connect() as connection:
                return await connection.run_sync(transaction)

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let all of the work happen or nothing; not cancelled once it has begun."""

        def transaction(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        with _to_the_end(), translated(self.shown):
            async with self._writers.begin() as connection:
                return await connection.run_sync(transaction)

    async def rebuild(self, work: Work[[], None]) -> None:
        """Change the schema under a lock; a second process waits and then finds nothing to do."""
        engine = _engine(self._url, patient=True)
        with _to_the_end(), translated(self.shown):
            try:
                async with engine.begin() as connection:
                    await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                    await connection.run_sync(work)
            finally:
                await engine.dispose()

    async def close(self) -> None:
        """Close all connections."""
        with _to_the_end():
            await self._writers.dispose()


@contextmanager
def _to_the_end() -> Generator[None]:
    """Let what has begun finish; a cancellation waits until then."""
    with anyio.CancelScope(shield=True):
        yield


def _engine(url: URL, *, patient: bool = False) -> AsyncEngine:
    limit = None if patient else _STATEMENT_SECONDS
    return create_async_engine(
        url,
        json_serializer=write_json,
        pool_pre_ping=not patient,
        poolclass=NullPool if patient else None,
        connect_args={"timeout": _CONNECT_SECONDS, "command_timeout": limit},
    )


def _for_asyncpg(url: URL) -> URL:
    query = dict(url.query)
    if "sslmode" in query:  # libpq's word for what asyncpg calls ssl
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)

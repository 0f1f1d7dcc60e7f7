"""Addresses, and what a database must do for the store.

What is read and written is plain functions of a connection. Each runs as one transaction: on
PostgreSQL over an asynchronous driver, on SQLite in a worker thread, because a statement over an
asynchronous SQLite driver changes threads eight times and takes ten times as long.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..errors import StoreError

P = ParamSpec("P")
T = TypeVar("T")

Work = Callable[Concatenate[Connection, P], T]
"""A short function of a connection whose transaction has begun."""


class Database(Protocol):
    """A place for the store; foreign errors do not leave it."""

    @property
    def shown(self) -> str:
        """How messages name it, without a password."""
        ...

    @property
    def path(self) -> Path | None:
        """The file, where there is one."""
        ...

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let work see one moment of everything."""
        ...

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let all of the work happen or nothing; not cancelled once it has begun."""
        ...

    async def rebuild(self, work: Work[[], None]) -> None:
        """Change the schema, alone: no other process rebuilds at the same time."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


def database_at(address: str) -> Database:
    """Return the database at an address; a bare path means SQLite.

    Raises:
        StoreError: no store can live there.
    """
    if "://" not in address:
        return _sqlite(address)
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError(f"the store's address cannot be read: {error}") from error
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url.database or "")
        case "postgresql" | "postgres":
            return _postgres(url)
        case other:
            raise StoreError(f"{other!r} stores are unknown; use a path or postgresql://…")


def _sqlite(path: str) -> Database:
    from .on_sqlite import SqliteDatabase  # only one of the two drivers is ever needed

    if not path or path.startswith(":memory:"):
        raise StoreError("a store needs a file to remember anything: name one")
    return SqliteDatabase(Path(path).expanduser().absolute())


def _postgres(url: URL) -> Database:
    from .on_postgres import PostgresDatabase

    return PostgresDatabase(url)

"""Errors of SQLAlchemy, of the drivers and of the operating system, as sentences of ours."""

import errno
import shutil
import sqlite3
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..errors import (
    StoreAway,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
)

_SQLITE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreLocked, "another process is writing to it; try again in a moment"),
    sqlite3.SQLITE_LOCKED: (StoreLocked, "another process is writing to it; try again in a moment"),
    sqlite3.SQLITE_FULL: (StoreFull, "there is no room left; free some space and resume"),
    sqlite3.SQLITE_READONLY: (StoreReadOnly, "it cannot be written; change its permissions"),
    sqlite3.SQLITE_PERM: (StoreReadOnly, "it cannot be written; change its permissions"),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, "it is not a database; move it away or name another"),
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, "the database is malformed; restore a backup"),
}
"""Primary result codes; https://www.sqlite.org/rescode.html."""

_POSTGRES: dict[str, tuple[type[StoreError], str]] = {
    "53100": (StoreFull, "there is no room left on the server; free some space and resume"),
    "53300": (StoreLocked, "the server takes no more connections; try again in a moment"),
    "55P03": (StoreLocked, "another process is writing to it; try again in a moment"),
    "40P01": (StoreLocked, "another process is writing to it; try again in a moment"),
    "40001": (StoreLocked, "another process is writing to it; try again in a moment"),
    "57P01": (StoreAway, "the server is stopping; try again in a moment"),
    "57P03": (StoreAway, "the server is starting up; try again in a moment"),
    "25006": (StoreReadOnly, "the server is read-only; name the primary server"),
    "42501": (StoreReadOnly, "this user may not write it; grant the rights or name another user"),
    "28P01": (StoreError, "the password is wrong; correct it in the address"),
    "28000": (StoreError, "the server refuses this user; correct the address or pg_hba.conf"),
    "3D000": (StoreError, "there is no such database; create it first (createdb)"),
    "XX001": (StoreDamaged, "the database is malformed; restore a backup"),
    "XX002": (StoreDamaged, "an index of the database is malformed; REINDEX it"),
}
"""SQLSTATE codes; PostgreSQL manual, appendix A."""

_SYSTEM: dict[int | None, tuple[type[StoreError], str]] = {
    errno.ENOSPC: (StoreFull, "there is no room left; free some space and resume"),
    errno.EDQUOT: (StoreFull, "the quota is used up; free some space and resume"),
    errno.EACCES: (StoreReadOnly, "there is no permission to use it; change its permissions"),
    errno.EPERM: (StoreReadOnly, "there is no permission to use it; change its permissions"),
    errno.EROFS: (StoreReadOnly, "the file system is read-only; name another place"),
}

_SCARCE = 1 << 20
"""Bytes; where less is free, an input/output error is blamed on the lack of room."""


@contextmanager
def translated(where: str, path: Path | None = None) -> Generator[None]:
    """Let nothing foreign out of this block; `where` names the store, without its password.

    Raises:
        StoreError: what happened to which store and what to do; the subclass says which kind.
    """
    try:
        yield
    except _foreign() as error:
        raise told(error, where, path) from error


def told(error: Exception, where: str, path: Path | None = None) -> StoreError:
    """Return the error that a person should see for one of a driver."""
    cause = _cause(error)
    if isinstance(error, PoolTimeout):
        return StoreLocked(f"store {where}: all connections are busy; try again in a moment")
    if isinstance(error, NoSuchModuleError):
        return StoreError(f"store {where}: unknown kind; use a path, sqlite:/// or postgresql://")
    if isinstance(cause, ModuleNotFoundError):
        return StoreError(f"store {where}: the driver is missing; pip install 'editloop[postgres]'")
    if isinstance(cause, sqlite3.Error):
        kind, advice = _of_sqlite(cause, path)
    elif _is_lost(error, cause):
        kind, advice = StoreAway, "the connection to the server was lost; try again in a moment"
    elif state := getattr(cause, "sqlstate", None):
        kind, advice = _POSTGRES.get(state, (StoreError, f"the server said: {cause}"))
    elif isinstance(cause, OSError):
        kind, advice = _of_system(cause, path)
    elif isinstance(cause, (ValueError, TypeError, OverflowError)):
        kind, advice = StoreError, f"a value cannot be stored: {cause}"
    else:
        kind, advice = StoreError, f"{type(cause).__name__}: {cause}"
    return kind(f"store {where}: {advice}")


def _foreign() -> tuple[type[Exception], ...]:
    """Return the roots of what may come up from below; asked only when something did."""
    roots: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error, OSError)
    driver = sys.modules.get("asyncpg")
    if driver is None:  # PostgreSQL was never spoken to, or its driver is the very thing missing
        return (*roots, ModuleNotFoundError)
    return (*roots, driver.PostgresError, driver.InterfaceError)


def _cause(error: BaseException) -> BaseException:
    """Return the driver's own error from below SQLAlchemy's wrapping."""
    if isinstance(error, DBAPIError):
        return error.driver_exception
    if isinstance(error, StatementError) and error.orig is not None:
        return error.orig
    return error


def _is_lost(error: Exception, cause: BaseException) -> bool:
    """Whether the server hung up: what the pool found out, or SQLSTATE class 08."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return str(getattr(cause, "sqlstate", None)).startswith("08")


def _of_sqlite(error: sqlite3.Error, path: Path | None) -> tuple[type[StoreError], str]:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in _SQLITE:
        return _SQLITE[primary]
    if primary == sqlite3.SQLITE_CANTOPEN:
        return _cannot_open(path)
    if primary == sqlite3.SQLITE_IOERR and path and shutil.disk_usage(path.parent).free < _SCARCE:
        return _SQLITE[sqlite3.SQLITE_FULL]
    return StoreError, f"SQLite said: {error}"


def _cannot_open(path: Path | None) -> tuple[type[StoreError], str]:
    if path is not None and path.is_dir():
        return StoreError, "it is a folder; name a file"
    return (
        StoreReadOnly,
        "it cannot be opened; the file and its folder must be writable, and not be missing",
    )


def _of_system(error: OSError, path: Path | None) -> tuple[type[StoreError], str]:
    if error.errno in _SYSTEM:
        return _SYSTEM[error.errno]
    if path is None:
        return (
            StoreAway,
            f"the server cannot be reached ({error}); start it or correct the address",
        )
    return StoreError, str(error)

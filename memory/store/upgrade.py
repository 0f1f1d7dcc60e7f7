"""Brings a store to the schema of this package; leaves one from the future alone.

Going back is not supported: an SQLite store is copied before it is upgraded, and that copy is the
way back. Alembic is loaded only when there is something to do.
"""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ..errors import StoreError, StoreVersion
from .engine import Database
from .errors import translated
from .rows import Row

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""All revisions that this package knows, oldest first."""

HEAD = REVISIONS[-1]

VERSION_TABLE = "editloop_version"
"""Not Alembic's default name: a PostgreSQL database may have other tenants."""

MIGRATIONS = Path(__file__).parent / "migrations"


async def bring_up(database: Database, *, upgrade: bool) -> None:
    """Make the schema that of this package.

    Raises:
        StoreVersion: it is newer than this package, or older and `upgrade` is False.
        StoreError: the database belongs to somebody else.
    """
    if database.path is not None:
        _make_room(database.path, create=upgrade)
    found = await database.read(revision)
    if found == HEAD:
        return
    _check(found, database.shown, upgrade)
    await database.rebuild(partial(_upgrade, shown=database.shown, path=database.path))


def revision(connection: Connection) -> str | None:
    """Return the revision of a store's schema; None while it has none."""
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE in names:
        found: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
        return found
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


def _upgrade(connection: Connection, *, shown: str, path: Path | None) -> None:
    """Upgrade, unless another process did it while this one waited for its turn."""
    found = revision(connection)
    if found == HEAD:
        return
    _check(found, shown, upgrade=True)
    if found is not None and path is not None:
        _back_up(path, found)
    migrate(connection)


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


def _make_room(path: Path, *, create: bool) -> None:
    """Make the folder of a new store."""
    if not create and not path.exists():
        raise StoreError(f"there is no store at {path}")
    with translated(str(path), path):
        path.parent.mkdir(parents=True, exist_ok=True)

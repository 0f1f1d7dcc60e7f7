"""The first page of a list, straight from an SQLite file, with the standard library alone.

Loading SQLAlchemy takes longer than anybody waits for a list. Whatever is out of the ordinary
(another kind of store, another schema, a file that is locked or damaged) is answered with None:
then the store itself is asked, which knows what to say.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .listing import PRINCIPAL, RunFilter, RunSummary

SCHEMA = "0006"
"""The revision whose tables are read here."""

_COLUMNS = (
    "id, created, instruction, status, stop_reason AS stop, turns, best_semantic AS semantic, "
    "best_quality AS quality, editor, thinker, seconds, cost, source_sha, answer_sha"
)
_LABELLED = "EXISTS (SELECT 1 FROM label WHERE run_id = run.id AND name = ?{value})"
_ESCAPE = "\x1b"
"""What the store writes for characters that a database cannot hold; only it can read them back."""


def glance(address: str, where: RunFilter, limit: int) -> Sequence[RunSummary] | None:
    """Return runs, newest first, as `Store.runs` does; None where the store must be asked."""
    if "://" in address and not address.startswith("sqlite:///"):
        return None

    path = Path(address.removeprefix("sqlite:///")).expanduser()
    if not path.exists():
        return ()

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return _read(database, where, limit)
    except sqlite3.Error:
        return None


def _read(
    database: sqlite3.Connection, where: RunFilter, limit: int
) -> Sequence[RunSummary] | None:
    if database.execute("SELECT version_num FROM editloop_version").fetchone() != (SCHEMA,):
        return None

    conditions = list(_conditions(where))
    clause = " AND ".join(text for text, _ in conditions) or "1"
    values = [value for _, given in conditions for value in given]
    query = f"SELECT {_COLUMNS} FROM run WHERE {clause} ORDER BY created DESC, id DESC LIMIT ?"
    database.row_factory = sqlite3.Row
    rows = [dict(row) for row in database.execute(query, (*values, limit))]
    if any(_ESCAPE in text for row in rows for text in row.values() if isinstance(text, str)):
        return None

    return [RunSummary.of(row | {"created": _utc(row["created"])}) for row in rows]


def _conditions(where: RunFilter) -> Iterator[tuple[str, tuple[Any, ...]]]:
    plain: dict[str, object] = {
        "status = ?": where.status,
        "editor = ?": where.editor,
        "thinker = ?": where.thinker,
        "instr(lower(instruction), lower(?)) > 0": where.text,
        "best_overall >= ?": where.best_at_least,
        "best_overall <= ?": where.best_at_most,
        "created >= ?": where.since and _written(where.since),
        "created < ?": where.until and _written(where.until),
    }
    yield from ((text, (value,)) for text, value in plain.items() if value is not None)
    if where.principal is not None:
        yield _LABELLED.format(value=" AND value = ?"), (PRINCIPAL, where.principal)
    if where.label is not None:
        name, value = where.label
        text = _LABELLED.format(value="" if value is None else " AND value = ?")
        yield text, (name,) if value is None else (name, value)


def _written(moment: datetime) -> str:
    """A moment as the store writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

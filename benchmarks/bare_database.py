"""A database driver and nothing else."""

import sqlite3
from collections.abc import Sequence
from importlib import import_module
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

Row = dict[str, Any]
"""Columns by name."""

Statement = tuple[str, Sequence[Any]]
"""With `?` where the values go."""


class BareDatabase(Protocol):
    """Reads rows, and writes statements in one transaction."""

    async def rows(self, query: str, *values: Any) -> list[Row]:
        """Return what a query finds."""
        ...

    async def write(self, statements: Sequence[Statement]) -> None:
        """Carry out the statements in one transaction."""
        ...


class BareSqlite:
    """A connection in WAL mode, used on the calling thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("PRAGMA foreign_keys=1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    async def rows(self, query: str, *values: Any) -> list[Row]:
        """Return what a query finds."""
        return [dict(row) for row in self._connection.execute(query, values).fetchall()]

    async def write(self, statements: Sequence[Statement]) -> None:
        """Carry out the statements in one transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        for statement, values in statements:
            self._connection.execute(statement, values)
        self._connection.execute("COMMIT")


class BarePostgres:
    """One connection of asyncpg."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    async def __aenter__(self) -> Self:
        driver: Any = import_module("asyncpg")  # an extra, without types
        self._connection = await driver.connect(self._url)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connection.close()

    async def rows(self, query: str, *values: Any) -> list[Row]:
        """Return what a query finds."""
        return [dict(row) for row in await self._connection.fetch(_counted(query), *values)]

    async def write(self, statements: Sequence[Statement]) -> None:
        """Carry out the statements in one transaction."""
        async with self._connection.transaction():
            for statement, values in statements:
                await self._connection.execute(_counted(statement), *values)


def _counted(statement: str) -> str:
    """Write `$1, $2, …` for `?, ?, …`."""
    numbers = count()
    return "".join(f"${next(numbers)}{part}" for part in f"{statement}".split("?"))[2:]

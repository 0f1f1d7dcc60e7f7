"""A store grows with the package, once, and one from the future is left alone."""

import ast
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from sqlalchemy import Connection, text

from editloop.memory import StoreError, StoreVersion
from editloop.memory.store import open_store
from editloop.memory.store.engine import Database, database_at
from editloop.memory.store.rows import Row
from editloop.memory.store.upgrade import (
    HEAD,
    MIGRATIONS,
    REVISIONS,
    VERSION_TABLE,
    migrate,
    revision,
)

pytestmark = pytest.mark.anyio


async def at(url: str, target: str) -> Database:
    """Return a database whose schema is of an earlier revision."""
    database = database_at(url)
    if database.path is not None:
        database.path.parent.mkdir(exist_ok=True)
    await database.rebuild(lambda connection: migrate(connection, target))
    return database


def test_the_constants_name_the_shipped_migrations_in_their_order() -> None:
    parents = dict(_links(path) for path in (MIGRATIONS / "versions").glob("0*.py"))
    assert list(zip(REVISIONS, (None, *REVISIONS[:-1]), strict=True)) == sorted(parents.items())


def _links(path: Path) -> tuple[str, str | None]:
    found: dict[str, str | None] = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return str(found["revision"]), found["down_revision"]


async def test_the_migrations_make_exactly_the_tables_that_the_rows_declare(empty_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        from alembic.autogenerate import compare_metadata
        from alembic.runtime.migration import MigrationContext

        options = {"version_table": VERSION_TABLE, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Row.metadata))

    database = await at(empty_url, HEAD)
    assert await database.read(differences) == []
    await database.close()


@pytest.mark.parametrize("old", REVISIONS[:-1])
async def test_an_older_store_is_upgraded_and_keeps_its_runs(empty_url: str, old: str) -> None:
    database = await at(empty_url, old)

    def fill(connection: Connection) -> None:
        sha = "a" * 64
        connection.execute(
            text("INSERT INTO image VALUES (:sha, 'image/png', 1, 1, 1, '[]')"), {"sha": sha}
        )
        connection.execute(
            text(
                "INSERT INTO run (id, created, status, instruction, source_sha, seed, editor,"
                " thinker, settings, turns, seconds, cost) VALUES ('run-0001',"
                " '2026-01-01 00:00:00+00:00', 'open', 'warm', :sha, '0', '', '', '{}', 0, 0, 0)"
            ),
            {"sha": sha},
        )

    await database.write(fill)
    await database.close()
    with pytest.raises(StoreVersion, match=f"has schema {old}, this editloop needs {HEAD}"):
        async with open_store(empty_url, upgrade=False):
            pass
    async with open_store(empty_url) as store:
        assert (await store.stats()).revision == HEAD
        assert (await store.runs())[0].instruction == "warm"
        path = store.path
    if path is not None:
        copy = path.with_name(f"{path.name}.{old}.bak")
        with closing(sqlite3.connect(copy)) as backup:
            assert backup.execute("SELECT id FROM run").fetchall() == [("run-0001",)]
            assert backup.execute(f"SELECT * FROM {VERSION_TABLE}").fetchall() == [(old,)]


async def test_a_store_from_the_future_is_refused_and_left_alone(empty_url: str) -> None:
    database = await at(empty_url, HEAD)

    def move_on(connection: Connection) -> None:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))

    await database.write(move_on)
    await database.close()
    for upgrade in (True, False):
        with pytest.raises(StoreVersion, match=r"has schema 9999, .* upgrade editloop"):
            async with open_store(empty_url, upgrade=upgrade):
                pass
    reopened = database_at(empty_url)
    assert await reopened.read(revision) == "9999"
    await reopened.close()


async def test_a_database_of_somebody_else_is_refused(empty_url: str) -> None:
    database = database_at(empty_url)
    if database.path is not None:
        database.path.parent.mkdir()
    await database.write(lambda connection: connection.execute(text("CREATE TABLE run (id INT)")))
    await database.close()
    with pytest.raises(StoreError, match="did not make"):
        async with open_store(empty_url):
            pass


async def test_a_store_that_is_not_there_is_not_made_without_leave(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store at"):
        async with open_store(str(tmp_path / "new" / "runs.db"), upgrade=False):
            pass
    assert os.listdir(tmp_path) == []


OPEN = """
import anyio, sys
from editloop.memory.store import open_store

async def main():
    sys.stdin.readline()
    async with open_store(sys.argv[1]) as store:
        print((await store.stats()).revision)

print("ready", flush=True)
anyio.run(main)
"""


@pytest.mark.parametrize("start", [None, REVISIONS[0]])
async def test_processes_that_open_a_store_at_once_all_succeed(
    empty_url: str, start: str | None
) -> None:
    if start is not None:
        await (await at(empty_url, start)).close()
    assert _opened_at_once(empty_url, 4) == [(0, f"{HEAD}\n", "")] * 4


def _opened_at_once(url: str, count: int) -> list[tuple[int, str, str]]:
    """Let processes open a store when all of them have loaded it; return how they ended."""
    command = [sys.executable, "-W", "error", "-c", OPEN, url]
    openers = [
        subprocess.Popen(
            command,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(count)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("\n")
        opener.stdin.flush()
    spoken = [opener.communicate(timeout=300) for opener in openers]
    codes = [opener.returncode for opener in openers]
    return [(code, out, error) for code, (out, error) in zip(codes, spoken, strict=True)]


@pytest.fixture
def made(tmp_path: Path) -> str:
    """The path of a store of this package's schema."""
    path = str(tmp_path / "editloop.db")

    async def make() -> None:
        async with open_store(path):
            pass

    anyio.run(make)
    return path


def test_a_store_of_the_right_schema_is_opened_without_loading_alembic(made: str) -> None:
    script = f"{OPEN}\nassert 'alembic' not in sys.modules"
    command = [sys.executable, "-c", script, made]
    assert subprocess.run(command, input="\n", text=True, timeout=300, check=False).returncode == 0


async def test_going_back_is_not_supported(empty_url: str) -> None:
    from alembic import command
    from alembic.config import Config

    def back(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, REVISIONS[0])

    database = await at(empty_url, HEAD)
    with pytest.raises(NotImplementedError, match="restore the copy"):
        await database.rebuild(back)
    assert await database.read(revision) == HEAD
    await database.close()

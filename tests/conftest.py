"""What all tests share."""

import gc
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
import skips
from ports import free_port

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# Only the interpreter that `make test-engines` uses can collect these (docs/decisions/0015).
collect_ignore = [] if find_spec("vllm") else ["engines"]

# No property depends on how fast this machine is now. CI takes the same examples every time.
hypothesis.settings.register_profile(
    "editloop",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("editloop")


def pytest_configure(config: pytest.Config) -> None:
    skips.watch(config)


def pytest_collection_finish() -> None:
    """Spare the collector what is loaded by now: a look at all of it takes 0.4 s."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def nothing_left_open() -> Iterator[None]:
    """Collect what the tests of a file left, so that what was not closed fails here, not later."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def free_tcp_port() -> int:
    """A port that nobody listens on and, unlike that of anyio's fixture, that nobody is given."""
    return free_port()


@pytest.fixture(scope="session")
def photos() -> list[Path]:
    """Real photographs that lie beside the project; tests that need them skip without them."""
    found = sorted((SHARED_DATA / "photos").glob("*.jpg"))
    if not found:
        pytest.skip("needs the real photographs beside the project (../shared/data/photos)")
    return found


class PostgresServer:
    """A PostgreSQL server, and databases of one's own on it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._template = ""

    def address(self, database: str) -> str:
        """The URL of one of its databases."""
        return urlsplit(self.url)._replace(path=f"/{database}").geturl()

    async def command(self, sql: str) -> None:
        """Run a statement outside any transaction."""
        from sqlalchemy import text
        from sqlalchemy.ext.asyncio import create_async_engine

        url = self.url.replace("postgresql://", "postgresql+asyncpg://", 1)
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                await connection.execute(text(sql))
        finally:
            await engine.dispose()

    async def create(self, *, empty: bool = False) -> str:
        """Make a database, with the schema of the store unless it is to be empty."""
        template = "template0" if empty else await self._migrated()
        name = f"editloop_{secrets.token_hex(6)}"
        await self.command(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        await self.command(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _migrated(self) -> str:
        """Make the schema once; a copy of it is faster than a migration."""
        from editloop.memory.store import open_store

        if not self._template:
            name = await self.create(empty=True)
            async with open_store(self.address(name)):
                self._template = name
        return self._template


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server that is named by the environment, or a private one from installed binaries."""
    if given := os.environ.get("EDITLOOP_TEST_POSTGRES_URL"):
        yield PostgresServer(given)
        return
    binaries = _postgres_binaries()
    if binaries is None:
        reason = "needs PostgreSQL binaries or EDITLOOP_TEST_POSTGRES_URL"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="editloop-postgres-"))
    try:
        yield PostgresServer(_start_postgres(binaries, folder))
    finally:
        _as_nobody([binaries / "pg_ctl", "stop", "-m", "immediate", "-D", folder / "data"], folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def postgres_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """A database with the schema of the store and nothing in it, for one test."""
    name = await postgres_server.create()
    yield postgres_server.address(name)
    await postgres_server.drop(name)


@pytest.fixture
async def empty_postgres_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """A database without any table, for one test."""
    name = await postgres_server.create(empty=True)
    yield postgres_server.address(name)
    await postgres_server.drop(name)


def _postgres_binaries() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")  # not on the path there
    return max((each.parent for each in debian), key=lambda p: int(p.parent.name), default=None)


def _start_postgres(binaries: Path, folder: Path) -> str:
    port = free_port()
    if os.getuid() == 0:
        os.chown(folder, *_nobody())
    (folder / "password").write_text("secret")
    data = folder / "data"
    command = [binaries / "initdb", "-D", data, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    login = ["--username=editloop", "--auth=scram-sha-256", f"--pwfile={folder}/password"]
    _as_nobody([*command, *login], folder)
    options = f"-p {port} -k {folder} -h 127.0.0.1 -F -c shared_buffers=32MB"
    command = [binaries / "pg_ctl", "start", "-w", "-t", "240", "-D", data, "-o", options]
    _as_nobody([*command, "-l", folder / "log"], folder)
    return f"postgresql://editloop:secret@127.0.0.1:{port}/postgres"


def _as_nobody(command: list[Path | str], folder: Path) -> None:
    """Run a command of the server, which refuses to run as root."""
    user, group = _nobody() if os.getuid() == 0 else (None, None)
    subprocess.run(
        command, cwd=folder, user=user, group=group, check=True, capture_output=True, timeout=300
    )


def _nobody() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid

"""A PostgreSQL server for one benchmark."""

import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from tempfile import TemporaryDirectory

GIVEN = "EDITLOOP_TEST_POSTGRES_URL"


@contextmanager
def server() -> Generator[str | None]:
    """Yield the URL of a server: the one that is given, or a private one; None without binaries."""
    binaries = _binaries()
    if url := os.environ.get(GIVEN):
        yield url
    elif binaries is None:
        yield None
    else:
        with (
            TemporaryDirectory(prefix="editloop-bench-pg-") as name,
            _private(binaries, Path(name)) as url,
        ):
            yield url


def _binaries() -> Path | None:
    """The newest installed ones; Debian keeps them out of the path."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))

    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@contextmanager
def _private(binaries: Path, folder: Path) -> Generator[str]:
    """A server that keeps its promises about disks, as one in service does."""
    user = _unprivileged(folder)
    data, log = str(folder / "data"), str(folder / "log")
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    steps = [
        [str(binaries / "initdb"), "-D", data, "-U", "bench", "-A", "trust", "--locale=C.UTF-8"],
        [str(binaries / "pg_ctl"), "-D", data, "-l", log, "-o", options, "-w", "start"],
    ]
    for step in steps:
        subprocess.run(step, user=user, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        yield f"postgresql://bench@127.0.0.1:{port}/postgres"
    finally:
        stop = [str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"]
        subprocess.run(stop, user=user, check=True, stdout=subprocess.DEVNULL, cwd=folder)


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: hand the folder to somebody else then."""
    if os.name != "posix" or os.geteuid() != 0:
        return None

    import pwd

    user = "postgres" if any(each.pw_name == "postgres" for each in pwd.getpwall()) else "nobody"
    shutil.chown(folder, user)
    return user

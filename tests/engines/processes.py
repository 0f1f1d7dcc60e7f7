"""Servers as real processes: started, waited for, watched and stopped."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

EDITLOOP = (sys.executable, "-m", "editloop")
"""The command line, as this interpreter has it."""

TAIL = 4000
"""Characters of a log that an error shows."""

GRACE = 20.0
"""Seconds that a server has to go by itself."""


class ServerFailed(Exception):
    """A server did not come up, or is gone; the message ends with its log."""


@dataclass(frozen=True)
class Server:
    """A running process that answers under a URL."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self) -> str:
        """Return the end of what it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-TAIL:]

    def wait(self, path: str, within: float) -> None:
        """Wait until it answers 200 under the path.

        Raises:
            ServerFailed: it ended, or did not answer within so many seconds.
        """
        deadline = time.monotonic() + within
        while not _answers(self.url + path):
            if (code := self.process.poll()) is not None:
                raise ServerFailed(f"{self.name} ended with {code}:\n{self.tail()}")

            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} is not ready in {within:g} s:\n{self.tail()}")

            time.sleep(0.1)  # a foreign process: nothing else tells

    def kill(self) -> None:
        """End it and its children at once."""
        _signal(self.process, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to go, and kill what stays."""
        _signal(self.process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        self.kill()  # also what the process itself left behind


@contextmanager
def serving(
    name: str,
    command: Sequence[str | Path],
    port: int,
    folder: Path,
    *,
    ready: str = "/health",
    within: float = 180,
    environment: Mapping[str, str] | None = None,
) -> Generator[Server]:
    """Run a server as long as the block lasts; its log lies in the folder, under its name and port.

    Raises:
        ServerFailed: it did not become ready.
    """
    log = folder / f"{name}-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,  # so that its children can be ended with it
        )
    server = Server(name, f"http://127.0.0.1:{port}", process, log)
    try:
        server.wait(ready, within)
        yield server
    finally:
        server.stop()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)

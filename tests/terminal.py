"""A command on a pseudo-terminal, spoken to as a person would."""

import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")
_PATIENCE = 60  # seconds; a test that waits longer has failed


@dataclass
class Terminal:
    """What is on the screen, and the keyboard."""

    process: subprocess.Popen[bytes]
    ours: int
    raw: bytes = b""
    read: int = 0
    """How much of the screen `until` has passed."""

    @property
    def seen(self) -> str:
        return _CONTROL.sub(b"", self.raw).decode("utf-8", "replace")

    def type(self, line: str) -> None:
        os.write(self.ours, f"{line}\r".encode())

    def interrupt(self) -> None:
        """Ctrl-C, as the terminal sends it while nobody reads a line."""
        os.killpg(self.process.pid, signal.SIGINT)

    def until(self, text: str) -> str:
        """Wait for a text that was not passed before, and return what came with it."""
        while text not in self.seen[self.read :]:
            if not select.select([self.ours], [], [], _PATIENCE)[0]:
                raise AssertionError(f"{text!r} did not come:\n{self.seen}")
            self.raw += self._piece(text)

        start = self.read
        self.read += self.seen[start:].index(text) + len(text)
        return self.seen[start : self.read]

    def rest(self) -> int:
        """Wait for the end and return the exit code."""
        while True:
            try:
                piece = os.read(self.ours, 65_536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            self.raw += piece

        return self.process.wait(timeout=_PATIENCE)

    def _piece(self, text: str) -> bytes:
        try:
            return os.read(self.ours, 65_536)
        except OSError:
            raise AssertionError(f"it ended without {text!r}:\n{self.seen}") from None


@contextmanager
def on_terminal(
    words: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Generator[Terminal]:
    """Start a command in a session of its own; it is killed at the end of the block."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        words,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=dict(environment),
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)

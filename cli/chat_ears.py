"""Lines of a person or a program: a terminal with editing, or a pipe."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from threading import Thread

import anyio
from anyio import from_thread
from anyio.lowlevel import current_token

_PIECE = 65_536


@dataclass(slots=True)
class Ears:
    """Reads lines, so that reading can be given up at any time."""

    _left: bytes = b""
    _ended: bool = False
    _reading: "_Reading | None" = None

    @property
    def in_terminal(self) -> bool:
        """Whether a person types."""
        return sys.stdin.isatty() and sys.stdout.isatty()

    async def line(self, prompt: str) -> str | None:
        """Return the next line; None at the end."""
        if self.in_terminal:
            return await self._from_terminal(prompt)

        while b"\n" not in self._left and not self._ended:
            piece = await _piece()
            self._left, self._ended = self._left + piece, not piece

        if not self._left and self._ended:
            return None

        line, _, self._left = self._left.partition(b"\n")
        return line.decode("utf-8", "replace")

    async def _from_terminal(self, prompt: str) -> str | None:
        """Wait for a line; one that was given up is what the next question waits for."""
        if self._reading is None:
            self._reading = _Reading()
            self._reading.begin(prompt)
        else:
            print(f"\n{prompt}", end="", flush=True)

        await self._reading.done.wait()
        line, self._reading = self._reading.line, None
        return line


@dataclass(slots=True)
class _Reading:
    """A line that is being typed. Its thread must not keep the process from ending: a daemon."""

    done: anyio.Event = field(default_factory=anyio.Event)
    line: str | None = None

    def begin(self, prompt: str) -> None:
        """Read in a thread."""
        token = current_token()

        def read() -> None:
            self.line = _typed(prompt)
            with suppress(RuntimeError):  # nobody waits any more
                from_thread.run_sync(self.done.set, token=token)

        Thread(target=read, daemon=True).start()


@contextmanager
def tidied() -> Generator[None]:
    """Leave the terminal as it was: a line that is given up leaves it in the state of typing."""
    if not sys.stdin.isatty() or sys.platform == "win32":
        yield
        return

    import termios

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        yield
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


def _typed(prompt: str) -> str | None:
    with suppress(ImportError):
        import_module("readline")  # makes `input` remember and edit lines

    try:
        return input(prompt)
    except EOFError:
        return None


async def _piece() -> bytes:
    """The next bytes of a pipe; a file never keeps one waiting."""
    try:
        number = sys.stdin.fileno()
    except (OSError, ValueError):  # what a program put in the place of its standard input
        return sys.stdin.readline().encode()

    with suppress(OSError, NotImplementedError):  # a file cannot be waited for, and need not be
        await anyio.wait_readable(number)
    return os.read(number, _PIECE)

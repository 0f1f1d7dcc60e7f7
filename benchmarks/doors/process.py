"""A server as a process of its own, and what it takes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from threading import Event, Thread
from urllib.request import urlopen

import psutil

from ..measure import ROOT, proportional
from ..served import ANSWER, GATE, LOG, PLACES, SECONDS

TURNS = 2
"""Of every run: the prepared thinker is never content."""

_LOOK = 0.05  # seconds
_READY = 300.0


@dataclass(slots=True)
class Watched:
    """The largest memory of a process, looked at twenty times a second."""

    pss: float = 0.0
    """MB, pages that are shared counted once."""


@dataclass(frozen=True, slots=True)
class Process:
    """A server that runs."""

    pid: int
    url: str
    log: Path
    """The moments of its critiques, a line each."""

    def cpu(self) -> float:
        """Return the seconds of processor time that it and its children have taken."""
        return cpu_of(self.pid)

    @property
    def pss(self) -> float:
        """MB now, of it and its children, pages that are shared counted once."""
        return sum(proportional(each.pid) for each in _family(self.pid))

    @contextmanager
    def watched(self) -> Generator[Watched]:
        """Look at its memory while the block runs."""
        found, over = Watched(self.pss), Event()

        def look() -> None:
            while not over.wait(_LOOK):
                found.pss = max(found.pss, self.pss)

        thread = Thread(target=look)
        thread.start()
        try:
            yield found
        finally:
            over.set()
            thread.join()


def cpu_of(pid: int) -> float:
    """Return the seconds of processor time of a process and its children, in steps of 10 ms.

    Pictures of strangers are decoded in a process apart; its time is the door's.
    """
    taken = 0.0
    for each in _family(pid):
        with suppress(psutil.NoSuchProcess):  # it ended just now
            taken += sum(each.cpu_times()[:4])
    return taken


def _family(pid: int) -> list[psutil.Process]:
    """A process and its children that live; the time of those that ended is in its own."""
    me = psutil.Process(pid)
    return [me, *me.children(recursive=True)]


def environment(folder: Path, picture: Path, *, seconds: float = 0.0) -> dict[str, str]:
    """Variables of a user whose settings are those of the benchmark, and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EDITLOOP_")}
    places = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    engines = {"EDITLOOP_EDITOR": "prepared", "EDITLOOP_THINKER": "prepared"}
    bounds = {"EDITLOOP_TURNS": str(TURNS), "EDITLOOP_STORE": str(folder / "editloop.db")}
    drawn = {ANSWER: str(picture), SECONDS: str(seconds)}
    return {**kept, **places, **engines, **bounds, **drawn}


def command(*words: str) -> list[str]:
    """What starts `editloop` with the prepared engines."""
    return [sys.executable, "-m", "benchmarks.served", *words]


@contextmanager
def served(
    folder: Path, picture: Path, *words: str, seconds: float = 0.0, gate: Path | None = None
) -> Generator[Process]:
    """Start a server, wait until it is ready, and stop it after the block.

    With a gate no edit is answered unless that file is there, and critiques are noted.
    """
    held = {GATE: str(gate), LOG: str(folder / "critiques")} if gate else {}
    folder.mkdir(parents=True, exist_ok=True)
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "stderr").open("wb") as complaints:
        child = subprocess.Popen(
            command(*words, "--port", str(port)),
            cwd=ROOT,
            env=environment(folder, picture, seconds=seconds) | held,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(child, f"{url}/readyz", folder / "stderr")
            yield Process(child.pid, url, folder / "critiques")
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait()


def _wait(child: "subprocess.Popen[bytes]", url: str, complaints: Path) -> None:
    """Return when it answers.

    Raises:
        RuntimeError: it ended, or took too long; says what it complained about.
    """
    deadline = time.monotonic() + _READY
    while child.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:  # it does not listen yet, or listens and takes long to begin
            time.sleep(_LOOK)
    raise RuntimeError(f"no server at {url}: {complaints.read_text('utf-8')[-2000:]}")


SLOTS = PLACES
"""Edits and critiques at once, in the server and without one."""

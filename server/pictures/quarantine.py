"""Where a picture of a stranger is decoded first: in a process that can be lost.

It costs about a millisecond more than decoding here, which is why every door does it. A picture that
passes will be decoded again by this process, by the same code and so within the same bounds.
"""

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar, TypeVarTuple, cast

import anyio
import anyio.to_thread

from ...memory import PictureError
from ...memory.images import DEFAULT_LIMITS, Limits
from ..examiner import LENGTH

_MODULE = "editloop.server.examiner"
_KEPT = (  # of the environment: what Python needs to begin, and no secret
    "PATH",
    "PYTHONHOME",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SYSTEMROOT",
)
_LONGEST = 2000  # characters of what a decoder says
_GIB = 2**30
_SECONDS_TO_BEGIN = 60.0

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")


class Quarantine:
    """A few processes that decode pictures, begun when needed, replaced when lost."""

    def __init__(
        self,
        limits: Limits = DEFAULT_LIMITS,
        *,
        seconds: float = 20.0,
        memory: int = 3 * _GIB,
        workers: int | None = None,
    ) -> None:
        """One picture has `seconds` and `memory` bytes, the program itself included.

        `workers` pictures are decoded at a time; as many as there are processors, at most four.
        """
        self.limits, self._seconds = limits, seconds
        said = {"bytes": limits.bytes, "pixels": limits.pixels, "side": limits.side}
        self._said = json.dumps({**said, "memory": memory, "seconds": seconds})
        self._room = anyio.CapacityLimiter(workers or min(4, os.cpu_count() or 1))
        self._idle: list[_Worker] = []
        weakref.finalize(self, _end_all, self._idle)

    async def check(self, data: bytes) -> None:
        """Decode a picture where it can do no harm.

        Raises:
            PictureError: it is refused, or took too much time or memory.
        """
        self.limits.check_bytes(data)
        async with self._room:
            worker = self._idle.pop() if self._idle else _Worker(self._said)
            said: dict[str, Any] | None = None
            try:
                with anyio.move_on_after(_SECONDS_TO_BEGIN) as beginning:
                    await _apart(worker.begin)
                if beginning.cancelled_caught:
                    worker.end()
                with anyio.move_on_after(self._seconds):
                    said = await _apart(worker.ask, data)
            finally:
                self._idle.append(worker) if said is not None else worker.end()
        if said is None:
            raise PictureError(
                f"the picture could not be decoded within {self._seconds:g} s and the memory that "
                "one may have: scale it down, or save it again as PNG or JPEG"
            )
        if said:
            raise PictureError(str(said.get("error"))[:_LONGEST])


class _Worker:
    """One process. `begin` and `ask` block, and return once `end` was called beside them."""

    def __init__(self, said: str) -> None:
        self._said = said
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._asked = False  # a thread is at its pipes, and will bury it
        self._lock = Lock()

    def begin(self) -> None:
        """Begin the process, if it is not there, and wait until it listens."""
        with self._lock:
            if self._process or self._ended:
                return
            self._process = _begun(self._said)
        self._heard(b"")

    def ask(self, data: bytes) -> dict[str, Any] | None:
        """What the process says of a picture; None where it is lost."""
        return self._heard(len(data).to_bytes(LENGTH), data)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            self._ended = True
            if self._process:
                self._process.kill()
                if not self._asked:
                    _bury(self._process)

    def _heard(self, *pieces: bytes) -> dict[str, Any] | None:
        with self._lock:
            process = None if self._ended else self._process
            self._asked = process is not None
        if not process:
            return None
        found = _answer(process, pieces)
        with self._lock:
            self._asked = False
        if found is None or self._ended:
            self.end()
        return found


def _answer(process: "subprocess.Popen[bytes]", pieces: tuple[bytes, ...]) -> dict[str, Any] | None:
    assert process.stdin
    assert process.stdout
    try:
        for piece in pieces:
            _write(process.stdin.fileno(), piece)
        found = json.loads(process.stdout.readline(8 * _LONGEST))
    except (OSError, ValueError):  # it is gone, or says what nobody asked
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


async def _apart(work: Callable[[*_Args], _T], *args: *_Args) -> _T:
    """Run in a thread that is left alone when the caller leaves; the process is ended then."""
    return await anyio.to_thread.run_sync(work, *args, abandon_on_cancel=True)


def _begun(said: str) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", _MODULE, said],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "MALLOC_ARENA_MAX": "2"},
        bufsize=0,
        start_new_session=True,  # an interrupt in the terminal is for the server alone
    )


def _write(pipe: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(pipe, left) :]


def _end_all(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.end()


def _bury(process: subprocess.Popen[bytes]) -> None:
    """Give back what a killed process held."""
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            assert pipe
            pipe.close()

"""Pictures that the app sends in pieces, because hosts bound the length of one message.

The pieces wait in the memory of one process. They are bounded in every direction: how large a
picture may become, how many are under way for one caller and for all, and how long they wait.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ...memory import InputError, PictureError
from ..principals import Principal

MOST = 50_000_000
"""Bytes of one picture."""

_EACH = 2
"""Pictures under way of one caller, besides the one that is begun."""

_ALL = 150_000_000
"""Bytes of all pieces that wait."""

_SECONDS = 600.0


@dataclass
class _Sending:
    """The pieces of one picture so far."""

    who: str
    begun: float
    pieces: list[bytes] = field(default_factory=list[bytes])

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))


class Chunks:
    """Puts pieces together again, in the order in which they were cut."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sending: dict[tuple[str, str], _Sending] = {}

    def add(self, who: Principal, upload: str, part: int, parts: int, data: bytes) -> bytes | None:
        """Take a piece (the first is 0) and return the whole picture when it was the last one.

        Raises:
            InputError: a piece that does not follow those before it.
            PictureError: the picture would become too large.
        """
        if not 0 <= part < parts:
            raise InputError(f"there is no piece {part} of {parts}; pieces count from 0")
        if parts == 1:
            return _bounded(data)

        self._tidy(who.name)
        key = (who.name, upload)
        if part == 0:
            self._sending[key] = _Sending(who.name, self._clock())
        sending = self._sending.get(key)
        if sending is None or len(sending.pieces) != part:
            self._sending.pop(key, None)
            raise InputError("the pieces of this picture did not arrive in order; send it again")

        sending.pieces.append(data)
        if sending.size > MOST:
            del self._sending[key]
        _bounded_size(sending.size)
        if part < parts - 1:
            return None
        return b"".join(self._sending.pop(key).pieces)

    def _tidy(self, who: str) -> None:
        """Forget what nobody goes on with, and the oldest where there is too much."""
        now = self._clock()
        for key, each in list(self._sending.items()):
            if now - each.begun > _SECONDS:
                del self._sending[key]
        mine = [key for key, each in self._sending.items() if each.who == who]
        for key in mine[:-_EACH]:
            del self._sending[key]
        while sum(each.size for each in self._sending.values()) > _ALL:
            del self._sending[next(iter(self._sending))]


def _bounded(data: bytes) -> bytes:
    _bounded_size(len(data))
    return data


def _bounded_size(size: int) -> None:
    if size > MOST:
        raise PictureError(f"the picture has more than {MOST:,} bytes; send a smaller one")

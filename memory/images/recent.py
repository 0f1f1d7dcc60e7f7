"""The bytes that were wanted last, so that both halves of a turn read and check a picture once."""

from collections import OrderedDict
from threading import Lock


class Recent:
    """Keeps at most `limit` bytes by name, the least recently wanted leaving first.

    Used from worker threads. What does not fit is not kept; bytes are immutable, so what is handed
    out cannot change.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, name: str) -> bytes | None:
        """Return the bytes, if they are still here."""
        with self._lock:
            if name in self._held:
                self._held.move_to_end(name)
            return self._held.get(name)

    def keep(self, name: str, data: bytes) -> None:
        """Keep bytes whose name was checked; older ones make room."""
        if len(data) > self._limit:
            return

        with self._lock:
            self._drop(name)
            self._held[name] = data
            self._size += len(data)
            while self._size > self._limit:
                self._drop(next(iter(self._held)))

    def forget(self, name: str) -> None:
        """Let go of the bytes of a picture that was removed."""
        with self._lock:
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._size -= len(self._held.pop(name, b""))

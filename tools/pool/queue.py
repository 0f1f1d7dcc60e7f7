"""Who is next: fair between groups, first come first served within one (start-time fair queueing).

A request of a group starts, in virtual time, where the group's last one ended; the least start is
served first (Goyal, Vin, Cheng 1996). A run that floods the pool waits behind itself. Time moves on
with every service, by as little as many wait, so that not even an endless stream of new groups
makes a request wait for ever.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

_URGENT = -1.0  # before every start


class FairQueue(Generic[T]):
    """Waiting entries, in the order in which they should be served."""

    def __init__(self) -> None:
        self._line: list[tuple[float, int, T]] = []
        self._starts: dict[int, float] = {}
        self._ends: dict[str, float] = {}
        self._time = 0.0
        self._count = 0

    def __len__(self) -> int:
        return len(self._line)

    def add(self, entry: T, group: str, *, urgent: bool = False) -> int:
        """Queue an entry and return its ticket; an urgent one goes before all that are not."""
        self._count += 1
        start = _URGENT if urgent else max(self._time, self._ends.get(group, 0.0))
        if not urgent:
            self._ends[group] = start + 1

        self._starts[self._count] = start
        insort(self._line, (start, self._count, entry))
        return self._count

    def first(self, count: int) -> Sequence[tuple[int, T]]:
        """Tickets and entries that are next, at most `count`."""
        return [(ticket, entry) for _, ticket, entry in self._line[:count]]

    def take(self, ticket: int, *, served: bool) -> None:
        """Remove an entry, because it is served or because it gave up."""
        start = self._starts.pop(ticket)
        del self._line[bisect_left(self._line, (start, ticket))]
        if served:
            self._time = max(start, self._time + 1 / (len(self._line) + 1))

        if not self._line:  # nobody waits: only debts that still count are kept
            self._ends = {group: end for group, end in self._ends.items() if end > self._time}

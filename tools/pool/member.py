"""One replica in the pool: what is under way there, how fast it is, whether it is in service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from typing import Generic, TypeVar

from .breaker import Breaker

M = TypeVar("M")

Probe = Callable[[M], Awaitable[object]]
"""Exercises the model with a tiny real request; an error means that it is not ready."""

_NEWEST = 0.2  # weight of the newest time in the running mean


@dataclass(slots=True, eq=False)
class Member(Generic[M]):
    """A replica and the pool's opinion of it."""

    name: str
    engine: M
    bound: int
    breaker: Breaker
    probe: Probe[M] | None = None
    ready: bool = True
    """False until the first probe has succeeded."""

    probing: bool = False
    leaving: bool = False
    """Gets no more requests; goes when the last one has ended."""

    trial: int = 0
    """The number of the last request that was a trial."""

    mean: float = 0.0
    """Seconds of a usual answer, newest ones counting most; 0 before the first."""

    answered: int = 0
    failed: int = 0
    last_problem: str = ""
    under_way: dict[int, float] = field(default_factory=dict[int, float])
    """When each request was sent."""

    @property
    def outstanding(self) -> int:
        """Requests that are under way."""
        return len(self.under_way)

    def in_service(self, now: float) -> bool:
        """Whether requests may be sent, one trial included."""
        if self.leaving or not self.ready:
            return False

        if self.breaker.state == "closed":
            return True

        return self.probe is None and self.breaker.may_try(now)

    def room(self, now: float) -> int:
        """How many more requests may be sent now."""
        if not self.in_service(now):
            return 0

        free = self.bound - self.outstanding
        return min(free, 1) if self.breaker.state != "closed" else free

    def timed(self, seconds: float) -> None:
        """Take the time of an answer into the mean."""
        weight = _NEWEST if self.mean else 1.0
        self.mean += weight * (seconds - self.mean)
        self.answered += 1

    def remaining(self, mean: float, now: float) -> list[float]:
        """Seconds until each request under way probably ends; the longer overdue, the longer."""
        ages = [now - sent for sent in self.under_way.values()]
        return [max(mean - age, age / 2) if mean else inf for age in ages]

"""One replica in the pool: what is under way there, how fast it is, whether it is in service."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from typing import Generic, TypeVar

from .breaker import Breaker

M = TypeVar("M")

Probe = Callable[[M], Awaitable[object]]
"""Exercises the model with a tiny real request; an error means that it is not ready."""

_NEWEST = 0.2  # weight of the newest time in the running mean
_REMEMBERED = 64  # times of answers that quantiles are taken of
_ENOUGH = 8  # of them say something about the slowest
_SHORTEST_PAUSE = 0.1  # seconds: a server that says "at once" is not asked in a tight loop
_GROWTH = 0.25  # of a place that a round of answers gives back, halved each time it was too much


@dataclass(slots=True, eq=False)
class Member(Generic[M]):
    """A replica and the pool's opinion of it."""

    name: str
    engine: M
    bound: int
    """Requests at once, as given."""

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
    turned_away: int = 0
    """Requests that it did not take, and asked to wait."""

    paused_until: float = 0.0
    """It asked for no requests before this."""

    last_problem: str = ""
    under_way: dict[int, float] = field(default_factory=dict[int, float])
    """When each request was sent."""

    _growth: float = field(default=_GROWTH, init=False)
    _limit: float = field(init=False)
    _times: deque[float] = field(init=False)

    def __post_init__(self) -> None:
        self._limit = float(self.bound)
        self._times = deque(maxlen=_REMEMBERED)

    @property
    def limit(self) -> int:
        """Requests at once now: the bound, or fewer since it turned some away."""
        return int(self._limit)

    @property
    def outstanding(self) -> int:
        """Requests that are under way."""
        return len(self.under_way)

    def in_service(self, now: float) -> bool:
        """Whether requests may be sent, one trial included."""
        if self.leaving or not self.ready or now < self.paused_until:
            return False

        if self.breaker.state == "closed":
            return True

        return self.probe is None and self.breaker.may_try(now)

    def room(self, now: float) -> int:
        """How many more requests may be sent now."""
        if not self.in_service(now):
            return 0

        free = max(0, self.limit - self.outstanding)
        return min(free, 1) if self.breaker.state != "closed" else free

    def timed(self, seconds: float) -> None:
        """Take the time of an answer into the mean; room that was lost comes back slowly."""
        weight = _NEWEST if self.mean else 1.0
        self.mean += weight * (seconds - self.mean)
        self._times.append(seconds)
        self.answered += 1
        self._limit = min(float(self.bound), self._limit + self._growth / self._limit)
        if self._limit == self.bound:
            self._growth = _GROWTH

    def turned(self, seconds: float, now: float) -> None:
        """It took no request and asked to wait: send nothing until then, and then a little less."""
        self.turned_away += 1
        if now >= self.paused_until:  # not one of many that were turned away together
            self._growth /= 2
        self.paused_until = max(self.paused_until, now + max(seconds, _SHORTEST_PAUSE))
        self._limit = min(self._limit, max(1.0, float(self.outstanding)))

    def slowest(self, share: float) -> float | None:
        """Seconds that this share (0 to 1) of its last answers took at most; None: too few yet."""
        if len(self._times) < _ENOUGH:
            return None

        return sorted(self._times)[min(len(self._times) - 1, int(share * len(self._times)))]

    def remaining(self, mean: float, now: float) -> list[float]:
        """Seconds until each request under way probably ends; the longer overdue, the longer."""
        ages = [now - sent for sent in self.under_way.values()]
        return [max(mean - age, age / 2) if mean else inf for age in ages]

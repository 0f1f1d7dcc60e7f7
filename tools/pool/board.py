"""Who waits, who works where: requests lease a place at a replica and give it back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Generic, Literal, TypeVar

import anyio

from ...memory import EditloopError
from .clock import Clock
from .member import Member
from .queue import FairQueue
from .rules import PoolRules
from .schedule import Fits, plan

M = TypeVar("M")

Outcome = Literal["answered", "refused", "failed", "called off", "turned away"]
"""`refused` is an answer too: the replica works, and the request is at fault. `turned away`: it
took nothing and asked to wait, which is no failure."""

_HORIZON = 512  # waiting requests that are planned at once
_CHECKS = 0.05  # of an outage: how often it is looked for, because that takes time
_LOOK_AGAIN = 0.1  # of a usual answer, while something waits although a place is free


@dataclass(frozen=True, slots=True)
class Lease(Generic[M]):
    """The right to send one request to a replica."""

    member: Member[M]
    number: int
    sent: float


@dataclass(slots=True, eq=False)
class _Waiter(Generic[M]):
    fits: Fits[M]
    served: float
    """When a replica that fits was last in service."""

    decided: anyio.Event = field(default_factory=anyio.Event)
    lease: Lease[M] | None = None
    problem: EditloopError | None = None


@dataclass(eq=False)
class Board(Generic[M]):
    """All replicas, and the one queue before them."""

    rules: PoolRules
    clock: Clock
    busy: Callable[[str], EditloopError]
    """Makes the error of a request that found no place."""

    members: dict[str, Member[M]] = field(default_factory=dict[str, Member[M]])
    moved: anyio.Event = field(default_factory=anyio.Event)
    """Set and replaced whenever something changed."""

    def __post_init__(self) -> None:
        self._queue: FairQueue[_Waiter[M]] = FairQueue()
        self._leases = 0
        self._check_at = 0.0

    @property
    def waiting(self) -> int:
        """Requests that wait for a place."""
        return len(self._queue)

    async def lease(self, fits: Fits[M], group: str, *, urgent: bool = False) -> Lease[M]:
        """Wait for a place at a replica that fits.

        Raises:
            EditloopError: what `busy` makes: the queue is full, or nothing that fits is in service
                for as long as the rules allow.
        """
        if len(self._queue) >= self.rules.waiting and not urgent and not self._has_room(fits):
            raise self.busy(f"{len(self._queue)} requests wait already")

        waiter = _Waiter(fits, self.clock.now())
        ticket = self._queue.add(waiter, group, urgent=urgent)
        self.look()
        try:
            await waiter.decided.wait()
        except anyio.get_cancelled_exc_class():
            if waiter.lease:
                self.ended(waiter.lease, "called off")
            elif waiter.problem is None:
                self._queue.take(ticket, served=False)
            raise

        if waiter.lease is None:
            raise waiter.problem or self.busy("no place was found")

        return waiter.lease

    def ended(
        self, lease: Lease[M], outcome: Outcome, problem: str = "", *, pause: float = 0.0
    ) -> None:
        """Give a place back and remember how it went; `pause` seconds are asked for."""
        member, now = lease.member, self.clock.now()
        del member.under_way[lease.number]
        if outcome == "failed":
            member.failed += 1
            member.last_problem = problem
            member.breaker.failed(now)
        elif outcome in ("called off", "turned away"):
            if lease.number == member.trial:
                member.breaker.undecided(now)
            if outcome == "turned away":
                member.last_problem = problem
                member.turned(pause, now)
        else:
            member.breaker.succeeded()

        if outcome == "answered":
            member.timed(now - lease.sent)

        self.look()

    def look(self) -> None:
        """Send what can be sent; tell those who waited too long."""
        now = self.clock.now()
        if self._queue and any(member.room(now) for member in self.members.values()):
            self._send(now)

        if self._queue and now >= self._check_at:
            self._check_at = now + self.rules.outage * _CHECKS
            self._give_up(now)

        self.moved.set()
        self.moved = anyio.Event()

    def next_look(self) -> float:
        """Seconds after which time alone may change something."""
        now = self.clock.now()
        return max(0.0, min(self._changes(now), default=inf))

    def _send(self, now: float) -> None:
        members = list(self.members.values())
        waiting = self._queue.first(_HORIZON)
        for (ticket, waiter), member in zip(
            waiting, plan(members, [waiter.fits for _, waiter in waiting], now), strict=True
        ):
            if member is None:
                continue
            self._queue.take(ticket, served=True)
            self._leases += 1
            if member.breaker.state == "open":
                member.breaker.begin_trial()
                member.trial = self._leases
            member.under_way[self._leases] = now
            waiter.lease = Lease(member, self._leases, now)
            waiter.decided.set()

    def _give_up(self, now: float) -> None:
        for ticket, waiter in self._queue.first(len(self._queue)):
            if any(_healthy(m, now) and waiter.fits(m) for m in self.members.values()):
                waiter.served = now
            elif now - waiter.served >= self.rules.outage:
                self._queue.take(ticket, served=False)
                waiter.problem = self.busy(self._out_of_service(waiter.fits))
                waiter.decided.set()

    def _has_room(self, fits: Fits[M]) -> bool:
        now = self.clock.now()
        return any(member.room(now) and fits(member) for member in self.members.values())

    def _out_of_service(self, fits: Fits[M]) -> str:
        fitting = [member for member in self.members.values() if fits(member)]
        states = [f"{member.name}: {member.last_problem or 'not ready'}" for member in fitting]
        said = "; ".join(states) or "there is none that can do this"
        return f"no replica came into service for {self.rules.outage:g} s ({said})"

    def _changes(self, now: float) -> Iterator[float]:
        for member in self.members.values():
            due = member.breaker.state == "open" and member.breaker.retry_at > now
            if due and not member.leaving:
                yield member.breaker.retry_at - now
            if member.paused_until > now and not member.leaving:
                yield member.paused_until - now

        if self._queue and any(member.room(now) for member in self.members.values()):
            usual = min((m.mean for m in self.members.values() if m.mean), default=1.0)
            yield usual * _LOOK_AGAIN

        if self._queue:
            oldest = min(waiter.served for _, waiter in self._queue.first(_HORIZON))
            yield max(self._check_at, oldest + self.rules.outage) - now


def _healthy(member: Member[M], now: float) -> bool:
    serving = member.ready and not member.leaving and now >= member.paused_until
    return serving and member.breaker.state == "closed"

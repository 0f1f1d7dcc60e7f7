"""One request on its way through the pool: to a replica, to another after a failure, to two at once.

The agent is the only layer that retries. What happens here is no retry: no replica gets the same
request twice, and at most `replicas` get it at all. It moves only when another answer costs
nothing, so never for paid editors; every move is on record.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from typing import Generic, TypeVar

import anyio
from anyio.abc import TaskGroup

from ...memory import EditloopError
from .board import Board, Lease, Outcome
from .member import Member
from .schedule import expected

M = TypeVar("M")
A = TypeVar("A")

_SLOW = 0.95  # the share of answers that a deadline is measured by


def _anywhere(_engine: object) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[M, A]):
    """A request, as the pool sees it."""

    call: Callable[[M], Awaitable[A]]
    fits: Callable[[M], bool] = _anywhere
    group: str = ""
    """Requests of one group (a run) share the pool fairly with those of others."""

    replicas: int = 3
    """At most this many replicas get it; 1 where a second answer would cost money."""

    unlike: bool = False
    """The replicas differ: what one refuses another may do."""

    hedge: bool = True
    """May be sent to a second replica while the first is still at it."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """An answer and how it came about."""

    answer: A
    by: str
    """The name of the replica."""

    seconds: float
    """From when it was sent to this replica."""

    detours: tuple[str, ...] = ()
    """What happened on the way, in sentences."""


@dataclass(slots=True)
class Tally:
    """What a pool did in its life."""

    requests: int = 0
    hedged: int = 0
    moved: int = 0


@dataclass(eq=False)
class Race(Generic[M, A]):
    """Drives one job to its answer or its error."""

    board: Board[M]
    job: Job[M, A]
    tally: Tally
    refusals: tuple[type[EditloopError], ...]
    """Errors that say something about the request and nothing about the replica."""

    sent: list[str] = field(default_factory=list[str])
    errors: list[tuple[str, Exception]] = field(default_factory=list[tuple[str, Exception]])
    detours: list[str] = field(default_factory=list[str])
    live: int = 0
    away: int = 0
    """How often it was turned away."""

    answered: Answered[A] | None = None

    async def run(self) -> Answered[A] | None:
        """Return the first answer; None when there is none, for the reasons in `errors`."""
        self.tally.requests += 1
        try:
            async with anyio.create_task_group() as group:
                self._start(group, urgent=False)

            return self.answered
        finally:
            # a cancelled watch keeps its frame, and so this, until the garbage collector comes by;
            # pictures of megabytes cannot wait for that
            del self.job
            self.answered = None

    def _start(self, group: TaskGroup, *, urgent: bool) -> None:
        self.live += 1
        group.start_soon(self._attempt, group, urgent)

    async def _attempt(self, group: TaskGroup, urgent: bool) -> None:
        while True:
            try:
                lease = await self.board.lease(self._untried, self.job.group, urgent=urgent)
            except EditloopError as error:
                self._failed(group, "the pool", error)
                return

            name = lease.member.name
            self.sent.append(name)
            answer, problem = await self._called(group, lease)
            if problem is None or not self._turned_away(name, problem):
                break
            urgent = True  # it had its turn already

        if problem is not None:
            self._failed(group, name, problem)
        elif answer is not None and self.answered is None:
            seconds = self.board.clock.now() - lease.sent
            self.answered = Answered(answer[0], name, seconds, tuple(self.detours))
            group.cancel_scope.cancel()

    def _turned_away(self, name: str, error: Exception) -> bool:
        """Whether to queue again: the replica took nothing, so it was not asked, not even once."""
        if _pause(error) is None or self.live > 1 or self.away >= self.board.rules.turns_away:
            return False

        self.away += 1
        self.sent.remove(name)
        self.detours.append(f"{name} asked to wait ({error})")
        return True

    def _untried(self, member: Member[M]) -> bool:
        return member.name not in self.sent and self.job.fits(member.engine)

    async def _called(
        self, group: TaskGroup, lease: Lease[M]
    ) -> tuple[tuple[A] | None, Exception | None]:
        """Ask the replica; its answer, or what went wrong."""
        answer: tuple[A] | None = None
        error: Exception | None = None
        try:
            async with anyio.create_task_group() as timed:
                timed.start_soon(self._watch, group, timed, lease)
                try:
                    answer = (await self.job.call(lease.member.engine),)
                except Exception as raised:  # noqa: BLE001 (carried to the caller, who raises it)
                    error = raised
                timed.cancel_scope.cancel()
            if answer is None and error is None:
                waited = self.board.clock.now() - lease.sent
                error = self.board.busy(f"no answer in {waited:.3g} s")
        finally:
            outcome = self._outcome(lease, answer, error)
            problem = str(error) if error else "no answer in the usual time"
            self.board.ended(lease, outcome, problem, pause=_pause(error) or 0.0)

        return answer, error

    def _outcome(self, lease: Lease[M], answer: tuple[A] | None, error: object) -> Outcome:
        if answer is not None:
            return "answered"

        if error is not None:
            if isinstance(error, self.refusals):
                return "refused"

            return "failed" if _pause(error) is None else "turned away"

        age = self.board.clock.now() - lease.sent  # cancelled: beaten, or nobody waits any more
        return "failed" if self.answered and age >= self._late(lease) else "called off"

    async def _watch(self, group: TaskGroup, timed: TaskGroup, lease: Lease[M]) -> None:
        """Send a second request when this one is late; end it when it hangs."""
        limit, age = self.board.rules.attempt, 0.0
        late, hung = self._late(lease), self._hung(lease)
        if late < limit:
            await self.board.clock.sleep(late)
            age = late
            self._hedge(group, lease, late)

        if age < hung < limit:
            await self.board.clock.sleep(hung - age)
            age = hung
            if self._elsewhere():
                timed.cancel_scope.cancel()
                return

        await self.board.clock.sleep(limit - age)
        timed.cancel_scope.cancel()

    def _late(self, lease: Lease[M]) -> float:
        usual = expected(list(self.board.members.values()), lease.member)
        return usual * self.board.rules.hedge if usual and self.job.hedge else inf

    def _hung(self, lease: Lease[M]) -> float:
        """When to give up here and ask elsewhere, by measured times; at most once for a request.

        A request that is heavier than others is cut once and then has all the time of `attempt`. An
        answer that costs money is never cut: it may have been charged.
        """
        slow = lease.member.slowest(_SLOW)
        if slow is None or self.errors or self.job.replicas == 1:
            return inf

        return slow * self.board.rules.patience

    def _hedge(self, group: TaskGroup, lease: Lease[M], late: float) -> None:
        allowed = 2 + self.board.rules.hedged_share * self.tally.requests
        if self.live > 1 or self.tally.hedged >= allowed or not self._elsewhere():
            return

        self.tally.hedged += 1
        name = lease.member.name
        self.detours.append(f"{name} took more than {late:.3g} s: another replica was asked too")
        self._start(group, urgent=True)

    def _elsewhere(self) -> bool:
        """Whether another replica may get this request, and there is one in service."""
        if len(self.sent) >= self.job.replicas:
            return False

        now = self.board.clock.now()
        members = self.board.members.values()
        return any(self._untried(m) and m.in_service(now) for m in members)

    def _failed(self, group: TaskGroup, name: str, error: Exception) -> None:
        self.live -= 1
        self.errors.append((name, error))
        if isinstance(error, self.refusals) and not (self.job.unlike and self._elsewhere()):
            group.cancel_scope.cancel()
        elif not self.live and name != "the pool" and self._elsewhere():
            self.tally.moved += 1
            self.detours.append(f"{name} failed ({error}): another replica was asked")
            self._start(group, urgent=True)


def _pause(error: object) -> float | None:
    """Seconds that a replica which took nothing asked to wait."""
    return error.retry_after if isinstance(error, EditloopError) else None

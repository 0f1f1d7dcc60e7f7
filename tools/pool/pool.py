"""Many replicas that behave as one, whatever they are: editors today, thinkers as well."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

import anyio

from ...memory import EditloopError, SettingsError
from .board import Board
from .breaker import Breaker
from .clock import Clock, EventLoopClock
from .member import Member, Probe
from .metrics import PoolMetrics, standard
from .race import Answered, Job, Race, Tally
from .rules import PoolRules
from .snapshot import PoolSnapshot, ReplicaSnapshot, ReplicaState

M = TypeVar("M")
A = TypeVar("A")


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolErrors:
    """The errors of the border that a pool stands at."""

    busy: Callable[[str], EditloopError]
    """Makes the one for: the same request may succeed later."""

    failed: Callable[[str], EditloopError]
    """Makes the one for: anything else."""

    rejected: Callable[[str], EditloopError]
    """Makes the one for: no replica can do this."""

    refusals: tuple[type[EditloopError], ...]
    """What a replica raises because of the request: passed on, and no mark against it."""


class Pool(Generic[M]):
    """Sends each request to the replica that is expected to answer first.

    One queue, fair between groups; a bound of requests per replica; a circuit breaker per replica,
    whose trial is its probe, or one real request where it has none. Open it with `async with`; the
    replicas are opened and closed by whoever made them.
    """

    def __init__(
        self,
        name: str,
        errors: PoolErrors,
        *,
        rules: PoolRules | None = None,
        clock: Clock | None = None,
        metrics: PoolMetrics | None = None,
    ) -> None:
        self.name = name
        self._errors = errors
        self._rules = rules or PoolRules()
        self._clock = clock or EventLoopClock()
        self._tally = Tally()
        self._board: Board[M] = Board(self._rules, self._clock, self._busy)
        self._metrics = metrics or standard()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        group = await self._open.enter_async_context(anyio.create_task_group())
        self._open.callback(group.cancel_scope.cancel)
        group.start_soon(self._keep_looking)
        self._metrics.watch(self)
        self._open.callback(self._metrics.leave, self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._open.aclose()  # not told of the error, which would come out in a group

    @property
    def engines(self) -> tuple[M, ...]:
        """The replicas that are in the pool and not on their way out."""
        return tuple(self.replicas.values())

    @property
    def replicas(self) -> dict[str, M]:
        """The same by name."""
        return {m.name: m.engine for m in self._board.members.values() if not m.leaving}

    def add(
        self, name: str, engine: M, *, bound: int | None = None, probe: Probe[M] | None = None
    ) -> None:
        """Add a replica; with a probe it gets requests once that has succeeded.

        Raises:
            SettingsError: the name is taken, or the bound is below 1.
        """
        if name in self._board.members:
            raise SettingsError(f"the pool {self.name!r} has a replica {name!r} already")

        if bound is not None and bound < 1:
            raise SettingsError(f"replica {name!r}: bound={bound} must be at least 1")

        rules = self._rules
        breaker = Breaker(rules.failures, rules.cooldown, rules.longest_cooldown)
        self._board.members[name] = Member(
            name, engine, bound or rules.bound, breaker, probe, ready=probe is None
        )
        self._board.look()

    async def remove(self, name: str) -> None:
        """Send a replica nothing more, and return when its last request has ended.

        Raises:
            SettingsError: there is no such replica.
        """
        member = self._board.members.get(name)
        if member is None:
            raise SettingsError(f"the pool {self.name!r} has no replica {name!r}")

        member.leaving = True
        self._board.look()
        while member.outstanding:
            await self._board.moved.wait()

        self._board.members.pop(name, None)
        self._board.look()

    async def answer(self, job: Job[M, A]) -> Answered[A]:
        """Have a request answered by one of the replicas.

        Raises:
            EditloopError: what the last replica raised, or an error of this border that names all
                that were tried.
        """
        if not any(job.fits(engine) for engine in self.engines):
            raise self._errors.rejected(f"no replica of {self.name!r} can do this")

        race = Race(self._board, job, self._tally, self._errors.refusals)
        answered = await race.run()
        if answered is None:
            raise self._error(race.errors)

        self._metrics.answered(self.name, answered.by, answered.seconds)
        return answered

    def snapshot(self) -> PoolSnapshot:
        """Return its state now."""
        now = self._clock.now()
        return PoolSnapshot(
            name=self.name,
            replicas=tuple(_seen(m, now) for m in list(self._board.members.values())),
            waiting=self._board.waiting,
            requests=self._tally.requests,
            hedged=self._tally.hedged,
            moved=self._tally.moved,
        )

    def _busy(self, said: str) -> EditloopError:
        return self._errors.busy(f"pool {self.name!r}: {said}")

    def _error(self, errors: list[tuple[str, Exception]]) -> Exception:
        last = errors[-1][1]
        if len(errors) == 1 or isinstance(last, self._errors.refusals):
            return last

        said = "; ".join(f"{name}: {error}" for name, error in errors)
        later = any(isinstance(e, EditloopError) and e.retryable for _, e in errors)
        make = self._errors.busy if later else self._errors.failed
        return make(f"{len(errors)} tries in the pool {self.name!r} failed: {said}")

    async def _keep_looking(self) -> None:
        """Do what time brings: trials, probes, and the end of patience."""
        async with anyio.create_task_group() as probes:
            while True:
                self._begin_probes(probes.start_soon)
                moved = self._board.moved
                async with anyio.create_task_group() as either:
                    either.start_soon(self._wake_later, either.cancel_scope)
                    await moved.wait()
                    either.cancel_scope.cancel()

    async def _wake_later(self, scope: anyio.CancelScope) -> None:
        await self._clock.sleep(self._board.next_look())
        scope.cancel()
        self._board.look()

    def _begin_probes(self, start: Callable[..., object]) -> None:
        now = self._clock.now()
        for member in self._board.members.values():
            tried = member.breaker.state == "open" and not member.breaker.may_try(now)
            due = not member.ready or member.breaker.state == "open"
            if member.probe and due and not (tried or member.probing or member.leaving):
                member.probing = True
                start(self._probed, member, member.probe)

    async def _probed(self, member: Member[M], probe: Probe[M]) -> None:
        problem = f"the probe took more than {self._rules.probe:g} s"
        async with anyio.create_task_group() as timed:
            timed.start_soon(self._end_later, timed.cancel_scope)
            try:
                await probe(member.engine)
                problem = ""
            except Exception as error:  # noqa: BLE001 (whatever it is: not ready)
                problem = f"the probe failed: {error or type(error).__name__}"
            timed.cancel_scope.cancel()

        member.probing = False
        if problem:
            member.last_problem = problem
            member.breaker.in_a_row = self._rules.failures  # a probe decides alone
            member.breaker.begin_trial()
            member.breaker.failed(self._clock.now())
        else:
            member.ready = True
            member.breaker.succeeded()
        self._board.look()

    async def _end_later(self, scope: anyio.CancelScope) -> None:
        await self._clock.sleep(self._rules.probe)
        scope.cancel()


def _seen(member: Member[M], now: float) -> ReplicaSnapshot:
    circuit = member.breaker.state
    state: ReplicaState = "out" if circuit == "open" else "trial"
    if member.leaving:
        state = "leaving"
    elif not member.ready:
        state = "starting"
    elif circuit == "closed":
        state = "paused" if now < member.paused_until else "serving"

    until = member.breaker.retry_at if circuit == "open" else member.paused_until
    return ReplicaSnapshot(
        name=member.name,
        state=state,
        outstanding=member.outstanding,
        bound=member.bound,
        limit=member.limit,
        seconds=member.mean,
        answered=member.answered,
        failed=member.failed,
        turned_away=member.turned_away,
        last_problem=member.last_problem,
        retry_in=max(0.0, until - now) if state in ("out", "paused") else None,
    )

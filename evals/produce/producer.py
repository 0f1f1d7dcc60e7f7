"""Producing: a run for every case and seed that has none yet.

A case is done when a run of its place is closed. A run that is open is resumed where its record
ends, so that no edit on record is paid twice; what a crash can cost is the edits and critiques
that were under way in that moment. Before a case is begun its place is claimed in the store, so
that two processes share the work instead of doing it twice.
"""

from collections import deque
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from typing import Any

from anyio import sleep, to_thread

from ...agent.agent import EditAgent
from ...agent.many import side_by_side
from ...agent.scope import helpers, unbroken
from ...memory.errors import EditloopError, LeaseLost, StoreError
from ...memory.records import Run, Task
from ...memory.store import Call, Store
from ..scores import Suite
from ..suites.loading import Case, sources_of
from .system import LABEL, Place, System

_GIVEN_UP = 3
"""Runs in a row that an editor failed although it was asked as often as allowed: it is away."""

_AT_ONCE = 64
"""Cases that are read together."""

_LOOK_AGAIN = 0.1
"""Seconds between looks at cases that another process is at."""

_RENEWED = 15.0
"""Seconds between renewals of what this process has claimed."""


@dataclass(slots=True)
class Tally:
    """What producing has done so far."""

    before: int = 0
    """Cases (times seeds) that were done when this began, or that another process did."""

    done: int = 0
    """Runs that were brought to their end now."""

    without_picture: int = 0
    """Of them, runs that have no answer: the editor failed, or refused."""

    failed: int = 0
    """Cases that could not even be run: a picture is missing or unsafe."""

    edits: int = 0
    """Of the runs that ended now, those on record before included."""

    cost: float = 0.0
    """US dollars, spent now."""

    problem: str = ""
    stopped: str = ""
    """Why no further case is begun: `budget`, `editor` or `store`."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        names = ("before", "done", "without_picture", "failed", "edits", "problem")
        return {name: getattr(self, name) for name in names} | {"cost": round(self.cost, 6)}


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a case: a closed run, or what kept it from being run."""

    place: Place
    run: Run | None
    problem: str = ""


_HELD = Ended(Place("gedit", "", "", 0, ""), None)
"""Somebody else is at it: look again later."""

_Step = tuple[Place, Case]


@dataclass(slots=True, kw_only=True)
class Producer:
    """Runs the cases of a suite through one system."""

    agent: EditAgent
    suite: Suite
    system: System
    seeds: int = 1
    at_once: int = 8
    turns: int = 1
    """At most so many edits a run: what the budget must have room for before one is begun."""

    tally: Tally = field(default_factory=Tally)
    _done: frozenset[str] = frozenset()
    _later: deque[_Step] = field(default_factory=deque[_Step])
    _at: set[str] = field(default_factory=set[str])
    """Places that a worker of this process is at: to the store all of them are one."""

    _working: int = 0
    _fails: int = 0

    async def produce(self, cases: Iterator[Case]) -> AsyncGenerator[Ended]:
        """Produce what is not there, several at once, and yield each case as it ends."""
        self._done = await self._ended()
        async with helpers() as group:
            group.start_soon(self._renew)
            steps = self._steps(cases)
            async with side_by_side(steps, self._one, limit=self.at_once) as found:
                async for ended in found:
                    yield ended

    async def _ended(self) -> frozenset[str]:
        """The labels of the places that need nothing."""
        latest: dict[str, tuple[str, str]] = {}
        for value, run_id, status in await self._store.labelled(
            LABEL, self.system.prefix(self.suite)
        ):
            latest[value] = run_id, status
        return frozenset([v for v, run in latest.items() if await self._settled(*run)])

    async def _settled(self, run_id: str, status: str) -> bool:
        """Whether a run is the end of its case: closed, and not because the editor was away."""
        if status != "failed":
            return status != "open"
        run = await self._store.run(run_id)
        return not (run.failure and run.failure.retryable)

    @property
    def _store(self) -> Store:
        return self.agent.kit.store

    async def _renew(self) -> None:
        while True:
            await sleep(_RENEWED)
            await self._store.judging.renew()

    async def _steps(self, cases: Iterator[Case]) -> AsyncGenerator[_Step]:
        """What is to be done; then again and again what somebody else is at."""
        while some := await to_thread.run_sync(lambda: list(islice(cases, _AT_ONCE))):
            for place, case in self._places(some):
                if place.label in self._done:
                    self.tally.before += 1
                elif self._stopped():
                    return
                else:
                    self._working += 1
                    yield place, case
        while not self._stopped() and (self._later or self._working):
            await sleep(_LOOK_AGAIN)
            if self._later:
                self._working += 1
                yield self._later.popleft()

    def _places(self, cases: list[Case]) -> Iterator[_Step]:
        for case in cases:
            for seed in range(self.seeds):
                yield self.system.place(self.suite, case.name, seed), case

    def _stopped(self) -> bool:
        """Whether to begin nothing more; a run is begun only where its edits can all be paid."""
        ledger, edit = self.agent.kit.ledger, self.agent.kit.editor.abilities.cost
        most = (self._working + 1) * self.turns * edit
        if ledger.cost < inf and ledger.spent_cost + most > ledger.cost + 1e-9:
            self.tally.stopped = self.tally.stopped or "budget"
        return bool(self.tally.stopped)

    async def _one(self, step: _Step) -> Ended | None:
        try:
            ended = await self._alone(*step)
        except LeaseLost:
            ended = _HELD  # its run is another process's, which has not claimed the place
        except EditloopError as error:
            self._failed(error)
            ended = Ended(step[0], None, str(error))
        finally:
            self._working -= 1
            self.tally.cost = self.agent.kit.ledger.spent_cost
        if ended is _HELD:
            self._later.append(step)
            return None
        return ended

    async def _alone(self, place: Place, case: Case) -> Ended | None:
        """Do a case unless somebody else is at it."""
        if place.label in self._at:
            return _HELD
        call = Call(f"produce/{place.label}", "", "", 0, 0)
        self._at.add(place.label)
        try:
            if (await self._store.judging.claim([call])).held:
                return _HELD
            try:
                return await self._run(place, case)
            finally:
                await unbroken(self._store.judging.release([call]))
        finally:
            self._at.discard(place.label)

    async def _run(self, place: Place, case: Case) -> Ended | None:
        """Resume the run of a place, or begin it; nothing where somebody ended it meanwhile."""
        open_run: str | None = None
        for _, run_id, status in await self._store.labelled(place.key):
            open_run = run_id if status == "open" else None
            if await self._settled(run_id, status):
                self.tally.before += 1
                return None
        if open_run:
            run = await self.agent.resume(open_run)
        else:
            run = await self.agent.run(await self._task(place, case))
        self._count(run)
        return Ended(place, run)

    async def _task(self, place: Place, case: Case) -> Task:
        first, *others = sources_of(case)
        labels = {
            LABEL: place.label,
            place.key: "1",
            "eval.suite": place.suite,
            "eval.case": place.case,
        }
        labels |= {"eval.system": place.system, "eval.seed": str(place.seed)}
        return await self.agent.task(
            await to_thread.run_sync(first.read),
            case.instruction,
            references=[await to_thread.run_sync(each.read) for each in others],
            seed=place.seed,
            labels=labels,
        )

    def _count(self, run: Run) -> None:
        self.tally.done += 1
        self.tally.edits += run.usage.edits
        self.tally.without_picture += run.answer is None
        away = run.answer is None and run.failure is not None and run.failure.retryable
        self._fails = self._fails + 1 if away else 0
        if run.failure:
            self.tally.problem = run.failure.message
        if self._fails >= _GIVEN_UP:
            self.tally.stopped = self.tally.stopped or "editor"

    def _failed(self, error: EditloopError) -> None:
        self.tally.failed += 1
        self.tally.problem = str(error)
        if isinstance(error, StoreError):
            self.tally.stopped = self.tally.stopped or "store"

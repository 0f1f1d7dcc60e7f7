"""How close a pool keeps two nodes to the shortest time that is possible, whatever goes wrong.

Nodes, thinker and faults are simulated and time is virtual, so the figures say how well requests
are placed and nothing about processor time; they are the same on every machine.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle
from math import exp
from random import Random
from statistics import median

import anyio
from anyio.lowlevel import checkpoint

from editloop.memory import EditorBusy
from editloop.tools import Abilities, Edited, EditRequest, Picture
from editloop.tools.pool import EditorPool, PoolRules, tiny_edit

from .figures import Figure, Findings

QUESTION = "time against the lower bound, two nodes with two slots each, 64 samples"
_SLOTS, _THINKING, _SEEDS = 2, 8, 5
_EDIT, _SPREAD, _CRITIQUE = 12.0, 0.25, 4.0  # seconds, sigma of the logarithm, seconds
_TIMEOUT = 600.0  # of the baseline
_TRIES, _WAIT, _LONGEST = 60, 1.0, 30.0
_SETTLE = 40  # turns of the event loop in which every task reaches its next wait


@dataclass(frozen=True, slots=True)
class Scenario:
    """What goes wrong."""

    name: str
    target: float
    slower: float = 1.0
    """How many times slower the second node is."""

    dies: bool = False
    """The second node dies after a quarter of the time."""

    errors: float = 0.0
    hangs: float = 0.0


SCENARIOS = (
    Scenario("clean", 1.03),
    Scenario("one node 4x slower", 1.08, slower=4.0),
    Scenario("one node dies", 1.05, dies=True),
    Scenario("5 % HTTP 500", 1.05, errors=0.05),
    Scenario("2 % requests hang", 1.10, hangs=0.02),
)


class VirtualClock:
    """Time that jumps to the next moment at which something happens."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, anyio.Event]] = []

    def now(self) -> float:
        """Seconds since the start."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return when that much time has passed."""
        me = (self._now + seconds, anyio.Event())
        self._sleepers.append(me)
        try:
            await me[1].wait()
        finally:
            self._sleepers.remove(me)

    async def run(self) -> None:
        """Move on for ever."""
        while True:
            for _ in range(_SETTLE):
                await checkpoint()
            due = min((moment for moment, _ in self._sleepers), default=self._now)
            self._now = max(self._now, due)
            for moment, awake in self._sleepers:
                if moment <= self._now:
                    awake.set()


@dataclass
class Node:
    """An edit server with two slots and a queue of its own."""

    name: str
    clock: VirtualClock
    random: Random
    scenario: Scenario
    slower: float = 1.0
    dies_at: float = float("inf")
    abilities: Abilities = field(default_factory=lambda: Abilities(seed=True))
    slots: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(_SLOTS))
    wasted: float = 0.0
    """Seconds of work that came to nothing."""

    async def edit(self, request: EditRequest) -> Edited:
        """Take the seconds that the instruction names, unless a fault is drawn."""
        self._alive()
        drawn = self.random.random() if request.key else 1.0
        if drawn < self.scenario.hangs:
            await anyio.sleep_forever()
        if drawn < self.scenario.errors:
            raise EditorBusy(f"{self.name} answered 500")

        seconds = (float(request.instruction) if request.key else 1.0) * self.slower
        async with self.slots:
            began = self.clock.now()
            try:
                await self.clock.sleep(min(seconds, max(0.0, self.dies_at - began)))
                self._alive()
            except BaseException:
                self.wasted += (self.clock.now() - began) / self.slower
                raise
        return Edited(request.source)

    def _alive(self) -> None:
        if self.clock.now() >= self.dies_at:
            raise EditorBusy(f"{self.name} is gone")


Edit = Callable[[EditRequest], Awaitable[Edited]]


def measure(*, quick: bool) -> Findings:
    """Run every scenario through the pool and round robin, on the same draws."""
    findings = Findings(question=QUESTION)
    samples, seeds = (16, 1) if quick else (64, _SEEDS)
    for scenario in SCENARIOS:
        ours = [anyio.run(_ratio, scenario, seed, samples, True) for seed in range(seeds)]
        robin = [anyio.run(_ratio, scenario, seed, samples, False) for seed in range(seeds)]
        findings.figures.append(
            Figure(
                what=scenario.name,
                value=median(ours),
                unit="x the lower bound",
                bare=median(robin),
                baseline=f"round robin, time limit {_TIMEOUT:g} s",
                target=scenario.target,
            )
        )
    findings.notes.append(
        f"1 to 5 edits a sample, log-normal about {_EDIT:g} s, critiques of {_CRITIQUE:g} s, "
        f"{_THINKING} at once; medians of {seeds}; virtual time"
    )
    return findings


async def _ratio(scenario: Scenario, seed: int, samples: int, pooled: bool) -> float:
    """The time of one batch by its lower bound."""
    clock, random = VirtualClock(), Random(seed)
    work = [[_drawn(random) for _ in range(random.randint(1, 5))] for _ in range(samples)]
    total = sum(map(sum, work))
    dies_at = total / (2 * _SLOTS) / 4 if scenario.dies else float("inf")
    nodes = [
        Node("a", clock, Random(seed + 1), scenario),
        Node("b", clock, Random(seed + 2), scenario, scenario.slower, dies_at),
    ]
    span = 0.0
    async with anyio.create_task_group() as group:
        group.start_soon(clock.run)
        span = await (_with_pool(nodes, work) if pooled else _with_robin(nodes, work))
        group.cancel_scope.cancel()
    return span / _least(scenario, work, total, nodes)


def _drawn(random: Random) -> float:
    return _EDIT * exp(random.gauss(-(_SPREAD**2) / 2, _SPREAD))


def _least(scenario: Scenario, work: list[list[float]], total: float, nodes: list[Node]) -> float:
    """The greatest of: editing by slots, thinking by capacity, the longest sample."""
    total += sum(node.wasted for node in nodes) if scenario.dies else 0.0
    slots = _SLOTS + _SLOTS / scenario.slower
    editing = total / slots
    if scenario.dies:
        before = nodes[1].dies_at
        editing = before + max(0.0, total - before * 2 * _SLOTS) / _SLOTS
    thinking = _CRITIQUE * sum(map(len, work)) / _THINKING
    chain = max(sum(edits) + _CRITIQUE * len(edits) for edits in work)
    return max(editing + _CRITIQUE, thinking, chain)


async def _with_pool(nodes: list[Node], work: list[list[float]]) -> float:
    clock = nodes[0].clock
    async with EditorPool(rules=PoolRules(bound=_SLOTS + 1), clock=clock) as pool:
        for node in nodes:
            pool.add(node, probe=tiny_edit)
        return await _batch(clock, work, pool.edit)


async def _with_robin(nodes: list[Node], work: list[list[float]]) -> float:
    clock, turn = nodes[0].clock, cycle(nodes)

    async def edit(request: EditRequest) -> Edited:
        edited: list[Edited] = []
        failed = "no answer in time"
        async with anyio.create_task_group() as group:

            async def limit() -> None:
                await clock.sleep(_TIMEOUT)
                group.cancel_scope.cancel()

            group.start_soon(limit)
            node = next(turn)
            try:
                edited.append(await node.edit(request))
            except EditorBusy as error:
                failed = str(error)
            group.cancel_scope.cancel()
        if not edited:
            raise EditorBusy(failed)
        return edited[0]

    return await _batch(clock, work, edit)


async def _batch(clock: VirtualClock, work: list[list[float]], edit: Edit) -> float:
    """Edit and think for all samples at once, each turn tried again as the agent does."""
    thinking = anyio.Semaphore(_THINKING)
    began = clock.now()

    async def sample(name: str, edits: list[float]) -> None:
        for number, seconds in enumerate(edits, 1):
            request = EditRequest(Picture(b"x", ""), f"{seconds}", key=f"{name}:{number}")
            for attempt in range(_TRIES):
                try:
                    await edit(request)
                    break
                except EditorBusy:
                    if attempt + 1 == _TRIES:
                        raise
                    await clock.sleep(min(_LONGEST, _WAIT * 2**attempt))
            async with thinking:
                await clock.sleep(_CRITIQUE)

    async with anyio.create_task_group() as group:
        for nth, edits in enumerate(work):
            group.start_soon(sample, f"run-{nth}", edits)
    return clock.now() - began

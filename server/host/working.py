"""The work of a host: it claims runs that wait, and carries them to their end."""

import logging
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import anyio
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint

from ...agent import Closed, EditAgent, Event
from ...agent.scope import unbroken
from ...memory import EditloopError, Failure, InternalError, Run, Stop, StopReason, Turn
from ...memory.store.jobs import Engines
from .bounded import best_of, bounded
from .moments import RECORDED
from .trouble import Trouble

_LOG = logging.getLogger("editloop.server.host")
_WEIGHT = 0.2  # of the newest run in the running mean
_USUAL_SECONDS = 10.0  # of a run, until one has been measured
_REST = 10.0  # seconds until a run that could not be written is begun here again

Tell = Callable[[Event], None]


@dataclass(slots=True)
class _Work:
    """A run in our hands."""

    run: Run
    """As it stands on record."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    left: anyio.Event = field(default_factory=anyio.Event)
    """It is in our hands no more, and free in the store."""


class Crew:
    """Works on at most `at_once` runs; told of new ones, it looks, and by itself now and then."""

    def __init__(self, agent: EditAgent, at_once: int, tell: Tell) -> None:
        self._agent, self._tell = agent, tell
        self.at_once = at_once
        self._engines = engines_of(agent)
        self._hands: dict[str, _Work] = {}
        self._resting: dict[str, float] = {}
        self._places = 0
        self._bell = anyio.Event()
        self._group: TaskGroup | None = None
        self.seconds = _USUAL_SECONDS
        """Running mean of a run's time."""

    @property
    def ids(self) -> frozenset[str]:
        """The runs in our hands."""
        return frozenset(self._hands)

    def held(self, run_id: str) -> Run | None:
        """A run in our hands as it stands on record, which nobody need read for that."""
        work = self._hands.get(run_id)
        return work.run if work else None

    @property
    def room(self) -> int:
        """How many more could be taken."""
        return self.at_once - len(self._hands) - self._places if self._group else 0

    @contextmanager
    def place(self) -> Generator[bool]:
        """Keep a place free for a run that is being written down; False where there is none."""
        free = self.room > 0
        self._places += free
        try:
            yield free
        finally:
            self._places -= free

    @asynccontextmanager
    async def open(self, poll_seconds: float) -> AsyncGenerator[None]:
        """Work while the block runs; then let everything go, for others to go on with."""
        async with anyio.create_task_group() as group:
            self._group = group
            if self.at_once:
                group.start_soon(self._take, poll_seconds)
            try:
                yield
            finally:
                self._group = None
            group.cancel_scope.cancel()

    def ring(self) -> None:
        """Say that a run waits."""
        self._bell.set()

    def begin(self, run: Run) -> bool:
        """Work on a run that this process holds in the store; False where it works no more."""
        if self._group is None:
            return False
        if run.id not in self._hands:
            self._hands[run.id] = work = _Work(run)
            self._group.start_soon(self._carry, run, work)
        return True

    def let_go(self, run_id: str) -> None:
        """Have the work on a run broken off."""
        if work := self._hands.get(run_id):
            work.scope.cancel()

    async def drop(self, run_id: str) -> None:
        """Have the work on a run broken off, and wait until it is free."""
        if work := self._hands.get(run_id):
            work.scope.cancel()
            await work.left.wait()

    async def hand_back(self, run_id: str) -> None:
        """Let a run go in order: that try does not count against it."""
        try:
            await unbroken(self._agent.store.jobs.handed_back(run_id))
        except EditloopError as error:
            _LOG.warning("cannot hand back run %s: %s", run_id, error)

    async def _take(self, poll_seconds: float) -> None:
        trouble = Trouble("look for runs that wait")
        while True:
            self._bell = anyio.Event()
            with trouble.told():
                # Looking locks nothing; an idle server would keep others on the store from writing.
                if self.room > 0 and await self._agent.store.jobs.waiting(self._engines):
                    await self._fill()
            with anyio.move_on_after(poll_seconds):
                await self._bell.wait()

    async def _fill(self) -> None:
        """Claim runs that wait, as many as there is room for."""
        while True:
            await checkpoint()  # at the end of the server what is claimed below comes back at once
            with self.place() as free:
                run = await unbroken(self._claimed()) if free else None
            if run is None:
                return
            if not self.begin(run):
                await self.hand_back(run.id)

    async def _claimed(self) -> Run | None:
        moment = anyio.current_time()
        self._resting = {name: end for name, end in self._resting.items() if end > moment}
        jobs = self._agent.store.jobs
        run_id = await jobs.next(self._engines, self._hands.keys() | self._resting.keys())
        try:
            return await self._agent.store.run(run_id) if run_id else None
        except EditloopError:
            await self.hand_back(run_id or "")
            raise

    async def _carry(self, run: Run, work: _Work) -> None:
        began = perf_counter()
        ended: bool | None = None  # None: it was taken out of our hands
        try:
            with work.scope:
                ended = await self._carried(work)
        finally:
            if ended is None:
                await self.hand_back(run.id)
            del self._hands[run.id]
            work.left.set()
        if ended:
            self.seconds += _WEIGHT * (perf_counter() - began - self.seconds)
        if ended is False:
            self._resting[run.id] = anyio.current_time() + _REST
        else:
            self.ring()

    async def _carried(self, work: _Work) -> bool:
        """Carry a run to its end; False where it could not be written any more."""

        run = work.run

        async def hear(event: Event) -> None:
            if isinstance(event, RECORDED):
                work.run = event.run
            self._tell(event)

        try:
            await bounded(self._agent, run).carry(run, watch=hear)
        except EditloopError as error:
            _LOG.warning("run %s is let go: %s", run.id, error)
            return False
        except Exception as error:  # noqa: BLE001 (a bug ends one run, with a record, not the server)
            _LOG.exception("run %s ended with a bug", run.id)
            await give_up(self._agent, run.id, InternalError(repr(error)), self._tell)

        return True


async def give_up(agent: EditAgent, run_id: str, error: EditloopError, tell: Tell) -> None:
    """Close a run that cannot be gone on with; what it has is its answer."""
    try:
        run = await agent.store.claim(run_id)
        answer = _best(agent, run)
        stop = Stop(reason=StopReason.FAILED, detail=str(error))
        run = run.ended(stop, answer.number if answer else None, Failure.of(error))
        await agent.store.closed(run)
        tell(Closed(run))
    except EditloopError as found:
        _LOG.warning("cannot close run %s: %s", run_id, found)
    except Exception:  # noqa: BLE001 (it ends nobody else's run)
        _LOG.exception("run %s cannot be closed, by a bug", run_id)


def _best(agent: EditAgent, run: Run) -> Turn | None:
    try:
        return best_of(agent, run)
    except Exception:  # noqa: BLE001 (what it was asked with cannot be read; that may be why)
        return agent.kit.rules.select.pick(run)


def engines_of(agent: EditAgent) -> Engines:
    """The engines whose runs an agent goes on with."""
    return Engines(agent.kit.editor.name, agent.kit.thinker.name)

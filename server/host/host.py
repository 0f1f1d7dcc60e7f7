"""The host of runs, which all doors share."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio

from ...agent import EditAgent, Event
from ...agent.scope import helpers
from ...memory import LeaseLost, Run, short
from ...memory.store import Annotation, RunFilter, RunSummary
from ...memory.store.annotation import Kind, Value
from ...memory.store.jobs import Mark
from ..principals import LABEL, Principal
from .admission import Admission
from .minding import Minder
from .moments import Moment
from .watching import Watches
from .wish import Begun, Wish, check_plain, fork_of
from .working import Crew, Tell

Hear = Callable[[Moment], Awaitable[None]]

_LETTING_GO = 10.0  # seconds that another process gets to let a run go


class Host:
    """Runs in the background of this process, shared with all processes on the same store.

    async with Host(agent, at_once=4, waiting=100).open() as host: ...
    """

    def __init__(
        self,
        agent: EditAgent,
        *,
        at_once: int = 8,
        waiting: int = 256,
        works: bool = True,
        poll_seconds: float = 0.5,
        watch: Tell = lambda event: None,
    ) -> None:
        """`at_once` runs are worked on here; `waiting` may wait in the store, for any process.

        A host that does not work only answers: others on the same store do the runs. What happens
        in other processes is seen every `poll_seconds`. `watch` hears the events of runs that are
        worked on here, to count them.
        """
        self._agent = agent
        self._poll = poll_seconds
        self._watch = watch
        self._crew = Crew(agent, at_once if works else 0, self._hear)
        self._admission = Admission(agent, self._crew, waiting)
        self._watches = Watches(agent.store, self._crew)

    @property
    def agent(self) -> EditAgent:
        """What makes the runs; its `images` and `store` are where everything is."""
        return self._agent

    @property
    def working(self) -> int:
        """Runs that are worked on here."""
        return len(self._crew.ids)

    @property
    def at_once(self) -> int:
        """How many runs are worked on here at most; 0 for a host that only answers."""
        return self._crew.at_once

    @property
    def seconds(self) -> float:
        """Running mean of what a run takes here."""
        return self._crew.seconds

    async def waiting(self) -> int:
        """Count the runs that wait, for this process or another with the same engines."""
        return await self._admission.waiting()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["Host"]:
        """Work while the block runs; afterwards runs that are not done are free for others."""
        minder = Minder(self._agent, self._watches.hear, works=self.at_once > 0)
        async with helpers() as group:
            group.start_soon(self._watches.keep_looking, self._poll)
            group.start_soon(minder.mind)
            async with self._crew.open(self._poll):
                yield self

    async def begin(
        self, wish: Wish, who: Principal, *, key: str = "", heard: bool = False
    ) -> Begun:
        """Write a run down and have it worked on, here or by another process.

        With an idempotency `key` the same wish again gives the same run, for 24 hours. `heard`: the
        caller waits for it, and will say so when that is over (`leave`).

        Raises:
            LimitReached: no room, or the caller has had its share; `retry_after` says when.
            KeyReused: the key was used for another wish.
            StoreError: the record cannot be written.
        """
        jobs = self._agent.store.jobs
        if key and (earlier := await jobs.earlier(who.name, key, wish.digest)):
            return await self._again(earlier, heard)

        await self._admission.check_room()
        bounds = await self._admission.purse(who, wish.bounds)
        run = self._agent.fresh(wish.task(who.name), bounds.given())
        asked = {"key": key, "print_": wish.digest}
        admit = self._admission.of(who)
        with self._crew.place() as hold:
            run_id = await jobs.add(run, who.name, hold=hold, heard=heard, admit=admit, **asked)
        if run_id != run.id:
            return await self._again(run_id, heard)

        if not hold:
            self._crew.ring()
        elif not self._crew.begin(run):
            await self._crew.hand_back(run.id)  # this server ends: others go on with it
        return Begun(run)

    async def _again(self, run_id: str, heard: bool) -> Begun:
        if heard:
            await self._agent.store.jobs.hear(run_id)
        return Begun(await self._agent.store.run(run_id), again=True)

    async def fork(
        self,
        name: str,
        who: Principal,
        *,
        turn: int | None = None,
        instruction: str | None = None,
        wish: Callable[[Wish], Wish] = lambda wish: wish,
        key: str = "",
    ) -> Begun:
        """Begin a run from a picture of another one: its answer, or that of a turn (0: its source).

        Without an instruction it is that of the first run. The new run says where it comes from in
        its labels `parent` (run id) and `parent_turn`, and keeps `session`. `wish` may change what
        is asked before it is written down.

        Raises:
            RunNotFound: there is no such run, or not for this caller.
            InputError: the run has no such picture yet.
            LimitReached, KeyReused, StoreError: as in `begin`.
        """
        made = fork_of(await self.run(name, who), turn, instruction)
        return await self.begin(wish(made), who, key=key)

    async def run(self, name: str, who: Principal) -> Run:
        """Return a run by its id, the beginning or end of it, or `last` (of this caller's).

        Raises:
            RunNotFound: there is none that this caller may see.
        """
        held = self._crew.held(name)
        if held is not None and (who.sees_all or held.task.labels.get(LABEL) == who.name):
            return held
        return await self._agent.store.run(name, None if who.sees_all else who.name)

    async def runs(
        self, who: Principal, where: RunFilter, *, limit: int = 20, before: str | None = None
    ) -> Sequence[RunSummary]:
        """Return runs, newest first; `before` is the id of the last one of the page before."""
        if not who.sees_all:
            where = replace(where, principal=who.name)
        return await self._agent.store.runs(where, limit, before)

    async def wait(
        self, name: str, who: Principal, seconds: float, *, hear: Hear | None = None
    ) -> Run:
        """Wait until a run is closed or is paused, at most so long, and return it as it is then.

        `hear` is told what happens meanwhile. Cancelling the wait leaves the run alone.

        Raises:
            RunNotFound: there is none that this caller may see.
        """
        run = await self.run(name, who)
        async with self._watches.on(run) as watch:
            with anyio.move_on_after(seconds):
                if hear is None:
                    await watch.ended()
                else:
                    async for moment in watch.moments(0):
                        await hear(moment)
            return watch.run

    @asynccontextmanager
    async def moments(
        self, name: str, who: Principal, *, after: int = 0
    ) -> AsyncGenerator[AsyncIterator[Moment]]:
        """Iterate over what happened and happens to a run, until it is closed or is paused.

        Moments on record come all and in order; of passing ones a slow reader may miss some.

        Raises:
            RunNotFound: there is none that this caller may see.
        """
        run = await self.run(name, who)
        async with self._watches.on(run) as watch:
            yield watch.moments(after)

    async def pause(self, name: str, who: Principal) -> Run:
        """Stop working on a run, wherever that happens; it stays open, and `resume` goes on.

        The call of editor or thinker that is under way is broken off. A closed run stays as it is.

        Raises:
            RunNotFound: there is none that this caller may see.
            LeaseLost: it is worked on by something that no door has asked, such as a command line.
        """
        run = await self.run(name, who)
        if run.stop is not None:
            return run

        asked = await self._agent.store.jobs.want(run.id, "pause")
        self._crew.let_go(run.id)
        if not asked and run.id not in self._crew.ids and not await self.paused(run):
            run = await self.run(run.id, who)
            if run.stop is None:
                raise LeaseLost(f"run {short(run.id)} is worked on elsewhere: stop it there")

        return await self._let_go(run, who)

    async def leave(self, run_id: str) -> None:
        """Say that a caller waits no more; a run that nobody waits for, anywhere, is paused."""
        if await self._agent.store.jobs.leave(run_id):
            self._crew.let_go(run_id)

    async def resume(self, name: str, who: Principal) -> Run:
        """Have an open run worked on again; a closed run stays as it is.

        Raises:
            RunNotFound: there is none that this caller may see.
            InputError: it was begun with engines that this server does not have.
            LimitReached: no room.
        """
        run = await self.run(name, who)
        mark = await self._mark(run)
        if run.stop is None and mark and (mark.paused or mark.wanted == "pause"):
            self._admission.check_engines(run)
            await self._admission.check_room()
            await self._agent.store.jobs.want_anew(run.id, who.name, self._admission.of(who))
            self._crew.ring()
            await self._watches.again(run.id)
        return run

    async def annotate(
        self,
        name: str,
        who: Principal,
        turn: int | None,
        about: str,
        value: Value,
        *,
        note: str = "",
        kind: Kind = "HUMAN",
    ) -> Annotation:
        """Say something about a run or one of its turns, in the caller's name.

        Raises:
            RunNotFound: there is none that this caller may see.
            StoreError: it has no such turn.
            InputError: control characters in what is said.
        """
        check_plain(about, note, value if isinstance(value, str) else "")
        run = await self.run(name, who)
        store = self._agent.store
        return await store.annotate(run.id, turn, kind, about, value, author=who.name, note=note)

    async def may_see(self, sha256: str, who: Principal) -> bool:
        """Whether a picture is of a run, or of an upload, that this caller may see."""
        return who.sees_all or await self._agent.store.uploads.may_see(sha256, who.name)

    async def paused(self, run: Run) -> bool:
        """Whether nobody works on an open run, nor will until it is resumed."""
        mark = await self._mark(run)
        return mark is not None and mark.paused

    async def _mark(self, run: Run) -> Mark | None:
        return (await self._agent.store.jobs.marks([run.id])).get(run.id)

    def _hear(self, event: Event) -> None:
        self._watches.hear(event)
        self._watch(event)

    async def _let_go(self, run: Run, who: Principal) -> Run:
        """Wait until whoever works on a run has let it go, and return the run."""
        with anyio.move_on_after(_LETTING_GO):
            await self._crew.drop(run.id)
            async with self._watches.on(run) as watch:
                await watch.ended()
        return await self.run(run.id, who)

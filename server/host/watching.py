"""One run as it is seen from here, for as many listeners as there are."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import anyio

from ...agent import Event
from ...memory import Run
from ...memory.store import Store
from ...memory.store.jobs import Mark
from .moments import RECORDED, Moment, moments, passing
from .trouble import Trouble
from .working import Crew


@dataclass(slots=True)
class Watch:
    """The latest that is known of a run. Listeners share it; a slow one only misses passing things."""

    run: Run
    mark: Mark | None = None
    """How the store last said it stands; None while it is worked on here."""

    gone: bool = False
    """Somebody removed it."""

    looked: int = 0
    """The latest look at the store."""

    listeners: int = 0
    passing: Moment | None = None
    changed: anyio.Event = field(default_factory=anyio.Event)
    made: dict[int, Moment] = field(default_factory=dict[int, Moment])
    """What listeners were told, made once for all of them."""

    @property
    def over(self) -> bool:
        """Closed, paused or removed: nothing more will happen by itself."""
        paused = self.mark is not None and self.mark.paused
        return self.run.stop is not None or paused or self.gone

    def tell(
        self, run: Run | None = None, *, mark: Mark | None = None, passing: Moment | None = None
    ) -> None:
        """Take in what has happened, and wake who listens."""
        if run is not None and _progress(run) >= _progress(self.run):  # news may cross a look
            self.run = run
        self.mark = mark
        self.passing = passing
        self.changed.set()
        self.changed = anyio.Event()

    def catch_up(self, run: Run) -> None:
        """Take in what is on record of a run that is worked on here; wake others only for news."""
        if self.mark is not None or _progress(run) > _progress(self.run):
            self.tell(run, passing=self.passing)

    async def ended(self) -> None:
        """Wait until it is over."""
        while not self.over:
            await self.changed.wait()

    async def moments(self, after: int) -> AsyncGenerator[Moment]:
        """Yield what is on record after a number, and what comes, until it is over."""
        heard, passed = after, None
        while True:
            changed = self.changed
            for moment in moments(self.run, heard, self.made):
                heard = moment.number or heard
                yield moment
            if self.passing is not None and self.passing is not passed:
                passed = self.passing
                yield passed
            if changed.is_set():
                continue
            if self.over:
                return
            await changed.wait()


class Watches:
    """All runs that somebody listens to here, wherever they are worked on."""

    def __init__(self, store: Store, crew: Crew) -> None:
        self._store, self._crew = store, crew
        self._all: dict[str, Watch] = {}
        self._passing: dict[str, Moment] = {}  # the latest of each run that is worked on here
        self._looks = count(1)

    @asynccontextmanager
    async def on(self, run: Run) -> AsyncGenerator[Watch]:
        """Share the watch of a run while the block runs."""
        watch = self._all.setdefault(run.id, Watch(run, passing=self._passing.get(run.id)))
        watch.listeners += 1
        try:
            if held := self._crew.held(run.id):  # it may have grown since it was read
                watch.catch_up(held)
            else:
                await self._look([run.id])
            yield watch
        finally:
            watch.listeners -= 1
            if not watch.listeners:
                self._all.pop(run.id, None)

    def hear(self, event: Event) -> None:
        """Take in an event of a run that is worked on here."""
        watch: Watch | None
        if isinstance(event, RECORDED):
            self._passing.pop(event.run.id, None)
            if watch := self._all.get(event.run.id):
                watch.tell(event.run)
            return

        self._passing[event.run_id] = moment = passing(event)
        if watch := self._all.get(event.run_id):
            watch.tell(passing=moment)

    async def keep_looking(self, seconds: float) -> None:
        """Look after what happens elsewhere, for ever; stop here what was paused elsewhere."""
        trouble = Trouble("look how runs stand")
        while True:
            await anyio.sleep(seconds)
            for run_id in self._passing.keys() - self._crew.ids:
                del self._passing[run_id]
            with trouble.told():
                await self._look([*self._all, *self._crew.ids])

    async def _look(self, ids: list[str]) -> None:
        look = next(self._looks)
        marks = await self._store.jobs.marks(ids)
        for run_id, mark in marks.items():
            if run_id in self._crew.ids:
                if mark.wanted == "pause":
                    self._crew.let_go(run_id)  # a later look tells how it stands then
            elif watch := self._all.get(run_id):
                await self._tell(watch, mark, look)
        for run_id in set(ids) - marks.keys() - self._crew.ids:
            if watch := self._all.get(run_id):
                watch.gone = True
                watch.tell()

    async def _tell(self, watch: Watch, mark: Mark, look: int) -> None:
        """Tell how a run stands, unless a later look was faster."""
        if look < watch.looked:
            return

        watch.looked = look
        if watch.mark != mark:
            run = await self._store.run(watch.run.id)
            if watch.looked == look and run.id not in self._crew.ids:
                watch.tell(run, mark=mark)

    async def again(self, run_id: str) -> None:
        """Look at one run at once."""
        if run_id in self._all and run_id not in self._crew.ids:
            await self._look([run_id])


def _progress(run: Run) -> tuple[int, bool, bool]:
    return len(run.turns), run.last is not None and run.last.done, run.stop is not None

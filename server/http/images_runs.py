"""The runs of a request: begun, waited for, and let go when nobody waits any more."""

import logging
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import anyio

from ...agent.scope import helpers, unbroken
from ...memory import EditloopError, Run
from ..host import Begun, Host, Wish
from ..principals import Principal
from ..refusals import Refused
from .images_failures import ONCE

_LOG = logging.getLogger("editloop.server.http")
_LOOK = 3600.0  # seconds after which a wait is begun anew


class Runs:
    """What requests wait for. A run is worked on while somebody does, and is on record anyway."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._heard: Counter[str] = Counter()
        self._leaving: dict[str, anyio.Event] = {}

    @asynccontextmanager
    async def begun(
        self, wishes: Sequence[Wish], who: Principal, key: str
    ) -> AsyncGenerator[list[Begun]]:
        """Begin a run for each wish; inside the block they are waited for.

        With a key the runs of an earlier request are found again, and go on where they were left.
        When the block fails, as it does when the client leaves, runs that nobody else waits for are
        paused; a block that is cancelled, as at the end of the server, leaves them alone.

        Raises:
            LimitReached, KeyReused, StoreError: as the host has it.
        """
        begun: list[Begun] = []
        failed = False
        try:
            for number, wish in enumerate(wishes):
                nth = f"{key}#{number}" if key and number else key
                begun.append(await unbroken(self._begin(wish, who, nth)))
            yield begun
        except Exception:
            failed = True
            raise
        finally:
            alone = [each.run.id for each in begun if self._unheard(each.run.id)]
            if failed and alone:
                await unbroken(self._leave(alone, who))

    async def ended(self, ids: Sequence[str], who: Principal) -> list[Run]:
        """Wait for the ends of runs.

        Raises:
            Refused: 409 for one that somebody paused.
            EditloopError: one cannot be read any more.
        """
        found: dict[str, Run] = {}

        async def one(run_id: str) -> None:
            found[run_id] = await self.end_of(run_id, who)
            if len(found) == len({*ids}):
                done.set()

        done = anyio.Event()
        async with helpers() as group:
            for run_id in {*ids}:
                group.start_soon(one, run_id)
            await done.wait()
        return [found[run_id] for run_id in ids]

    async def end_of(self, run_id: str, who: Principal) -> Run:
        """Wait for the end of one run; raises as `ended` does."""
        while True:
            run = await self._host.wait(run_id, who, _LOOK)
            if run.stop is not None:
                return run

            if leaving := self._leaving.get(run_id):
                await leaving.wait()
            elif await self._host.paused(run) and run_id not in self._leaving:
                raise paused(run_id)

    async def _begin(self, wish: Wish, who: Principal, key: str) -> Begun:
        begun = await self._host.begin(wish, who, key=key)
        run = begun.run
        self._heard[run.id] += 1
        try:
            if begun.again and run.stop is None and await self._host.paused(run):
                await self._host.resume(run.id, who)
        except EditloopError:
            self._unheard(run.id)
            raise
        return begun

    def _unheard(self, run_id: str) -> bool:
        """Count one listener less; whether it was the last."""
        self._heard[run_id] -= 1
        if self._heard[run_id] > 0:
            return False

        del self._heard[run_id]
        return True

    async def _leave(self, ids: Sequence[str], who: Principal) -> None:
        """Pause runs, and resume those that somebody has asked for meanwhile."""
        for run_id in ids:
            while earlier := self._leaving.get(run_id):  # somebody came meanwhile, and left again
                await earlier.wait()
            if self._heard[run_id]:
                continue
            self._leaving[run_id] = left = anyio.Event()
            try:
                await self._host.pause(run_id, who)
                if self._heard[run_id]:
                    await self._host.resume(run_id, who)
            except EditloopError as error:
                _LOG.warning("run %s is not paused, though nobody waits for it: %s", run_id, error)
            finally:
                del self._leaving[run_id]
                left.set()


def paused(run_id: str) -> Refused:
    """What is said of a run that somebody stopped while a request waited for it."""
    said = f"run {run_id} was paused: resume it, or send the request again under the same key"
    return Refused(409, "paused", said, headers={**ONCE, "x-editloop-run": run_id})

"""The runs of a request: begun, waited for, and let go when nobody waits any more."""

import logging
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

    @asynccontextmanager
    async def begun(
        self, wishes: Sequence[Wish], who: Principal, key: str
    ) -> AsyncGenerator[list[Begun]]:
        """Begin a run for each wish; inside the block they are waited for.

        With a key the runs of an earlier request are found again, and go on where they were left.
        When the block fails, as it does when the client leaves, runs that nobody else waits for,
        at any server, are paused; a block that is cancelled, as at the end of the server, leaves
        them alone.

        Raises:
            LimitReached, KeyReused, StoreError: as the host has it.
        """
        begun: list[Begun] = []
        try:
            for number, wish in enumerate(wishes):
                nth = f"{key}#{number}" if key and number else key
                begun.append(await unbroken(self._begin(wish, who, nth)))
            yield begun
        except Exception:
            await unbroken(self._leave(begun))
            raise

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

            if await self._host.paused(run):
                raise paused(run_id)

    async def _begin(self, wish: Wish, who: Principal, key: str) -> Begun:
        begun = await self._host.begin(wish, who, key=key, heard=True)
        try:
            if begun.again:
                await self._host.resume(begun.run.id, who)
        except EditloopError:
            await self._leave([begun])
            raise
        return begun

    async def _leave(self, begun: Sequence[Begun]) -> None:
        for each in begun:
            try:
                await self._host.leave(each.run.id)
            except EditloopError as error:
                said = "run %s is not paused, though nobody may wait for it: %s"
                _LOG.warning(said, each.run.id, error)


def paused(run_id: str) -> Refused:
    """What is said of a run that somebody stopped while a request waited for it."""
    said = f"run {run_id} was paused: resume it, or send the request again under the same key"
    return Refused(409, "paused", said, headers={**ONCE, "x-editloop-run": run_id})

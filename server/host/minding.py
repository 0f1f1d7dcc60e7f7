"""What a host does beside the runs: frees those of the dead, gives up the hopeless, forgets."""

import logging

import anyio

from ...agent import EditAgent
from ...memory import InternalError
from ...memory.store.jobs import MOST_TRIES, REMEMBERED, Engines
from ...memory.store.leases import now
from ...memory.store.uploads import KEPT
from .trouble import Trouble
from .working import Tell, engines_of, give_up

_LOG = logging.getLogger("editloop.server.host")
_SECONDS = 2.0
_FORGETTING = 900  # rounds between two looks for what is old


class Minder:
    """Looks after the jobs of a store; several processes may do so at once."""

    def __init__(self, agent: EditAgent, tell: Tell, *, works: bool) -> None:
        self._agent, self._tell, self._works = agent, tell, works
        self._named: set[Engines] = set()

    async def mind(self) -> None:
        """Look now and then, for ever."""
        rounds, trouble = 0, Trouble("look after the jobs")
        while True:
            with trouble.told():
                await self._round(forget=rounds % _FORGETTING == 0)
            rounds += 1
            await anyio.sleep(_SECONDS)

    async def _round(self, *, forget: bool) -> None:
        jobs = self._agent.store.jobs
        await jobs.free_from_the_dead()
        if forget:
            await jobs.forget(now() - REMEMBERED)
            await self._agent.store.uploads.forget(now() - KEPT)
            await self._name_others()
        for run_id in await jobs.given_up() if self._works else ():
            said = f"it was begun {MOST_TRIES} times and never came to an end; see the server's log"
            await give_up(self._agent, run_id, InternalError(said), self._tell)

    async def _name_others(self) -> None:
        """Say once that runs wait for engines that are not here, as after a change of settings."""
        found = {*await self._agent.store.jobs.for_others(engines_of(self._agent))}
        for each in found - self._named:
            said = "runs wait for a server with editor %r and thinker %r, which this one has not"
            _LOG.warning(said, each.editor, each.thinker)
        self._named = found

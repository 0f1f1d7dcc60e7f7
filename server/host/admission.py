"""Whether one more run may begin."""

from ...agent import EditAgent
from ...memory import InputError, Run, short
from ...memory.store.jobs import Admit, Engines
from ..principals import Principal
from . import share
from .wish import Bounds
from .working import Crew, engines_of


class Admission:
    """Sees to the bounds of a host and to the shares of its callers."""

    def __init__(self, agent: EditAgent, crew: Crew, most_waiting: int) -> None:
        self._jobs, self._crew = agent.store.jobs, crew
        self._engines = engines_of(agent)
        self._most_waiting = most_waiting

    async def waiting(self) -> int:
        """Count the runs that wait for engines such as are here."""
        return await self._jobs.waiting(self._engines)

    def check_engines(self, run: Run) -> None:
        """See that a run was begun with the engines that are here.

        Raises:
            InputError: it was not.
        """
        if Engines.of(run) != self._engines:
            raise InputError(
                f"run {short(run.id)} was begun with editor {run.editor!r} and thinker "
                f"{run.thinker!r}, here are {self._engines.editor!r} and "
                f"{self._engines.thinker!r}: resume it where those are, or fork it"
            )

    async def check_room(self) -> None:
        """See that one more run may wait where none can begin.

        Raises:
            LimitReached: too many wait.
        """
        if self._crew.room <= 0 and (waiting := await self.waiting()) >= self._most_waiting:
            raise share.full(waiting, self._crew.at_once, self._crew.seconds)

    def of(self, who: Principal) -> Admit | None:
        """What sees that a caller has not had its share, where it has ceilings."""
        if (who.runs_per_minute, who.runs_at_once, who.cost_per_day) == (None, None, None):
            return None

        seconds = self._crew.seconds
        return lambda had: share.check(who, had, seconds)

    async def purse(self, who: Principal, bounds: Bounds) -> Bounds:
        """The bounds of a run that may spend no more than its caller has left for the day."""
        if who.cost_per_day is None:
            return bounds

        had = await self._jobs.share(who.name)
        left = max(0.0, who.cost_per_day - had.cost)
        cost = left if bounds.cost is None else min(left, bounds.cost)
        return bounds.model_copy(update={"cost": cost})

"""Many thinkers that behave as one."""

from ..memory import InputError, MalformedCritique, ThinkerBusy, ThinkerError
from ..tools.pool import Clock, Job, PoolDoor, PoolErrors, PoolMetrics, PoolRules
from .thinker import Comparison, Opinion, Thinker

_ERRORS = PoolErrors(
    busy=ThinkerBusy,
    failed=ThinkerError,
    rejected=ThinkerError,
    refusals=(MalformedCritique, InputError),
)

THINKING = PoolRules(bound=8, attempt=360.0)
"""A server that batches takes more than an editor does; the official client waits 360 s too."""


class ThinkerPool(PoolDoor[Thinker]):
    """A `Thinker` whose critiques are written by the best placed of its replicas.

    A critique that failed (busy, out of reach) is asked for elsewhere, and one that is late is
    asked for a second time, because looking twice does no harm. An answer that cannot be read is
    no failure of the replica: the agent asks for a fresh sample.

        async with ThinkerPool() as pool:
            pool.add(first, bound=16)
            pool.add(second, bound=16)
            opinion = await pool.critique(comparison)
    """

    def __init__(
        self,
        name: str = "thinkers",
        *,
        rules: PoolRules | None = None,
        clock: Clock | None = None,
        metrics: PoolMetrics | None = None,
        paid: bool = False,
    ) -> None:
        """`paid`: every answer costs money, so each request is sent once."""
        super().__init__(name, _ERRORS, rules=rules or THINKING, clock=clock, metrics=metrics)
        self._paid = paid

    async def critique(self, comparison: Comparison) -> Opinion:
        """Have the critique written by one of the replicas.

        Raises:
            MalformedCritique: it answered, and the answer holds no critique; carries the sample.
            ThinkerBusy: no replica could be reached, or none in time.
            ThinkerError: anything else that went wrong at this border.
            PictureError: one of the pictures cannot be read.
        """

        async def call(thinker: Thinker) -> Opinion:
            return await thinker.critique(comparison)

        job = Job(
            call=call,
            group=comparison.key.partition(":")[0],
            replicas=1 if self._paid else self._rules.replicas,
            hedge=not self._paid,
        )
        return (await self._pool.answer(job)).answer

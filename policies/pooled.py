"""Many thinkers that behave as one."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

from ..memory import (
    InputError,
    MalformedCritique,
    Sample,
    SettingsError,
    ThinkerBusy,
    ThinkerError,
    ThinkerRejected,
)
from ..tools import Picture
from ..tools.connected import Connected
from ..tools.pool import (
    Answered,
    Clock,
    Job,
    Pool,
    PoolErrors,
    PoolMetrics,
    PoolRules,
    PoolSnapshot,
    Probe,
)
from ..tools.pool.door import details_of
from ..tools.pool.probing import tiny_mask, tiny_png
from .thinker import Comparison, Opinion, Thinker

_ERRORS = PoolErrors(
    busy=ThinkerBusy,
    failed=ThinkerError,
    rejected=ThinkerError,
    refusals=(InputError, ThinkerRejected),
)
_GONE = {"out", "trial", "leaving"}

THINKING = PoolRules(bound=8, attempt=360.0)
"""Servers that batch take more than an editor does; the official client waits 360 s too."""


async def tiny_comparison(thinker: Thinker) -> None:
    """Have two small pictures compared: a readiness probe that runs the model.

    An answer that holds no critique will do, because an engine wrote it. Nothing else proves that:
    servers say that they are healthy while weights still load.

    Raises:
        EditloopError: what the thinker raises.
        ThinkerError: the answer is empty.
    """
    told = "Make the picture a little brighter."
    source, edited = Picture(tiny_png(), "image/png"), Picture(tiny_mask(), "image/png")
    try:
        await thinker.critique(Comparison(source, edited, asked=told, told=told))
    except MalformedCritique as error:
        if error.sample and not error.sample.text.strip():
            raise ThinkerError(f"{thinker.name} answered a probe with nothing") from error


class ThinkerPool(Connected):
    """A `Thinker` whose critiques are written by the best placed of its replicas.

    Where a critique costs nothing, one that failed goes to another replica, and one that is late is
    sent to a second. Replicas that cost money are a reserve: they are asked when the free ones have
    failed or are out of service, or when there are none, and each request goes to one of them, once.

    An answer that cannot be read is the answer of a healthy replica: the caller gets it, and no
    other replica is asked. Detours are on record as `failed` samples beside the opinion's.

        async with ThinkerPool("vllm") as pool:
            pool.add(first, bound=32, probe=tiny_comparison, free=True)
            pool.add(second, bound=32, probe=tiny_comparison, free=True)
            opinion = await pool.critique(comparison)
    """

    def __init__(
        self,
        name: str = "thinkers",
        *,
        rules: PoolRules = THINKING,
        clock: Clock | None = None,
        metrics: PoolMetrics | None = None,
    ) -> None:
        self.name = name
        self._rules = rules
        self._replicas: dict[str, Thinker] = {}
        self._free, self._paid = (
            Pool[Thinker](each, _ERRORS, rules=rules, clock=clock, metrics=metrics)
            for each in (name, f"{name} (reserve)")
        )

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._free, self._paid)

    @property
    def details(self) -> Mapping[str, str | int | float | bool | None]:
        """The replicas by name, and what each of them wants on record."""
        return details_of(self._replicas)

    def add(
        self,
        thinker: Thinker,
        *,
        name: str = "",
        bound: int | None = None,
        probe: Probe[Thinker] | None = None,
        free: bool = False,
    ) -> None:
        """Add a replica, under its own name unless another is given.

        `free` says that asking twice costs nothing, which nobody can guess.

        Raises:
            SettingsError: the name is taken, the bound is below 1, or each probe would cost money.
        """
        name = name or thinker.name
        if probe and not free:
            raise SettingsError(f"{name!r} may cost money: it cannot be probed by asking it")

        if name in self._replicas:
            raise SettingsError(f"the pool {self.name!r} has a replica {name!r} already")

        (self._free if free else self._paid).add(name, thinker, bound=bound, probe=probe)
        self._replicas[name] = thinker

    async def remove(self, name: str) -> None:
        """Send a replica nothing more, and return when its last critique has ended.

        Raises:
            SettingsError: there is no such replica.
        """
        paid = any(replica.name == name for replica in self._paid.snapshot().replicas)
        await (self._paid if paid else self._free).remove(name)
        self._replicas.pop(name, None)

    def snapshot(self) -> PoolSnapshot:
        """Return its state now; a request that went on to the reserve counts twice."""
        free, paid = self._free.snapshot(), self._paid.snapshot()
        return PoolSnapshot(
            name=self.name,
            replicas=free.replicas + paid.replicas,
            waiting=free.waiting + paid.waiting,
            requests=free.requests + paid.requests,
            hedged=free.hedged + paid.hedged,
            moved=free.moved + paid.moved,
        )

    async def critique(self, comparison: Comparison) -> Opinion:
        """Have the critique written by one of the replicas.

        Raises:
            MalformedCritique: a replica answered, and the answer holds no critique.
            ThinkerBusy: no replica could be reached, or none in time.
            ThinkerError: anything else that went wrong at this border, or the pool is empty.
            PictureError: one of the pictures cannot be read.
        """
        detours: tuple[str, ...] = ()
        if not self._paid.engines or self._serves():
            try:
                return _opinion(await self._free.answer(self._job(comparison, free=True)))
            except (MalformedCritique, ThinkerRejected):
                raise
            except ThinkerError as error:
                if not self._paid.engines:
                    raise
                detours = (f"no free replica answered ({error}): the reserve was asked",)

        return _opinion(await self._paid.answer(self._job(comparison, free=False)), detours)

    def _serves(self) -> bool:
        """Whether a free replica may answer before long."""
        return any(replica.state not in _GONE for replica in self._free.snapshot().replicas)

    def _job(
        self, comparison: Comparison, *, free: bool
    ) -> Job[Thinker, Opinion | MalformedCritique]:
        async def call(thinker: Thinker) -> Opinion | MalformedCritique:
            try:
                return await thinker.critique(comparison)
            except MalformedCritique as error:
                return error  # it answered, which is all that the pool needs to know

        return Job(
            call=call,
            group=comparison.key.partition(":")[0],
            replicas=self._rules.replicas if free else 1,
            hedge=free,
        )


def _opinion(
    answered: Answered[Opinion | MalformedCritique], before: tuple[str, ...] = ()
) -> Opinion:
    """Return the answer with its detours on record, or raise it when it cannot be read."""
    said, detours = answered.answer, (*before, *answered.detours)
    if isinstance(said, MalformedCritique):
        if said.sample and detours:
            problem = "; ".join((said.sample.problem or str(said), *detours))
            said.sample = said.sample.but(problem=problem)
        if said.sample:
            said.sample = said.sample.but(by=answered.by)
        raise said

    if detours:
        detours = (*detours[:-1], f"{detours[-1]}; {answered.by} answered")

    failed = [Sample(text="", verdict="failed", problem=each) for each in detours]
    seconds = said.sample.seconds or answered.seconds
    sample = said.sample.but(seconds=seconds, by=answered.by)
    return replace(said, sample=sample, also=(*said.also, *failed))

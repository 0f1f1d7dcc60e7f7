"""Pools in OpenTelemetry metrics; API only, so without an SDK all of it does nothing.

    editloop.pool.requests, .hedged, .moved                           counters, by pool
    editloop.pool.waiting                                             gauge, by pool
    editloop.pool.replica.answered, .failed, .turned_away             counters, by pool and replica
    editloop.pool.replica.outstanding, .limit, .seconds               gauges, by pool and replica
    editloop.pool.replica.state                                       1 under the state it is in
    editloop.pool.answer.duration                                     histogram, s, by replica

The attributes are `editloop.pool.name`, `editloop.pool.replica` and `editloop.pool.state`.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Protocol
from weakref import WeakSet

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Meter, Observation

from .snapshot import PoolSnapshot, ReplicaSnapshot

_SCOPE = "editloop"
_PREFIX = "editloop.pool"

_POOL_COUNTERS = ("requests", "hedged", "moved")
_POOL_GAUGES = ("waiting",)
_REPLICA_COUNTERS = ("answered", "failed", "turned_away")
_REPLICA_GAUGES = ("outstanding", "limit", "seconds")

_Read = Callable[[PoolSnapshot], Iterator[Observation]]


class Watched(Protocol):
    """Something that can be looked at."""

    def snapshot(self) -> PoolSnapshot:
        """Return its state now."""
        ...


class PoolMetrics:
    """The instruments of one meter, for as many pools as are watched."""

    def __init__(self, meter: Meter) -> None:
        self._pools: WeakSet[Watched] = WeakSet()
        self._duration = meter.create_histogram(f"{_PREFIX}.answer.duration", "s")
        counter, gauge = meter.create_observable_counter, meter.create_observable_gauge
        for create, names in ((counter, _POOL_COUNTERS), (gauge, _POOL_GAUGES)):
            for name in names:
                create(f"{_PREFIX}.{name}", [self._callback(partial(_of_pool, name))])
        for create, names in ((counter, _REPLICA_COUNTERS), (gauge, _REPLICA_GAUGES)):
            for name in names:
                create(f"{_PREFIX}.replica.{name}", [self._callback(partial(_of_replicas, name))])
        gauge(f"{_PREFIX}.replica.state", [self._callback(_states)])

    def watch(self, pool: Watched) -> None:
        """Report a pool from now on."""
        self._pools.add(pool)

    def leave(self, pool: Watched) -> None:
        """Report it no more."""
        self._pools.discard(pool)

    def answered(self, pool: str, replica: str, seconds: float) -> None:
        """Take the time of an answer into the histogram."""
        self._duration.record(seconds, {f"{_PREFIX}.name": pool, f"{_PREFIX}.replica": replica})

    def _callback(self, read: _Read) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(_: CallbackOptions) -> Iterable[Observation]:
            return [seen for pool in list(self._pools) for seen in read(pool.snapshot())]

        return observe


@cache
def standard() -> PoolMetrics:
    """The instruments of the global meter."""
    return PoolMetrics(metrics.get_meter(_SCOPE))


def _of_pool(field: str, pool: PoolSnapshot) -> Iterator[Observation]:
    yield Observation(getattr(pool, field), {f"{_PREFIX}.name": pool.name})


def _of_replicas(field: str, pool: PoolSnapshot) -> Iterator[Observation]:
    for replica in pool.replicas:
        yield Observation(getattr(replica, field), _named(pool, replica))


def _states(pool: PoolSnapshot) -> Iterator[Observation]:
    for replica in pool.replicas:
        yield Observation(1, {**_named(pool, replica), f"{_PREFIX}.state": replica.state})


def _named(pool: PoolSnapshot, replica: ReplicaSnapshot) -> dict[str, str]:
    return {f"{_PREFIX}.name": pool.name, f"{_PREFIX}.replica": replica.name}

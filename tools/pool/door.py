"""What pools of editors and of thinkers share: replicas come and go, and can be looked at."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, Protocol, TypeVar

from ..connected import Connected
from ..editor import Described
from .clock import Clock
from .member import Probe
from .metrics import PoolMetrics
from .pool import Pool, PoolErrors
from .rules import PoolRules
from .snapshot import PoolSnapshot


class Named(Protocol):
    """An engine."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...


M = TypeVar("M", bound=Named)


def details_of(replicas: Mapping[str, Named]) -> Mapping[str, str | int | float | bool | None]:
    """The replicas by name, and what each of them wants on record."""
    found: dict[str, str | int | float | bool | None] = {"replicas": ", ".join(replicas)}
    for name, engine in replicas.items():
        if isinstance(engine, Described):
            found |= {f"{name}.{key}": value for key, value in engine.details.items()}

    return found


class PoolDoor(Connected, Generic[M]):
    """The part of a pool that does not depend on what its replicas do."""

    def __init__(
        self,
        name: str,
        errors: PoolErrors,
        *,
        rules: PoolRules | None = None,
        clock: Clock | None = None,
        metrics: PoolMetrics | None = None,
    ) -> None:
        self.name = name
        self._rules = rules or PoolRules()
        self._pool: Pool[M] = Pool(name, errors, rules=self._rules, clock=clock, metrics=metrics)

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._pool,)

    @property
    def details(self) -> Mapping[str, str | int | float | bool | None]:
        """The replicas by name, and what each of them wants on record."""
        return details_of(self._pool.replicas)

    def add(
        self,
        engine: M,
        *,
        name: str = "",
        bound: int | None = None,
        probe: Probe[M] | None = None,
    ) -> None:
        """Add a replica, under its own name unless another is given; also while requests run.

        Raises:
            SettingsError: the name is taken, or the bound is below 1.
        """
        self._pool.add(name or engine.name, engine, bound=bound, probe=probe)

    async def remove(self, name: str) -> None:
        """Send a replica nothing more, and return when its last request has ended.

        Raises:
            SettingsError: there is no such replica.
        """
        await self._pool.remove(name)

    def snapshot(self) -> PoolSnapshot:
        """Return its state now."""
        return self._pool.snapshot()

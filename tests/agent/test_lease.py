"""A run is kept while it is worked on, also when its store is away for a moment."""

from typing import cast

import anyio
import pytest

from editloop.agent.lease import kept
from editloop.memory import LeaseLost, StoreError, StoreLocked
from editloop.memory.store import Store

pytestmark = pytest.mark.anyio


class Leases:
    """What `kept` asks of a store; the first answers are these errors."""

    def __init__(self, *errors: StoreError) -> None:
        self._errors = list(errors)
        self.renewed = anyio.Event()
        self.released = 0

    async def renew(self, run_id: str) -> None:
        if self._errors:
            raise self._errors.pop(0)
        self.renewed.set()

    async def release(self, run_id: str) -> None:
        self.released += 1

    @property
    def store(self) -> Store:
        return cast("Store", self)


async def test_a_store_that_is_away_for_a_moment_breaks_nothing_off() -> None:
    leases = Leases(StoreLocked("away"))
    with anyio.fail_after(60):
        async with kept(leases.store, "r", 4.0):
            await leases.renewed.wait()
    assert leases.released == 0


async def test_a_store_that_is_away_until_the_lease_ends_breaks_it_off() -> None:
    leases = Leases(*[StoreLocked("away")] * 1000)
    with pytest.raises(StoreLocked):
        async with kept(leases.store, "r", 0.02):
            await anyio.sleep_forever()
    assert leases.released == 1


async def test_a_lease_that_another_has_breaks_it_off_at_once() -> None:
    leases = Leases(LeaseLost("taken"), *[StoreLocked("away")] * 1000)
    with pytest.raises(LeaseLost):
        async with kept(leases.store, "r", 0.02):
            await anyio.sleep_forever()

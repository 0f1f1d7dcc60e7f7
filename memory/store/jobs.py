"""Runs that doors were asked for: any process on the store may work on them, one at a time.

A job says that a run is wanted; the lease of the run says who is at it. Whoever finds a wanted run
that nobody holds claims it. A worker that dies leaves a lease that ends, and the run is found again.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, delete

from ..errors import KeyReused
from ..reasons import RunStatus
from ..records import Run
from . import job_statements as sql
from . import writes
from .engine import Database
from .job_statements import MOST_TRIES
from .leases import Worker, now
from .statements import CLAIM, RUN
from .workers import gone

__all__ = ["MOST_TRIES", "REMEMBERED", "Jobs", "Mark", "Share", "Wanted"]

Wanted = Literal["run", "pause"]

REMEMBERED = timedelta(hours=24)
"""How long an idempotency key is known."""


class Mark(NamedTuple):
    """How far a run is; two that are equal need no further look."""

    status: RunStatus
    turns: int
    whole: bool
    """The latest turn has both halves."""

    held: bool
    """Somebody works on it."""

    wanted: Wanted | None
    """None: no door has asked for it."""

    @property
    def paused(self) -> bool:
        """Open, and nobody works on it or will."""
        return self.status == "open" and not self.held and self.wanted != "run"


class Share(NamedTuple):
    """What a caller has had."""

    minute: int
    """Runs begun within the last minute."""

    first_of_minute: datetime | None
    cost: float
    """US dollars of the runs begun within the last 24 hours."""

    first_of_day: datetime | None
    """When the oldest of these that cost something was begun."""

    open: int
    """Runs that wait or are worked on."""


class Jobs:
    """The jobs of a store. All methods may raise `StoreError`."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self._database = database
        self._worker = worker

    async def add(
        self, run: Run, principal: str, *, hold: bool, key: str = "", print_: str = ""
    ) -> str:
        """Write down a fresh run that is wanted, and return its id.

        With `hold` this worker has it at once, else it waits for any. With a key that is known the
        run of the first request is returned instead, and nothing is written.

        Raises:
            KeyReused: the first request under this key had another `print_`.
        """
        return await self._database.write(_add, run, principal, self._worker, hold, key, print_)

    async def earlier(self, principal: str, key: str, print_: str) -> str | None:
        """Return the run that a request under this key began.

        Raises:
            KeyReused: it had another `print_`.
        """
        return await self._database.read(_earlier, principal, key, print_)

    async def next(self, besides: Collection[str] = ()) -> str | None:
        """Claim the run that has waited longest; none where nothing waits."""
        return await self._database.write(_next, self._worker, frozenset(besides))

    async def want(self, run_id: str, wanted: Wanted) -> bool:
        """Say whether a run is to be worked on; False where no door has asked for it."""
        return await self._database.write(_want, run_id, wanted)

    async def want_anew(self, run_id: str, principal: str) -> None:
        """Have an open run worked on, whether or not a door had asked for it before."""
        await self._database.write(_want_anew, run_id, principal)

    async def handed_back(self, run_id: str) -> None:
        """Say that a run was let go in order, so that this try does not count."""
        await self._database.write(_tried, run_id, -1)

    async def waiting(self) -> int:
        """Count the runs that wait for a worker."""
        return await self._database.read(_count)

    async def given_up(self) -> Sequence[str]:
        """Return the runs that nobody tries any more, after `MOST_TRIES`."""
        return await self._database.read(_given_up)

    async def free_from_the_dead(self) -> None:
        """Let go of the runs of workers of this machine that are no more."""
        owners = await self._database.read(_owners)
        for owner in owners:
            if owner != self._worker.name and gone(owner):
                await self._database.write(_let_go, owner)

    async def marks(self, ids: Collection[str]) -> Mapping[str, Mark]:
        """Look how far runs are; a missing one is left out."""
        return await self._database.read(_marks, list(ids)) if ids else {}

    async def share(self, principal: str) -> Share:
        """Return what a caller has had."""
        return await self._database.read(_share, principal)

    async def forget(self, before: datetime) -> None:
        """Forget idempotency keys that were first used before."""
        await self._database.write(_forget, before)


def _add(
    connection: Connection,
    run: Run,
    principal: str,
    worker: Worker,
    hold: bool,
    key: str,
    print_: str,
) -> str:
    if key and (earlier := _earlier(connection, principal, key, print_)):
        return earlier
    lease = {"lease_owner": worker.name, "lease_until": worker.until()} if hold else None
    writes.insert_run(connection, run, lease)
    job = {"run_id": run.id, "principal": principal, "wanted": "run", "queued": now()}
    connection.execute(sql.ADD, job | {"tries": 1 if hold else 0})
    if key:
        request = {"principal": principal, "key": key, "print": print_, "run_id": run.id}
        statement = sql.KEYED[connection.dialect.name]
        if connection.execute(statement, request | {"created": now()}).rowcount != 1:
            # Somebody was faster by a moment: their run is the one, ours was never there.
            connection.execute(delete(RUN).where(RUN.c.id == run.id))
            return _earlier(connection, principal, key, print_) or run.id
    return run.id


def _earlier(connection: Connection, principal: str, key: str, print_: str) -> str | None:
    row = connection.execute(sql.EARLIER, {"of": principal, "by": key}).first()
    if row is None:
        return None
    if row.print != print_:
        raise KeyReused(f"the Idempotency-Key {key!r} was used for another request: take a new one")
    return str(row.run_id)


def _next(connection: Connection, worker: Worker, besides: frozenset[str]) -> str | None:
    moment = now()
    for run_id in connection.scalars(sql.NEXT, {"now": moment}).all():
        if run_id in besides:
            continue
        values = {"this": run_id, "worker": worker.name, "until": worker.until(), "now": moment}
        if connection.execute(CLAIM, values).first():
            _tried(connection, run_id, 1)
            return str(run_id)
    return None


def _tried(connection: Connection, run_id: str, more: int) -> None:
    connection.execute(sql.TRIED, {"this": run_id, "more": more})


def _want(connection: Connection, run_id: str, wanted: Wanted) -> bool:
    return connection.execute(sql.WANT, {"this": run_id, "now_wanted": wanted}).rowcount == 1


def _want_anew(connection: Connection, run_id: str, principal: str) -> None:
    if connection.execute(sql.WANT_ANEW, {"this": run_id, "now": now()}).rowcount != 1:
        values = {"run_id": run_id, "principal": principal, "wanted": "run", "tries": 0}
        connection.execute(sql.ADD, values | {"queued": now()})


def _count(connection: Connection) -> int:
    return int(connection.scalar(sql.COUNT, {"now": now()}) or 0)


def _given_up(connection: Connection) -> list[str]:
    return list(connection.scalars(sql.GIVEN_UP, {"now": now()}))


def _owners(connection: Connection) -> list[str]:
    return list(connection.scalars(sql.OWNERS))


def _let_go(connection: Connection, owner: str) -> None:
    connection.execute(sql.LET_GO, {"dead": owner})


def _marks(connection: Connection, ids: list[str]) -> dict[str, Mark]:
    rows = connection.execute(sql.MARKS, {"ids": ids, "now": now()})
    found: dict[str, Mark] = {}
    for run_id, status, turns, whole, held, wanted in rows:
        found[run_id] = Mark(status, turns, bool(whole), bool(held), wanted)
    return found


def _share(connection: Connection, principal: str) -> Share:
    moment = now()
    values: dict[str, Any] = {"of": principal}
    ages = {"minute": moment - timedelta(minutes=1), "day": moment - timedelta(days=1)}
    minute, first, cost, costly = connection.execute(sql.SHARE, values | ages).one()
    open_runs = connection.scalar(sql.OPEN_RUNS, values) or 0
    return Share(minute, first, float(cost), costly, open_runs)


def _forget(connection: Connection, before: datetime) -> None:
    connection.execute(sql.OLD_KEYS, {"before": before})

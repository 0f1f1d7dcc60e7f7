"""Runs that doors were asked for: any process on the store may work on them, one at a time.

A job says that a run is wanted; the lease of the run says who is at it. Whoever finds a wanted run
that nobody holds claims it. A worker that dies leaves a lease that ends, and the run is found again.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete

from ..errors import KeyReused
from ..records import Run
from . import job_statements as sql
from . import writes
from .engine import Database
from .job_facts import Admit, Engines, Mark, Share, Wanted
from .job_statements import MOST_TRIES
from .leases import Worker, now, release
from .statements import CLAIM, RUN
from .workers import gone

__all__ = ["MOST_TRIES", "REMEMBERED", "Admit", "Engines", "Jobs", "Mark", "Share", "Wanted"]

REMEMBERED = timedelta(hours=24)
"""How long an idempotency key is known."""


class Jobs:
    """The jobs of a store. All methods may raise `StoreError`."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self._database = database
        self._worker = worker

    async def add(
        self,
        run: Run,
        principal: str,
        *,
        hold: bool,
        key: str = "",
        print_: str = "",
        heard: bool = False,
        admit: Admit | None = None,
    ) -> str:
        """Write down a fresh run that is wanted, and return its id.

        With `hold` this worker has it at once, else it waits for any. With a key that is known the
        run of the first request is returned instead, and nothing is written. `heard`: somebody
        waits for it, and will say so when that is over (`leave`).

        Raises:
            KeyReused: the first request under this key had another `print_`.
            Exception: what `admit` raises.
        """
        asked = _Asked(run, principal, key, print_, heard)
        return await self._database.write(_add, asked, self._worker, hold, admit)

    async def earlier(self, principal: str, key: str, print_: str) -> str | None:
        """Return the run that a request under this key began.

        Raises:
            KeyReused: it had another `print_`.
        """
        return await self._database.read(_earlier, principal, key, print_)

    async def next(self, engines: Engines, besides: Collection[str] = ()) -> str | None:
        """Claim the next run of the line; none where nothing waits.

        Callers take turns in the line; of one caller the run that has waited longest is next.
        """
        return await self._database.write(_next, self._worker, engines, frozenset(besides))

    async def want(self, run_id: str, wanted: Wanted) -> bool:
        """Say whether a run is to be worked on; False where no door has asked for it."""
        return await self._database.write(_want, run_id, wanted)

    async def want_anew(self, run_id: str, principal: str, admit: Admit | None = None) -> None:
        """Have an open run worked on, whether or not a door had asked for it before.

        Raises:
            Exception: what `admit` raises.
        """
        await self._database.write(_want_anew, run_id, principal, admit)

    async def hear(self, run_id: str) -> None:
        """Say that one more waits for a run."""
        await self._database.write(_hear, run_id)

    async def leave(self, run_id: str) -> bool:
        """Say that one waits no more; True where nobody does now, and the run is to be paused."""
        return await self._database.write(_leave, run_id)

    async def handed_back(self, run_id: str) -> None:
        """Let a run go in order: it is free, and this try does not count."""
        await self._database.write(_hand_back, run_id, self._worker)

    async def waiting(self, engines: Engines) -> int:
        """Count the runs that wait for a worker with these engines."""
        return await self._database.read(_count, engines)

    async def for_others(self, engines: Engines) -> Sequence[Engines]:
        """Return the engines that runs wait for, other than these."""
        return await self._database.read(_for_others, engines)

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


class _Asked(NamedTuple):
    """What a fresh job says."""

    run: Run
    principal: str
    key: str
    print_: str
    heard: bool


def _add(
    connection: Connection, asked: _Asked, worker: Worker, hold: bool, admit: Admit | None
) -> str:
    run, principal, key, print_, heard = asked
    if admit is not None:
        _lock(connection, principal)
    if key and (earlier := _earlier(connection, principal, key, print_)):
        return earlier
    if admit is not None:
        admit(_share(connection, principal))
    lease = {"lease_owner": worker.name, "lease_until": worker.until()} if hold else None
    job = _job(connection, run.id, principal)
    writes.insert_run(connection, run, lease)
    more = {"tries": 1 if hold else 0, "listeners": 1 if heard else 0}
    connection.execute(sql.ADD, job | more)
    if key:
        request = {"principal": principal, "key": key, "print": print_, "run_id": run.id}
        statement = sql.KEYED[connection.dialect.name]
        if connection.execute(statement, request | {"created": now()}).rowcount != 1:
            # Somebody was faster by a moment: their run is the one, ours was never there.
            connection.execute(delete(RUN).where(RUN.c.id == run.id))
            return _earlier(connection, principal, key, print_) or run.id
    return run.id


def _job(connection: Connection, run_id: str, principal: str) -> dict[str, Any]:
    """A job at the end of the line."""
    moment = now()
    place = connection.scalar(sql.PLACE, {"of": principal, "now": moment})
    job = {"run_id": run_id, "principal": principal, "wanted": "run", "tries": 0}
    return job | {"queued": moment, "place": place}


def _lock(connection: Connection, principal: str) -> None:
    """Let one at a time ask for this caller, whose requests do not see each other otherwise."""
    if connection.dialect.name == "postgresql":
        connection.execute(sql.LOCK, {"of": principal})


def _earlier(connection: Connection, principal: str, key: str, print_: str) -> str | None:
    row = connection.execute(sql.EARLIER, {"of": principal, "by": key}).first()
    if row is None:
        return None
    if row.print != print_:
        raise KeyReused(f"the Idempotency-Key {key!r} was used for another request: take a new one")
    return str(row.run_id)


def _next(
    connection: Connection, worker: Worker, engines: Engines, besides: frozenset[str]
) -> str | None:
    moment = now()
    for run_id in connection.scalars(sql.NEXT, {"now": moment, **engines._asdict()}).all():
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


def _want_anew(connection: Connection, run_id: str, principal: str, admit: Admit | None) -> None:
    if admit is not None:
        _lock(connection, principal)
        admit(_share(connection, principal))
    statement = sql.WANT_ANEW[connection.dialect.name]
    connection.execute(statement, _job(connection, run_id, principal))


def _hear(connection: Connection, run_id: str) -> None:
    connection.execute(sql.HEAR, {"this": run_id})


def _leave(connection: Connection, run_id: str) -> bool:
    return bool(connection.scalar(sql.LEAVE, {"this": run_id}) == "pause")


def _hand_back(connection: Connection, run_id: str, worker: Worker) -> None:
    _tried(connection, run_id, -1)
    release(connection, run_id, worker)


def _count(connection: Connection, engines: Engines) -> int:
    return int(connection.scalar(sql.COUNT, {"now": now(), **engines._asdict()}) or 0)


def _for_others(connection: Connection, engines: Engines) -> list[Engines]:
    rows = connection.execute(sql.FOR_OTHERS, {"now": now(), **engines._asdict()})
    return [Engines(*row) for row in rows]


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

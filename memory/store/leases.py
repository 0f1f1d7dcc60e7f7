"""One worker at a time owns a run.

The owner's name in the row is what guards it: every write of a run begins by extending the lease
under that name, in the same transaction. A clock that is wrong can therefore only take a run over
too early, which its former owner notices at its next write; two owners never write.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from ..errors import LeaseLost, RunNotFound, StoreError
from ..records import short
from .statements import CLAIM, HOLD, LEASE, RELEASE, REMOVE
from .workers import gone

LEASE_SECONDS = 60.0
"""How long a run stays with a worker that is not heard of; each write begins it anew."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who writes, and for how long a write keeps the run."""

    name: str
    seconds: float = LEASE_SECONDS

    def until(self, seconds: float | None = None) -> datetime:
        """Return when a lease that begins now runs out."""
        return now() + timedelta(seconds=self.seconds if seconds is None else seconds)


@dataclass(frozen=True, slots=True)
class Held:
    """What a writer needs to know of the run that it holds."""

    turns: int
    source_sha: str


def now() -> datetime:
    """Return this moment; the one clock of the leases."""
    return datetime.now(UTC)


def hold(connection: Connection, run_id: str, worker: Worker) -> Held:
    """Make sure that the worker still owns the run, extend its lease, and lock the row.

    Raises:
        LeaseLost: it does not own it, or the run has ended.
        RunNotFound: there is no such run.
    """
    values = {"this": run_id, "worker": worker.name, "until": worker.until()}
    row = connection.execute(HOLD, values).first()
    if row is None:
        raise _refusal(connection, run_id)
    return Held(*row)


def claim(connection: Connection, run_id: str, worker: Worker, seconds: float) -> None:
    """Take an open run that nobody holds; of many who try at once, one succeeds.

    Raises:
        LeaseLost: another worker holds it.
        RunNotFound: there is no such run.
        StoreError: it has ended.
    """
    _free_from_the_dead(connection, run_id)
    until = worker.until(seconds)
    values = {"this": run_id, "worker": worker.name, "until": until, "now": now()}
    if connection.execute(CLAIM, values).first() is None:
        raise _refusal(connection, run_id, claiming=True)


def release(connection: Connection, run_id: str, worker: Worker) -> None:
    """Let go of a run; one that is not held needs nothing."""
    connection.execute(RELEASE, {"this": run_id, "worker": worker.name})


def remove(connection: Connection, run_id: str, worker: Worker) -> None:
    """Delete a run and what belongs to it, unless another worker is at it.

    Raises:
        LeaseLost: another worker holds it.
        RunNotFound: there is no such run.
    """
    _free_from_the_dead(connection, run_id)
    values = {"this": run_id, "worker": worker.name, "now": now()}
    if connection.execute(REMOVE, values).rowcount != 1:
        raise _refusal(connection, run_id)


def _free_from_the_dead(connection: Connection, run_id: str) -> None:
    """Release a run whose owner cannot come back, so that a crash needs no waiting."""
    row = connection.execute(LEASE, {"this": run_id}).first()
    if row is not None and row.lease_owner and gone(row.lease_owner):
        connection.execute(RELEASE, {"this": run_id, "worker": row.lease_owner})


def missing(run_id: str) -> RunNotFound:
    """Return the error for a run that is not there."""
    return RunNotFound(f"no run is called {run_id!r}; `editloop runs list` shows all")


def _refusal(connection: Connection, run_id: str, *, claiming: bool = False) -> StoreError:
    """Return the reason why a run could not be held."""
    row = connection.execute(LEASE, {"this": run_id}).first()
    if row is None:
        return missing(run_id)
    reason, owner, until = row
    if reason is not None and claiming:
        return StoreError(f"run {short(run_id)} has ended ({reason}); there is nothing to resume")
    if reason is not None:
        return LeaseLost(f"run {short(run_id)} has ended ({reason}) and takes no more turns")
    if owner is None:
        return LeaseLost(f"nobody holds run {short(run_id)}; claim it before writing")
    return LeaseLost(f"run {short(run_id)} belongs to {owner} until {until:%Y-%m-%d %H:%M:%S} UTC")

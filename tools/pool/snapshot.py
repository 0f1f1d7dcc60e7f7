"""What a pool looks like at a moment, for people and metrics."""

from dataclasses import dataclass
from typing import Literal

ReplicaState = Literal["starting", "serving", "paused", "out", "trial", "leaving"]
"""`paused`: it asked to wait. `out`: it failed, and is tried again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaSnapshot:
    """One replica."""

    name: str
    state: ReplicaState
    outstanding: int
    bound: int
    """As given."""

    limit: int
    """The bound, or less since the replica turned requests away."""

    seconds: float
    """A usual answer; 0 before the first."""

    answered: int
    failed: int
    turned_away: int
    """Requests that it did not take, and asked to wait (429, 503 with Retry-After)."""

    last_problem: str = ""
    retry_in: float | None = None
    """Seconds until the next trial when it is out of service, or until the end of its pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSnapshot:
    """The whole pool."""

    name: str
    replicas: tuple[ReplicaSnapshot, ...]
    waiting: int
    requests: int
    hedged: int
    """Requests that were sent to a second replica because the first was late."""

    moved: int
    """Requests that went to another replica after a failure."""

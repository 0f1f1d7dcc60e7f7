"""How a pool behaves."""

from dataclasses import dataclass
from math import inf

from ...memory import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRules:
    """The numbers of a pool; seconds where nothing else is said.

    Raises:
        SettingsError: a number that cannot work.
    """

    bound: int = 2
    """Requests at one replica at once, unless it was added with another number: as many as it
    works on side by side, plus what should wait there so that it is never idle."""

    waiting: int = 10_000
    """Requests that may wait in the pool; one more is told that it is busy."""

    failures: int = 3
    """Failures in a row after which a replica gets no more requests."""

    cooldown: float = 5.0
    """How long before one trial; doubles with every trial that fails."""

    longest_cooldown: float = 60.0
    attempt: float = 600.0
    """How long one replica may take over one request; then it counts as hung."""

    patience: float = 4.0
    """How many times the time that 95 of 100 answers of a replica stay within a request may take
    there before it is asked for elsewhere instead, once, and if there is an elsewhere."""

    turns_away: int = 10
    """How often one request may be turned away by replicas that ask to wait."""

    outage: float = 60.0
    """How long a request waits while no replica that fits is in service."""

    replicas: int = 3
    """At most this many replicas get the same request, the first included."""

    hedge: float = 3.0
    """A request that takes this many times the usual is sent to a second replica; `inf`: never."""

    hedged_share: float = 0.1
    """At most this share of all requests is sent twice (and always up to two)."""

    probe: float = 120.0
    """How long a probe may take."""

    def __post_init__(self) -> None:
        if min(self.bound, self.failures, self.replicas) < 1 or self.waiting < 0:
            raise SettingsError("bound, failures and replicas are at least 1, waiting at least 0")

        if min(self.cooldown, self.longest_cooldown, self.attempt, self.probe) <= 0:
            raise SettingsError("cooldown, attempt and probe are seconds above 0")

        if self.patience <= 1 or self.turns_away < 0:
            raise SettingsError("patience must be above 1, turns_away at least 0")

        if self.hedge <= 1 or not 0 <= self.hedged_share <= 1 or self.outage < 0:
            raise SettingsError("hedge must be above 1, hedged_share within 0 and 1, outage >= 0")


PATIENT = PoolRules(hedge=inf)
"""No request is sent twice."""

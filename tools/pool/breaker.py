"""Whether a replica is asked at all: a circuit breaker with half-open trials."""

from dataclasses import dataclass
from typing import Literal

Circuit = Literal["closed", "open", "trial"]


@dataclass(slots=True)
class Breaker:
    """Counts failures in a row. No clock of its own: `now` is passed in.

    closed --failures in a row--> open --cooldown--> trial --success--> closed
                                   ^---failure, cooldown doubled---'
    """

    failures: int
    cooldown: float
    longest: float
    state: Circuit = "closed"
    in_a_row: int = 0
    retry_at: float = 0.0
    """When an open circuit allows a trial."""

    _pause: float = 0.0

    def may_try(self, now: float) -> bool:
        """Whether a trial is due."""
        return self.state == "open" and now >= self.retry_at

    def begin_trial(self) -> None:
        """One request goes through; nothing else does until it has ended."""
        self.state = "trial"

    def succeeded(self) -> None:
        """Trust it again."""
        self.state, self.in_a_row, self._pause = "closed", 0, 0.0

    def failed(self, now: float) -> None:
        """Count a failure; requests that were under way when it opened do not prolong the pause."""
        self.in_a_row += 1
        if self.state == "open" or (self.state == "closed" and self.in_a_row < self.failures):
            return

        self._pause = min(self.longest, self._pause * 2 or self.cooldown)
        self.state, self.retry_at = "open", now + self._pause

    def undecided(self, now: float) -> None:
        """A trial was called off before it showed anything: another may follow at once."""
        if self.state == "trial":
            self.state, self.retry_at = "open", now

"""What scoring has done so far."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ..suites.unscored import Reason


@dataclass(slots=True)
class Tally:
    """Counts; pictures count once per sample."""

    pictures: int = 0
    """Pictures (times samples) that are through."""

    scored: int = 0
    unscored: Counter[Reason] = field(default_factory=Counter[Reason])
    """Through without a number, by reason (`corrected` profile)."""

    without_picture: int = 0
    """Runs that made no picture: nothing to judge."""

    calls: int = 0
    """Answers that were paid for now."""

    known: int = 0
    """Answers that were on record."""

    retried: int = 0
    """Requests that were made again because the judge was busy."""

    refused: int = 0
    """Answers that the judge refuses to give."""

    failed: int = 0
    """Pictures left for the next time, because the judge could not be had."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    """US dollars, spent now."""

    problem: str = ""
    """The last thing that went wrong."""

    stopped: str = ""
    """Why no further picture is begun."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        names = ("pictures", "scored", "without_picture", "calls", "known", "retried", "refused")
        found: dict[str, Any] = {name: getattr(self, name) for name in names}
        found |= {"failed": self.failed, "unscored": dict(sorted(self.unscored.items()))}
        found |= {"input_tokens": self.input_tokens, "output_tokens": self.output_tokens}
        return found | {"cost": round(self.cost, 6), "problem": self.problem}

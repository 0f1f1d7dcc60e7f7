"""One thing that `doctor` looked at."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["ok", "note", "FAIL"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and how it is."""

    what: str
    state: State
    detail: str
    cure: str | None = None
    """What to do about it."""

    def as_json(self) -> dict[str, Any]:
        """One object."""
        return asdict(self)

"""What lists of runs are asked with and made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from ..reasons import RunStatus, StopReason

PRINCIPAL = "principal"
"""The label that says for whom a door began a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs; everything that is given must hold."""

    status: RunStatus | None = None
    editor: str | None = None
    thinker: str | None = None
    label: tuple[str, str | None] | None = None
    """A label's name and value; None as its value takes any."""

    principal: str | None = None
    """Only runs that a door began for this caller."""

    text: str | None = None
    """Part of the instruction; the case of ASCII letters does not matter."""

    best_at_least: float | None = None
    """Overall score of the best turn, 0 to 10; runs without any score are left out."""

    best_at_most: float | None = None
    since: datetime | None = None
    """Created then or later."""

    until: datetime | None = None
    """Created before."""


EVERY = RunFilter()
"""All runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line of a list. No Pydantic: lists are read without it, and the store wrote the values."""

    id: str
    created: datetime
    instruction: str
    status: RunStatus
    stop: StopReason | None
    turns: int
    semantic: float | None
    """Of the best-scored turn, as is `quality`; the answer's where a run ended with its best."""

    quality: float | None
    editor: str
    thinker: str
    seconds: float
    """Time spent waiting for editor and thinker."""

    cost: float
    """US dollars."""

    source_sha: str
    answer_sha: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Make one of a row with a column for each field."""
        values: dict[str, Any] = dict(row)
        values["stop"] = StopReason(row["stop"]) if row["stop"] else None
        return cls(**values)

    def plain(self) -> dict[str, Any]:
        """The fields as JSON can hold them."""
        return asdict(self) | {"created": self.created.isoformat().replace("+00:00", "Z")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How much a store holds."""

    runs: int
    turns: int
    images: int
    """Pictures that a run leads to."""

    bytes: int
    """Of these pictures together, as files."""

    revision: str
    """Of the schema."""

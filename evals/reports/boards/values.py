"""One number per case, for comparisons."""

from dataclasses import dataclass

from ...suites.unscored import Unscored


@dataclass(frozen=True, slots=True)
class CaseValue:
    """What a case scored in the suite's main measure."""

    name: str
    """Unique within the suite: the `name` of its case record."""

    part: str
    """The category, as tables name it."""

    value: float | None
    why: Unscored | None = None
    """Why there is no value."""

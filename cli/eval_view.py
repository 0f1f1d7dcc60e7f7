"""How producing and scoring show themselves: one line that is redrawn, plain lines, or JSON."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from .lines import emit
from .words import duration

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

    from .screen import Screen

_EVERY = 60.0
"""Seconds after which a plain line is due."""


@dataclass(slots=True, kw_only=True)
class Progress:
    """Shows how far a long work is, how fast, and how much longer it takes."""

    label: str
    screen: "Screen"
    json: bool
    total: int
    before: Callable[[], int]
    """How many were done before, or by somebody else: they say nothing about the rate."""

    more: Callable[[], str]
    """What else to say in the line."""

    now: int = 0
    known: int = 0
    begun: float = field(default_factory=monotonic)
    _live: "Live | None" = None
    _tenth: int = 0
    _said: float = field(default_factory=monotonic)

    def __enter__(self) -> Self:
        if self.screen.lively and not self.json:
            from .redrawn import begun

            self._live = begun(self.screen.console, self._drawn)
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return monotonic() - self.begun

    @property
    def ended_in_all(self) -> int:
        """Now, before, or by somebody else."""
        return self.now + self.known + self.before()

    @property
    def text(self) -> str:
        """One line."""
        ended, seconds = self.ended_in_all, max(self.seconds, 1e-6)
        parts = [f"{ended:,} of {self.total:,}"]
        if self.now:
            left = max(0, self.total - ended) * seconds / self.now
            parts.append(f"{self.now / seconds * 60:.1f} a minute")
            parts.append(f"{duration(left)} left" if left else duration(seconds))
        return ", ".join([*parts, more] if (more := self.more()) else parts)

    def ended(self, line: dict[str, Any], *, known: bool = False) -> None:
        """Count one, and show it where that is due; `known` ones took no time."""
        self.now += not known
        self.known += known
        if self.json:
            emit(line)
            return
        tenth = 10 * (self.ended_in_all) // max(1, self.total)
        if not self._live and (tenth > self._tenth or monotonic() - self._said > _EVERY):
            self._tenth, self._said = tenth, monotonic()
            self.screen.say(self.label, self.text)

    def _drawn(self) -> "RenderableType":
        from .redrawn import progress

        return progress(self.label, self.ended_in_all, self.total, self.text)

"""The line before the editor: bounded, first come first served, and aware of its own speed."""

from collections.abc import Awaitable, Callable
from math import ceil
from time import perf_counter
from typing import TypeVar

from anyio import CapacityLimiter, fail_after

from .refusals import Refused
from .rules import ServiceRules

_Value = TypeVar("_Value")
_WEIGHT = 0.3  # of the newest edit in the running mean
_LONGEST = 600


class Line:
    """Lets `at_once` edits through and keeps `waiting` more; refuses the rest."""

    def __init__(self, rules: ServiceRules) -> None:
        self._rules = rules
        self._places = CapacityLimiter(rules.at_once)
        self.entered = 0
        """Edits that wait or are worked on."""

        self.seconds: float | None = None
        """Running mean of an edit's time; none before the first."""

    @property
    def working(self) -> int:
        """Edits in the editor's hands."""
        return self._places.borrowed_tokens

    @property
    def waiting(self) -> int:
        """Edits that wait."""
        return self.entered - self.working

    @property
    def retry_after(self) -> int:
        """Whole seconds until those that are here are through, at the measured speed."""
        rounds = max(1.0, self.entered / self._rules.at_once)
        return min(_LONGEST, max(1, ceil(rounds * (self.seconds or 1.0))))

    def check(self, more: int = 1) -> None:
        """Refuse what would not fit.

        Raises:
            Refused: 429, with the time after which there should be room.
        """
        room = self._rules.at_once + self._rules.waiting - self.entered
        if more > room:
            raise self.full()

    def full(self) -> Refused:
        """The refusal, for whoever counts more than edits."""
        return Refused(
            429,
            "queue_full",
            f"{self.entered} edits are here already: try again in {self.retry_after} s, or elsewhere",
            headers={"retry-after": f"{self.retry_after}"},
        )

    async def through(self, work: Callable[[], Awaitable[_Value]]) -> _Value:
        """Wait for a place and do the work there.

        Raises:
            Refused: 429 without waiting; 504 when the work takes longer than the rules allow.
        """
        self.check()
        self.entered += 1
        try:
            async with self._places:
                return await self._timed(work)
        finally:
            self.entered -= 1

    async def _timed(self, work: Callable[[], Awaitable[_Value]]) -> _Value:
        began = perf_counter()
        most = self._rules.seconds
        try:
            with fail_after(most):
                done = await work()
        except TimeoutError:
            raise Refused(
                504,
                "too_slow",
                f"the edit took longer than {most:g} s and was cancelled: "
                "ask for fewer steps or a smaller picture",
            ) from None

        took = perf_counter() - began
        mean = took if self.seconds is None else self.seconds
        self.seconds = mean + _WEIGHT * (took - mean)
        return done

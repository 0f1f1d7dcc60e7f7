"""What may be spent: reserved before a call, settled after it, right under concurrency.

A ledger may be shared by many runs. All of its arithmetic happens between two awaits on one event
loop, so a sum can never be read half-way.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf

from ..memory import BudgetSpent, EditloopError


@dataclass(slots=True)
class Reservation:
    """Room for one call."""

    cost: float
    """US dollars, as estimated."""

    real: float | None = None
    """What it really cost, once that is known."""


@dataclass(slots=True)
class Ledger:
    """A limit on edits and money, and what is spent and promised of them."""

    edits: float = inf
    cost: float = inf
    """US dollars."""

    within: "Ledger | None" = None
    """A wider limit that every call counts against too."""

    spent_edits: int = field(default=0, init=False)
    spent_cost: float = field(default=0.0, init=False)
    _promised_edits: int = field(default=0, init=False)
    _promised_cost: float = field(default=0.0, init=False)

    @contextmanager
    def reserve(self, *, edits: int = 0, cost: float = 0.0) -> Generator[Reservation]:
        """Hold room for a call while it runs, and book what it cost at the end.

        A call that fails with one of our errors costs nothing unless `real` says so. One that is
        cut off from outside is booked at its estimate, because it may have been charged.

        Raises:
            BudgetSpent: the call would exceed a limit; nothing was reserved.
        """
        if self.within is None:
            with self._reserved(edits, cost) as held:
                yield held
            return

        with (
            self.within.reserve(edits=edits, cost=cost) as wider,
            self._reserved(edits, cost) as held,
        ):
            try:
                yield held
            finally:
                wider.real = held.real

    @contextmanager
    def _reserved(self, edits: int, cost: float) -> Generator[Reservation]:
        self._check(edits, cost)
        self._promised_edits += edits
        self._promised_cost += cost
        held = Reservation(cost)
        assumed = cost
        try:
            yield held
            self.spent_edits += edits
        except EditloopError:
            assumed = 0.0
            raise
        finally:
            self._promised_edits -= edits
            self._promised_cost -= cost
            self.spent_cost += assumed if held.real is None else held.real

    def _check(self, edits: int, cost: float) -> None:
        if self.spent_edits + self._promised_edits + edits > self.edits:
            raise BudgetSpent(
                f"the budget of {self.edits:g} edits is spent "
                f"({self.spent_edits} made, {self._promised_edits} under way)"
            )

        planned = self.spent_cost + self._promised_cost + cost
        if planned > self.cost + 1e-9:
            raise BudgetSpent(
                f"another call at about ${cost:.4f} would exceed the budget of ${self.cost:.4f} "
                f"(${self.spent_cost:.4f} spent, ${self._promised_cost:.4f} under way)"
            )

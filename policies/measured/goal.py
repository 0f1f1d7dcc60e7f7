"""A goal: something measurable that the user asked for, and how far it is reached."""

from dataclasses import dataclass

EDGE = 0.82
"""How far a goal counts as reached at the edge of its band; 1 at the target itself."""


@dataclass(frozen=True, slots=True)
class Band:
    """What counts as reached, and where nothing is reached any more; `low` <= target <= `high`."""

    target: float
    low: float
    high: float
    none_low: float
    """The value at and below which nothing is reached."""

    none_high: float
    """The value at and above which nothing is reached."""

    def reached(self, measured: float) -> float:
        """From 0 to 1, falling on both sides of the target.

        1 at the target, 0.82 at the edge of the band, then straight down to 0 at `none_low` and
        `none_high`. Values that are not numbers reach nothing.
        """
        if self.low <= measured <= self.high:
            side = self.high - self.target if measured > self.target else self.target - self.low
            return 1 - (1 - EDGE) * abs(measured - self.target) / side if side > 0 else 1.0
        if measured < self.low:
            return EDGE * _left(self.low - measured, self.low - self.none_low)
        if measured > self.high:
            return EDGE * _left(measured - self.high, self.none_high - self.high)
        return 0.0

    def holds(self, measured: float) -> bool:
        """Whether a value lies in the band."""
        return self.low <= measured <= self.high


def _left(beyond: float, room: float) -> float:
    return max(0.0, 1 - beyond / room) if room > 0 else 0.0


def effect(target: float, below: float, above: float) -> Band:
    """A band for an effect that is 0 when nothing happened.

    Args:
        target: The effect that was asked for, not 0; either sign.
        below: How much less of it is still reached, in the same unit, positive.
        above: How much more of it is still reached.
    """
    size = abs(target)
    below = min(below, 0.95 * size)
    none = 2 * size + above  # twice the wish, and not even within the band of that
    if target > 0:
        return Band(target, target - below, target + above, 0.0, none)
    return Band(target, target - above, target + below, -none, 0.0)


def at_most(limit: float, nothing: float) -> Band:
    """A band for an error that should be 0: reached up to a limit, worthless from `nothing` on."""
    return Band(0.0, 0.0, limit, -1.0, max(nothing, 2 * limit))


@dataclass(frozen=True, slots=True)
class Handle:
    """What the control step can turn to reach a goal."""

    operation: int
    """Which operation of the request, counting from 0."""

    field: str
    """Its number: `amount`, `stops`, `degrees`, `radius`."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One measurable wish, and what was found."""

    name: str
    """`mean lightness`, `warmth`, `aspect ratio`, …"""

    where: str
    """`the sky`, `the top half`; empty for the whole picture."""

    unit: str
    """Written behind the numbers: ` %`, ` stops`, `°`."""

    band: Band
    measured: float
    digits: int = 1
    handles: tuple[Handle, ...] = ()
    weight: float = 1.0

    @property
    def reached(self) -> float:
        """How far, from 0 to 1."""
        return self.band.reached(self.measured)

    @property
    def met(self) -> bool:
        """Whether the value lies in the band."""
        return self.band.holds(self.measured)

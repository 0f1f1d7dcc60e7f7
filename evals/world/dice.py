"""Chance by name: a number belongs to what it is for, not to when it was drawn.

So two policies that reach the same situation of the same case meet the same luck, and nothing
changes when one of them asks for more.
"""

from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from struct import unpack

_NORMAL = NormalDist()
_STEP = 2.0**-53


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws of one world."""

    seed: int = 0

    def roll(self, *names: int | str) -> tuple[float, ...]:
        """Eight independent numbers in (0, 1), the same for the same names."""
        named = f"{self.seed}|{'|'.join(map(str, names))}".encode()
        words = unpack("<8Q", blake2b(named).digest())
        return tuple([((word >> 11) + 0.5) * _STEP for word in words])


def bell(uniform: float) -> float:
    """The standard normal deviate that has this share of all others below it."""
    return _NORMAL.inv_cdf(uniform)

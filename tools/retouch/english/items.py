"""What the reader works with: a phrase of the lexicon, a number, a place in the picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ..region import Region

Strength = Literal["slight", "moderate", "strong"]

Kind = Literal[
    "noise",  # polite words; the only ones that may fall away
    "sep",  # between clauses; key: "," "and" "but" "then" "."
    "prep",  # by, to, in, of …; key: the word
    "outside",  # except, outside
    "number",
    "ratio",
    "size",
    "quote",
    "point",
    "params",  # (radius 1.5 px)
    "open",
    "close",
    "area",  # a place; `area` holds it
    "side",  # top, bottom, left, right, all
    "hue",  # the reds
    "colour",  # red, white, #aabbcc
    "target",  # the contrast
    "change",  # warmer, darken; key: "temperature+"
    "verb",  # increase, make, crop; key: what it does
    "level",  # slightly; key: a Strength
    "look",  # cinematic; key: the look
    "word",  # geometry words: horizontally, wide, thin …; key: the meaning
    "unknown",
]

Unit = Literal["", "%", "EV", "deg", "px", "x", "K", "levels", "part", "count"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written: exact, with its unit and whether it had a sign."""

    value: Decimal
    unit: Unit = ""
    signed: bool = False

    @property
    def share(self) -> float:
        """As a fraction: 20 % is 0.2, and so is 0.2."""
        return float(self.value.scaleb(-2) if self.unit == "%" else self.value)


@dataclass(frozen=True, slots=True)
class Item:
    """One phrase of the instruction."""

    kind: Kind
    key: str
    start: int
    end: int
    number: Quantity | None = None
    pair: tuple[Decimal, Decimal] | None = None
    area: Region | None = None
    params: Mapping[str, Quantity | str] = field(default_factory=dict[str, Quantity | str])

"""Numbers as people write them: 20 %, a fifth, one and a half stops, twenty-five."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from .items import Quantity, Unit
from .tokens import Token

UNITS: Final[dict[Unit, str]] = {
    "%": "%, percent, per cent, pct, percentage points, percents",
    "EV": "ev, stop, stops, f stop, f stops, of a stop, of an ev, a stop, an ev",
    "deg": "°, degree, degrees, deg, degs",
    "px": "px, pixel, pixels, pxs",
    "x": "x, times, fold",
    "K": "k, kelvin",
    "levels": "levels, level, tones, steps, colours per channel, tones per channel, shades",
    "": "points, point, units",
}

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: Final = {word: value for value, word in enumerate(_ONES)} | {
    word: 10 * (place + 2) for place, word in enumerate(_TENS)
}
_PARTS: Final = {
    "half": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fourth": 4,
    "fifth": 5,
    "fifths": 5,
    "sixth": 6,
    "eighth": 8,
    "tenth": 10,
    "tenths": 10,
}
_SIGNS: Final = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4)}
_UNIT_OF: Final[dict[tuple[str, ...], Unit]] = {
    tuple(phrase.split()): unit for unit, text in UNITS.items() for phrase in text.split(", ")
}
_LONGEST = max(map(len, _UNIT_OF))


def read_number(tokens: Sequence[Token], at: int) -> tuple[Quantity, int] | None:
    """Read a number and its unit from `tokens[at]` on; return it and how many tokens it took."""
    found = _value(tokens, at)
    if found is None:
        return None
    value, unit, taken, signed = found
    for length in range(_LONGEST, 0, -1):
        words = tuple(token.text for token in tokens[at + taken : at + taken + length])
        if words in _UNIT_OF and len(words) == length:
            named = _UNIT_OF[words]
            if unit == "part" and named == "%":
                return None
            return Quantity(value, named, signed), taken + length
    return Quantity(value, unit, signed), taken


def _value(tokens: Sequence[Token], at: int) -> tuple[Decimal, Unit, int, bool] | None:
    token = tokens[at]
    if token.kind == "number":
        digits = token.text.replace(",", "")
        return Decimal(digits), "", 1, digits[0] in "+-"
    if token.kind == "mark" and token.text in _SIGNS:
        over, under = _SIGNS[token.text]
        return round(Decimal(over) / under, 4), "part", 1, False
    if token.kind == "ratio" and "/" in token.text:
        over_text, under_text = token.text.split("/")
        return _fraction(over_text, under_text)
    return _in_words([t.text for t in tokens[at : at + 5]])


def _fraction(over: str, under: str) -> tuple[Decimal, Unit, int, bool] | None:
    top, bottom = Decimal(over.replace(",", "")), Decimal(under.replace(",", ""))
    if not 0 < abs(top) < bottom < 1000:
        return None
    return round(top / bottom, 4), "part", 1, over[0] in "+-"


def _in_words(words: list[str]) -> tuple[Decimal, Unit, int, bool] | None:
    whole, taken = _whole(words)
    rest = words[taken:]
    if taken and rest[:3] in (["and", "a", "half"], ["and", "a", "quarter"]):
        return whole + Decimal(1) / _PARTS[rest[2]], "", taken + 3, False
    if taken and rest and rest[0] in _PARTS:
        return round(whole / _PARTS[rest[0]], 4), "part", taken + 1, False
    if taken:
        return whole, "", taken, False
    if words[0] in ("a", "an") and len(words) > 1:
        if words[1] in _PARTS:
            return round(Decimal(1) / _PARTS[words[1]], 4), "part", 2, False
        if words[1] in ("stop", "ev"):
            return Decimal(1), "", 1, False
    return (Decimal("0.5"), "part", 1, False) if words[0] == "half" else None


def _whole(words: list[str]) -> tuple[Decimal, int]:
    """Read zero to nine hundred and ninety-nine; 0 words taken where there is none."""
    if not words or words[0] not in _WORDS:
        return (
            (Decimal(100), 2)
            if words[:2] in (["a", "hundred"], ["one", "hundred"])
            else (
                Decimal(0),
                0,
            )
        )
    value = _WORDS[words[0]]
    if words[1:2] == ["hundred"]:
        return Decimal(100 * value), 2
    if value >= 20 and len(words) > 1 and 0 < _WORDS.get(words[1], 0) < 10:
        return Decimal(value + _WORDS[words[1]]), 2
    return Decimal(value), 1

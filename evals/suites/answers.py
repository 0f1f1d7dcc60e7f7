"""Finding what a judge meant in the text that it wrote (the corrected profile's tools)."""

import json
from collections.abc import Iterable
from math import isfinite
from typing import Any

from .unscored import Unscored

_DECODER = json.JSONDecoder()
_ATTEMPTS = 200  # a text of nothing but opening braces must not take quadratic time


def objects(text: str) -> list[dict[str, Any]]:
    """All JSON objects that stand in the text, outermost only, in order.

    Looks at the first 200 opening braces that do not start an object; judges' answers are short.
    """
    found, at, failures = list[dict[str, Any]](), 0, 0
    while (at := text.find("{", at)) >= 0 and failures < _ATTEMPTS:
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):  # also integers of more digits than Python reads
            at, failures = at + 1, failures + 1
            continue
        found.append(value)
    return found


def number(value: object) -> float | None:
    """A finite number as a float; None for anything else, truth values included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if isfinite(converted) else None


def within(value: float, low: float, high: float, name: str) -> float | Unscored:
    """The value, or the record that the protocol has no such score."""
    if low <= value <= high:
        return value
    return Unscored(
        reason="out_of_range", detail=f"{name} is {value:g}, the scale is {low:g} to {high:g}"
    )


def only(values: Iterable[float], name: str) -> float | Unscored:
    """The one value that all mentions agree on."""
    different = sorted(set(values))
    if len(different) == 1:
        return different[0]
    if different:
        listed = ", ".join(f"{each:g}" for each in different)
        return Unscored(reason="ambiguous", detail=f"{name} is given as {listed}")
    return Unscored(reason="unreadable", detail=f"no {name} in the answer")

"""A careful reading of an answer: two numbers from 0 to 10 that the judge wrote, or none."""

import re
from typing import Any, cast

from ..answers import number, objects, within
from ..unscored import Unscored

_NUMBER = r"-?\d+(?:\.\d+)?"
_ENDS = r"(?![\w%]|\.\d|\s*[-–]\s*\d|\s*/\s*(?!10\b))"  # no range, no share, no other scale
_LIST = re.compile(rf"\[\s*({_NUMBER}(?:\s*,\s*{_NUMBER})*)\s*\]", re.ASCII)
_NAMED = re.compile(
    rf"\bscores?\b[\"'*]*\s*[:=]\s*+\**+\s*+(\[[^\[\]]*\]|{_NUMBER}{_ENDS})",
    re.IGNORECASE | re.ASCII,
)
_ALONE = re.compile(rf"\s*({_NUMBER})\s*", re.ASCII)


def score_list(text: str) -> tuple[float, ...] | Unscored:
    """The one or two numbers that the answer gives as its score.

    Looked for in this order: JSON objects with `score`; the word `score` before a list or a
    number (objects that are not JSON); a text that is a list or a number and nothing else.
    """
    if not text.strip():
        return Unscored(reason="empty", detail="the judge said nothing")
    for found in (_in_objects(text), _named(text), _alone(text)):
        if found:
            return _agreed(found)
    return Unscored(reason="unreadable", detail=f"no score in {text[:80]!r}")


def _in_objects(text: str) -> list[tuple[float, ...] | None]:
    return [_entries(each["score"]) for each in objects(text) if "score" in each]


def _entries(score: Any) -> tuple[float, ...] | None:
    listed = cast(list[object], score) if isinstance(score, list) else [score]
    values = [number(each) for each in listed]
    present = tuple(each for each in values if each is not None)
    return present if present and len(present) == len(values) else None


def _named(text: str) -> list[tuple[float, ...] | None]:
    return [_from_text(each[1]) for each in _NAMED.finditer(text)]


def _from_text(written: str) -> tuple[float, ...] | None:
    if listed := _LIST.fullmatch(written):
        values = [float(each) for each in listed[1].split(",")]
    elif alone := _ALONE.fullmatch(written):
        values = [float(alone[1])]
    else:
        return None
    return tuple(values)


def _alone(text: str) -> list[tuple[float, ...] | None]:
    found = _from_text(text.strip())
    return [found] if found else []


def _agreed(found: list[tuple[float, ...] | None]) -> tuple[float, ...] | Unscored:
    readable = {each for each in found if each is not None}
    if not readable:
        return Unscored(
            reason="unreadable", detail="the score is not a number or a list of numbers"
        )
    if len(readable) > 1:
        return Unscored(reason="ambiguous", detail=f"several scores: {sorted(readable)}")
    entries = readable.pop()
    if len(entries) > 2:
        return Unscored(reason="ambiguous", detail=f"{len(entries)} numbers where two were asked")
    for each in entries:
        if isinstance(checked := within(each, 0, 10, "the score"), Unscored):
            return checked
    return entries

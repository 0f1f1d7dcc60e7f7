"""What one answer of RISEBench's judge scores: the number after "Final Score"."""

import re

from ....memory.errors import JudgeError
from ..answers import only, within
from ..profile import Profile
from ..unscored import Unscored

_RUNS = tuple(
    re.compile(rf"{phrase}\**:?\s*([\d\s*,]*)", re.IGNORECASE)
    for phrase in ("Final Score", "Final Scores")
)
_PHRASE = re.compile(r"final\s+scores?\b", re.IGNORECASE)
_AFTER = re.compile(
    r"[\s*_`\"'(:：=\[]*+(?:(?:is|of)\b[\s*_`\"'(:：=\[]*+)?"
    r"(-?\d+(?:\.\d+)?)(?![\w%]|\.\d|\s*[-–]\s*\d)(?:\s*(?:/|out\s+of)\s*(\d+)(?![\w%]|\.\d))?"
    r"(\s*,\s*\**\s*-?\d)?",
    re.ASCII | re.IGNORECASE,
)


def read(
    text: str | None, profile: Profile = "corrected", *, binary: bool = False
) -> tuple[float, ...] | Unscored:
    """Read one answer; `binary` for logical cases, which are judged 0 or 1, not 1 to 5.

    Official: every integer in the first run of digits, stars, commas and blanks after the phrase
    counts, so `4.5` is 4 and there may be several; no range is checked. Corrected: the one number
    after the phrase, on its scale; the tuple has one entry.

    Raises:
        JudgeError: official profile, digits that the script cannot convert.
    """
    if text is None:
        return Unscored(reason="failed_call", detail="the judge gave no answer")
    return _official(text) if profile == "official" else _corrected(text, binary=binary)


def _official(text: str) -> tuple[float, ...] | Unscored:
    for runs in _RUNS:
        for run in runs.findall(text):
            if digits := re.findall(r"\d+", run):
                try:
                    return tuple(float(int(each)) for each in digits)
                except (ValueError, OverflowError) as error:
                    raise JudgeError(f"the script cannot read {digits[0][:20]!r}…") from error
    return Unscored(reason="unreadable", detail="no digits after 'Final Score'")


def _corrected(text: str, *, binary: bool) -> tuple[float, ...] | Unscored:
    if not text.strip():
        return Unscored(reason="empty", detail="the judge said nothing")
    low, high = (0, 1) if binary else (1, 5)
    values: list[float] = []
    for phrase in _PHRASE.finditer(text):
        found = _AFTER.match(text, phrase.end())
        if found is None:
            continue
        if found[3]:
            return Unscored(reason="ambiguous", detail=f"several numbers: {found[0].strip()!r}")
        if found[2] and int(found[2][:9]) != high:
            return Unscored(reason="out_of_range", detail=f"{found[0].strip()!r} is not of {high}")
        values.append(float(found[1]))
    value = only(values, "final score")
    if binary and isinstance(value, float) and value not in (0.0, 1.0):
        return Unscored(reason="out_of_range", detail=f"final score is {value:g}, not 0 or 1")
    checked = value if isinstance(value, Unscored) else within(value, low, high, "final score")
    return checked if isinstance(checked, Unscored) else (checked,)

"""What one answer of ImgEdit-Bench's judge scores: lines that name an axis and give 1 to 5."""

import re
from collections.abc import Iterator
from statistics import fmean

from ....memory.errors import JudgeError
from ....memory.records import Frozen
from ..answers import number, objects, only, within
from ..averages import running_mean
from ..profile import Profile
from ..unscored import Unscored

_SUMS = ("score", "total", "average", "overall", "sum", "mean", "final", "rating")
_MARKS = " \t*_\"'`-•>#"
_QUOTES = " \t*_\"'`,"
_COLON = re.compile("[:：]")
_VALUE = re.compile(
    r"(-?\d+(?:\.\d+)?)\s*(?:/\s*5|points?|out of 5)?\s*[.,;]?", re.ASCII | re.IGNORECASE
)
_SENTENCE = re.compile(
    r"\bscore\b[^\d\n.]{0,30}?(-?\d+(?:\.\d+)?)(?![\w%]|\.\d|\s*[-–]\s*\d|\s*/\s*(?!5\b))",
    re.ASCII | re.IGNORECASE,
)


class AxisScores(Frozen):
    """The numbers that counted, in order, and the case's score (1 to 5 unless official)."""

    values: tuple[float, ...]
    score: float


def read(text: object, profile: Profile = "corrected", *, axes: int = 3) -> AxisScores | Unscored:
    """Read one answer; `axes` is 3 for the basic cases and 1 for the hard ones.

    Official: every line `words: digits` counts, however many there are, whatever the words; the
    mean is rounded to two decimals. Corrected: the asked number of axes, each once and from 1 to
    5; the mean is not rounded. The judge is told that no later axis exceeds the first; as in the
    published scripts, that is not enforced.

    Raises:
        JudgeError: the answer is not text (official), or holds digits that the official script
            cannot convert.
    """
    if not isinstance(text, str):
        if profile == "official":
            raise JudgeError(
                f"the answer is {text!r}, not text: the official script stops; remove the entry"
            )
        return Unscored(reason="failed_call", detail=f"the answer is {text!r}, not text")
    return _official(text) if profile == "official" else _corrected(text, axes)


def _official(text: str) -> AxisScores | Unscored:
    values: list[float] = []
    for line in text.splitlines():
        pieces = line.strip().split(": ")
        if len(pieces) == 2 and pieces[1].isdigit():
            values.append(_whole(pieces[1]))
    mean = running_mean(values)
    if mean is None:
        return Unscored(reason="unreadable", detail="no line of the form 'words: digits'")
    return AxisScores(values=tuple(values), score=round(mean, 2))


def _whole(digits: str) -> float:
    try:
        return float(int(digits))
    except (ValueError, OverflowError) as error:  # a superscript, or too many digits
        raise JudgeError(f"the official script cannot read {digits[:20]!r} as a number") from error


def _corrected(text: str, axes: int) -> AxisScores | Unscored:
    if not text.strip():
        return Unscored(reason="empty", detail="the judge said nothing")
    named = _axes(text, axes)
    if not named and axes == 1:
        named = {"score": [float(each) for each in _SENTENCE.findall(text)]}
    values: list[float] = []
    for label, found in named.items():
        value = only(found, label)
        checked = value if isinstance(value, Unscored) else within(value, 1, 5, label)
        if isinstance(checked, Unscored):
            return checked
        values.append(checked)
    if not values:
        return Unscored(reason="unreadable", detail=f"no scored line in {text[:80]!r}")
    if len(values) != axes:
        reason = "incomplete" if len(values) < axes else "ambiguous"
        listed = ", ".join(named)
        return Unscored(reason=reason, detail=f"{axes} scores were asked, the answer has: {listed}")
    return AxisScores(values=tuple(values), score=fmean(values))


def _axes(text: str, axes: int) -> dict[str, list[float]]:
    """Every label with the numbers given to it, without reasoning and totals.

    Where one score is asked, labels that say score, total or overall win over others.
    """
    found: dict[str, list[float]] = {}
    for label, value in [*_lines(text), *_fields(text)]:
        found.setdefault(label, []).append(value)
    found.pop("brief reasoning", None)
    sums = {label for label in found if any(word in label for word in _SUMS)}
    wanted = sums if axes == 1 and sums else found.keys() - sums
    return {label: values for label, values in found.items() if label in wanted}


def _lines(text: str) -> Iterator[tuple[str, float]]:
    for line in text.splitlines():
        parts = _COLON.split(line)
        if len(parts) != 2 or not any(letter.isalpha() for letter in parts[0]):
            continue
        if value := _VALUE.fullmatch(parts[1].strip(_QUOTES)):
            yield parts[0].strip(_MARKS).casefold(), float(value[1])


def _fields(text: str) -> Iterator[tuple[str, float]]:
    for each in objects(text):
        for label, value in each.items():
            if (read := number(value)) is not None:
                yield label.casefold(), read

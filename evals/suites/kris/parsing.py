"""What one answer of KRIS-Bench's judge scores: one metric, or two in the knowledge categories."""

import re
from typing import Literal

from ..answers import number, objects, only, within
from ..profile import Lineage, Profile
from ..unscored import Unscored
from . import official
from .cases import CATEGORIES, Metric, metrics_of

Call = Literal["consistency", "instruction", "quality"]
"""The three calls per case; `instruction` also asks for knowledge in the ten knowledge categories."""

Reading = float | Unscored
_NUMBER = r"(-?\d+(?:\.\d+)?)(?![\w%]|\.\d|\s*[-–]\s*\d|\s*/\s*(?!5\b)|\s*out\s+of\s+(?!5\b))"
_SHARE = re.compile(
    r"(?<![\w./-])(-?\d+(?:\.\d+)?)\s*(?:/|out\s+of)\s*5(?![\w/%]|\.\d)", re.ASCII | re.IGNORECASE
)


def read(
    text: str,
    category: str,
    call: Call,
    profile: Profile = "corrected",
    *,
    lineage: Lineage = "upstream",
) -> dict[Metric, Reading]:
    """Read one answer: a score of 1 to 5, or why there is none, for each metric of the call.

    Official: no range is checked, and in most categories the first free digit of an unreadable
    answer counts. Corrected: a score must be named as one (a field, a label) or given out of five,
    and all mentions must agree.

    Raises:
        JudgeError: official profile and bagel's lineage: the script stops at this answer.
        InputError: there is no such category.
    """
    asked = _asked(category, call)
    if profile == "corrected":
        return {metric: _corrected(text, metric, alone=len(asked) == 1) for metric in asked}
    if len(asked) == 2:
        found = official.dual(text, lineage)
        return {metric: _official(found[metric]) for metric in asked}
    family = CATEGORIES[category].family
    return {call: _official(official.single(text, call, family, lineage))}


def _asked(category: str, call: Call) -> tuple[Metric, ...]:
    dual = "knowledge" in metrics_of(category) and call == "instruction"
    return ("instruction", "knowledge") if dual else (call,)


def _official(value: int | None) -> Reading:
    if value is None:
        return Unscored(reason="unreadable", detail="the official script finds no score")
    try:
        return float(value)
    except OverflowError:
        return Unscored(reason="out_of_range", detail="a whole number too large to be averaged")


def _corrected(text: str, metric: Metric, *, alone: bool) -> Reading:
    if not text.strip():
        return Unscored(reason="empty", detail="the judge said nothing")
    name = f"{metric}_score"
    found = _fields(text, name) or _labels(text, metric)
    if not found and alone:
        found = [float(each) for each in _SHARE.findall(text)]
    if None in found:
        return Unscored(reason="unreadable", detail=f"{name} is not a number")
    value = only((each for each in found if each is not None), name)
    return value if isinstance(value, Unscored) else within(value, 1, 5, name)


def _fields(text: str, name: str) -> list[float | None]:
    return [_value(each[name]) for each in objects(text) if name in each]


def _value(value: object) -> float | None:
    if isinstance(value, str):
        written = re.fullmatch(rf"\s*{_NUMBER}(?:\s*(?:/|out\s+of)\s*5)?\s*", value, re.ASCII)
        return float(written[1]) if written else None
    return number(value)


def _labels(text: str, metric: Metric) -> list[float | None]:
    """`"quality_score": 4` in an object that is not JSON, `Quality Score: 4`, `quality score = 4/5`."""
    label = rf"\b{metric}[\s_]*score[\"'*]*\s*[:：=]\s*[\"'*]*{_NUMBER}"
    return [float(each) for each in re.findall(label, text, re.ASCII | re.IGNORECASE)]

"""The published readings of answers, defects included (benchmark facts, section 3.4)."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from ....memory.errors import JudgeError
from ..profile import Lineage
from .cases import Family, Metric

_SHARE = re.compile(r"([1-5])\s*/\s*5")
_OUT_OF = re.compile(r"([1-5])\s*out\s+of\s+5", re.IGNORECASE)
_DIGIT = re.compile(r"\b([1-5])\b")


def single(text: str, metric: Metric, family: Family, lineage: Lineage) -> int | None:
    """The score of a call that asks for one; None where the script finds nothing.

    A null in the answer's object ends the search only in the knowledge script.
    """
    found, value = _by_object(text, f"{metric}_score")
    if value is not None or (found and family == "knowledge"):
        return value
    if family in ("multi_element", "temporal"):
        return _loose(text)
    optional = family != "knowledge" or lineage == "bagel"
    labelled = _labelled(text, metric, colon="[:：]?" if optional else "[:：]")
    return labelled if labelled is not None else _loose(text)


def dual(text: str, lineage: Lineage) -> dict[Metric, int | None]:
    """Instruction and knowledge of the call that asks for both.

    Raises:
        JudgeError: bagel's script stops at this answer, and the sample gets no record.
    """
    return _dual_upstream(text) if lineage == "upstream" else _dual_bagel(text)


def _by_object(text: str, key: str) -> tuple[bool, int | None]:
    """Whether the first flat object that mentions the key could be read, and its score."""
    try:
        held = _flat(text, key)
        return held is not None, None if held is None else _whole(held.get(key))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return False, None


def _flat(text: str, key: str) -> dict[str, Any] | None:
    for stretch in re.finditer(r"\{[^{}]*\}", text):
        if key in stretch[0]:
            held: dict[str, Any] = json.loads(stretch[0])
            return held
    return None


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _labelled(text: str, word: str, *, colon: str) -> int | None:
    label = re.compile(rf"{word}[\s_]*score\s*+{colon}\s*+([1-5])", re.IGNORECASE)
    return _first(label, text)


def _loose(text: str) -> int | None:
    """A share of five, so many out of five, or the first free-standing digit of anything."""
    for pattern in (_SHARE, _OUT_OF, _DIGIT):
        if (value := _first(pattern, text)) is not None:
            return value
    return None


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found[1]) if found else None


def _both(held: dict[str, Any]) -> dict[Metric, int | None]:
    return {
        "instruction": _whole(held.get("instruction_score")),
        "knowledge": _whole(held.get("knowledge_score")),
    }


def _dual_upstream(text: str) -> dict[Metric, int | None]:
    try:
        held = _flat(text, "instruction_score")
        if held is not None:
            return _both(held)
    except (ValueError, TypeError, OverflowError, RecursionError):
        pass  # as in the script: an object that cannot be used is the same as none
    return {
        "instruction": _labelled(text, "instruction", colon="[:：]"),
        "knowledge": _labelled(text, "knowledge", colon="[:：]"),
    }


def _dual_bagel(text: str) -> dict[Metric, int | None]:
    held = _whole_reply(text)
    if held:
        try:
            return _both(cast(dict[str, Any], held))
        except (AttributeError, ValueError, TypeError, OverflowError) as error:
            raise JudgeError(f"the official script stops at this answer: {error}") from error
    return {"instruction": _quoted(text, "instruction"), "knowledge": _quoted(text, "knowledge")}


def _whole_reply(text: str) -> object:
    """The reply as JSON, else its first balanced block of braces; None if neither can be read."""
    for candidate in _candidates(text):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None


def _candidates(text: str) -> Iterator[str]:
    yield text
    start, depth = text.find("{"), 0
    for at in range(start, len(text) if start >= 0 else start):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            yield text[start : at + 1]
            return


def _quoted(text: str, word: str) -> int | None:
    label = re.compile(rf"[\"']?{word}[\s_]*score[\"']?\s*:\s*[\"']?([1-5])", re.IGNORECASE)
    return _first(label, text)

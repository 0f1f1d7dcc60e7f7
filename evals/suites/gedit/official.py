"""The published reading of an answer, defects included (benchmark facts, section 1.4)."""

import json
import re
from dataclasses import dataclass
from random import Random
from typing import Any, cast

from ....memory.errors import JudgeError

_RATE_LIMITED = "rate_limit_exceeded"
_FENCE = "||V^=^V||"
_PAIR = re.compile(r"\[(\d+), ?(\d+)\]")
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")
_BARE_KEY = re.compile(r"(?<!\w)\w++(?=:)")
_FIELD = re.compile(r'("[^"]*"):([^,}]*)([,}])')


@dataclass(frozen=True, slots=True)
class Answer:
    """What the script holds after reading: any JSON, usually an object with `score`."""

    held: Any
    guessed: bool = False


def answer(text: str, *, last_chance: bool, guess: Random) -> Answer | None:
    """Read one answer; None where both calls are repeated.

    Raises:
        JudgeError: the text says that the judge is out of quota.
    """
    if text == _RATE_LIMITED:
        raise JudgeError("the judge answered 'rate_limit_exceeded': start the sample again")
    fenced = text.split(_FENCE)
    if len(fenced) == 3:
        return _parsed(fenced[1]) if fenced[1] else None
    start, end = text.find("{"), text.rfind("}")
    if start >= 0 and end >= 0:
        return _parsed(text[start : end + 1])
    if last_chance:  # before a bare list or number is looked for: even a good one is replaced
        return Answer({"score": [guess.randint(0, 10)]}, guessed=True)
    return _bare(text)


def _bare(text: str) -> Answer | None:
    """A list of two integers somewhere, or a text that is one integer from 0 to 10."""
    start, end = text.find("["), text.rfind("]")
    if start >= 0 and (pair := _PAIR.fullmatch(text[start : end + 1])):
        return _whole(pair[1], pair[2])
    try:
        value = int(text) if text.strip().isdecimal() else -1
    except ValueError:  # more digits than Python reads
        return None
    return Answer({"score": [value]}) if 0 <= value <= 10 else None


def _whole(*digits: str) -> Answer | None:
    try:
        return Answer({"score": [int(each) for each in digits]})
    except ValueError:
        return None


def _parsed(body: str) -> Answer | None:
    body = body.strip().replace("\r", "").replace("\n", "")
    try:
        held = json.loads(body)
        score = held["score"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return _repaired(body)
    return Answer(held if isinstance(score, list) else held | {"score": [score]})


def _repaired(body: str) -> Answer | None:
    """Quote bare keys and values once; nothing is checked afterwards, so anything may come out."""
    quoted = _BARE_KEY.sub(lambda key: f'"{key[0]}"', body)
    last = max(quoted.rfind(","), quoted.rfind("}")) + 1  # no field ends behind it: search no more
    try:
        return Answer(json.loads(_FIELD.sub(_field, quoted[:last]) + quoted[last:]))
    except (ValueError, RecursionError):
        return None


def _field(field: re.Match[str]) -> str:
    value = field[2].strip()
    if _DIGITS.fullmatch(value):
        value = f"[{value}]"
    elif value not in ("true", "false", "null"):
        value = f'"{value}"'
    return f"{field[1]}: {value}{field[3]}"


def numbers(held: object) -> tuple[float, ...]:
    """The entries of what was read, when the script can go on from them.

    Only the smallest counts there. Truth values are numbers in the script's language.

    Raises:
        JudgeError: no score, an empty one, or entries that are no numbers: the script restarts
            the sample.
    """
    score = cast(dict[str, object], held).get("score") if isinstance(held, dict) else None
    entries = cast(list[object], score) if isinstance(score, list) else []
    if not entries or not all(isinstance(each, int | float) for each in entries):
        raise JudgeError(f"the score is {score!r}: the official script restarts the sample")
    try:
        return tuple(float(cast(float, each)) for each in entries)
    except OverflowError as error:
        raise JudgeError("the score is too large for the official script") from error

"""Two numbers from 0 to 10, in the forms that models write them."""

import re

from ..memory import MalformedCritique, Score

_DIGITS = r"[0-9]{{1,6}}(?:\.[0-9]{{1,30}})?(?:[eE][-+]?[0-9]{{1,3}})?"
_OUT_OF_TEN = r"(?:\s*/\s*10(?:\.0)?)?"
_ENDS = (
    r"(?![A-Za-z])(?![0-9.%/]*[0-9%/])"  # not the head of 8.5.1, 8/100, 80%, 8px
    r"(?!\s*(?:-|–|to|or)\s*[0-9])(?!\s*out\s+of\s+(?!10\b))"  # nor of 7-8, 4 out of 5
)
_NUMBER = "(?P<{0}>" + _DIGITS + ")" + _OUT_OF_TEN + _ENDS
_KEY = r"(?<![A-Za-z_-])['\"]?(?P<name>semantic|quality)(?:[_ ]?scores?)?['\"]?\s*[:=]"
_NAMED = re.compile(_KEY + r"\s*['\"]?" + _NUMBER.format("value"), re.IGNORECASE)
_KEYED = re.compile(_KEY, re.IGNORECASE)
_PAIR = re.compile(
    r"\A[\[(]?\s*" + _NUMBER.format("a") + r"\s*,\s*" + _NUMBER.format("b") + r"\s*[\])]?\Z"
)


def read_score(text: str) -> Score | None:
    """Read a JSON object, `key: value` lines, or a list `[semantic, quality]`.

    Returns None for an empty text, so that an empty repeat of a tag does not count.

    Raises:
        MalformedCritique: a number is missing, out of range, or said twice differently.
    """
    if not text:
        return None

    if pair := _PAIR.match(text):
        return _score(float(pair["a"]), float(pair["b"]), text)

    values: dict[str, set[float]] = {"semantic": set(), "quality": set()}
    for found in _NAMED.finditer(text):
        values[found["name"].lower()].add(float(found["value"]))

    said = {name: value for name, value in values.items() if value}
    if len(said) < 2:
        raise MalformedCritique(f"the score {text[:80]!r} does not name two readable numbers")

    if any(len(value) > 1 for value in said.values()):
        raise MalformedCritique(f"the score {text[:80]!r} gives two values for one number")

    if len(_KEYED.findall(text)) > len(list(_NAMED.finditer(text))):
        raise MalformedCritique(f"the score {text[:80]!r} names a number that cannot be read")

    return _score(min(said["semantic"]), min(said["quality"]), text)


def _score(semantic: float, quality: float, text: str) -> Score:
    if not (0 <= semantic <= 10 and 0 <= quality <= 10):
        raise MalformedCritique(f"the score {text[:80]!r} is not between 0 and 10")

    return Score(semantic=semantic, quality=quality)

"""Two numbers from 0 to 10, in the forms that models write them.

Read are, after decorations such as quotes, list dashes and asterisks are put aside:

    {"semantic": 7, "quality": 8.5}      and every `key: value` list like it, one per line or not
    [7, 8.5]    (7, 8.5)    7, 8.5       semantic first, as the paper prints it

Quotes, colons, commas and brackets may be those of Chinese text; a Chinese comma is never a decimal
sign. A number is a JSON number without a sign; `7/10` and `7 out of 10` are 7. What could mean two
things is refused, because a fresh sample costs less than an invented score: `7,5` (two numbers, or
seven and a half?), other scales (`8/100`, `80 %`), ranges, words behind a number, digits of other
scripts, and any number that has no name beside those that have one.
"""

import re

from ..memory import MalformedCritique, Score

_LONGEST = 1000
"""Characters that a score may have; the longest useful one has a hundred."""

_DIGITS = r"[0-9]{1,6}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?"
_MARK = r"[\\\"'*`]{0,4}"  # quotes, escaped quotes and Markdown around a word
_NUMBER = rf"{_MARK}({_DIGITS})(?:\s{{0,4}}(?:/|out of)\s{{0,4}}10(?:\.0)?)?{_MARK}"
_NAME = rf"{_MARK}(semantic|quality)(?:[_ ]?scores?)?{_MARK}\s{{0,4}}[:=]"
_ITEM = re.compile(rf"{_NAME}{_MARK}\s*{_NUMBER}(?=\s|\Z)", re.IGNORECASE)
_OTHER = re.compile(rf"(?:[\"'][\w ]{{1,40}}[\"']|overall)\s*[:=]\s*{_NUMBER}", re.IGNORECASE)
_NAMED = re.compile(r"(?:semantic|quality)\W{0,8}(?:[_ ]?scores?\W{0,8})?[:=]", re.IGNORECASE)
_BULLET = re.compile(r"\A\s*[-•>#*]\s+")
_BETWEEN = re.compile(r"[,;\n\r{}\[\]]")
_WESTERN = str.maketrans(
    {"：": ":", "，": ", ", "、": ", ", "；": ";", "“": '"', "”": '"', "（": "(", "）": ")"}
)
_PAIRS = (
    re.compile(rf"\[\s*{_NUMBER}\s*,\s*{_NUMBER}\s*\]"),
    re.compile(rf"\(\s*{_NUMBER}\s*,\s+{_NUMBER}\s*\)"),
    re.compile(rf"{_NUMBER}\s*,\s+{_NUMBER}"),
)


def read_score(text: str) -> Score | None:
    """Read the inside of a `<score>`.

    Returns None for an empty text, so that an empty repeat of a tag does not count.

    Raises:
        MalformedCritique: a number is missing, doubtful, out of range, or said twice differently.
    """
    text = text.translate(_WESTERN).strip()
    if not text:
        return None

    if len(text) > _LONGEST:
        raise _unreadable(text, f"has {len(text)} characters, more than {_LONGEST}")

    for pair in _PAIRS:
        if found := pair.fullmatch(text):
            return _score(found[1], found[2], text)

    values = _named(text)
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise _unreadable(text, f"does not name a readable number for {' and '.join(missing)}")

    return _score(str(values["semantic"]), str(values["quality"]), text)


def _named(text: str) -> dict[str, str | None]:
    """The numbers by name. Commas, line ends and brackets part the text; every part must make sense.

    Raises:
        MalformedCritique: a part holds a number without a name, or a name without a number.
    """
    values: dict[str, str | None] = {"semantic": None, "quality": None}
    for part in _BETWEEN.split(text):
        rest = _BULLET.sub("", part, count=1).strip()
        while item := _ITEM.match(rest):
            name, value = item[1].lower(), item[2]
            before = values[name]
            if before is not None and float(before) != float(value):
                raise _unreadable(text, f"says {before} and {value} for {name}")

            values[name], rest = value, rest[item.end() :].strip()
            if rest and not _ITEM.match(rest):
                raise _unreadable(text, f"has {rest[:40]!r} behind the number for {name}")

        _refuse_doubt(rest, text)

    return values


def _refuse_doubt(rest: str, text: str) -> None:
    """Let words pass, and numbers of another name (`"overall": 7`); refuse everything else."""
    if _OTHER.fullmatch(rest) and not _NAMED.search(rest):
        return

    if _NAMED.search(rest):
        raise _unreadable(text, f"has no number that can be read in {rest[:40]!r}")

    if any(character.isnumeric() for character in rest):
        raise _unreadable(text, f"has a number without a name in {rest[:40]!r}")


def _score(semantic: str, quality: str, text: str) -> Score:
    if not (0 <= float(semantic) <= 10 and 0 <= float(quality) <= 10):
        raise _unreadable(text, "is not between 0 and 10")

    return Score(semantic=float(semantic), quality=float(quality))


def _unreadable(text: str, why: str) -> MalformedCritique:
    return MalformedCritique(f"the score {text[:80]!r} {why}")

"""How texts are shown: what changed from one instruction to the next, names, sizes, times."""

from difflib import SequenceMatcher
from typing import Literal

Mark = Literal["same", "added", "gone"]

_CONTROL_PICTURES = 0x2400  # where Unicode has signs for the characters from 0 to 31
_SIGNS = {
    **{code: chr(_CONTROL_PICTURES + code) for code in range(32) if chr(code) not in "\n\t"},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
}


def changes(before: str, after: str) -> list[tuple[Mark, str]]:
    """Return the words of both texts in order, in stretches of one kind.

    What is the same or added is `after`, white space aside; capitals and the marks at the end of a
    word are no change.
    """
    old, new = before.split(), after.split()
    found: list[tuple[Mark, str]] = []
    matcher = SequenceMatcher(None, _bare(old), _bare(new), autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found.append(("same", " ".join(new[c:d])))
            continue
        if a < b:
            found.append(("gone", " ".join(old[a:b])))
        if c < d:
            found.append(("added", " ".join(new[c:d])))
    return found


def _bare(words: list[str]) -> list[str]:
    return [word.rstrip(".,;:").lower() for word in words]


def counted(count: int, noun: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def size(count: int) -> str:
    """Bytes for a person."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{count} B" if unit == "B" else f"{amount:.3g} {unit}"


def duration(seconds: float) -> str:
    """A length of time for a person."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def visible(text: str) -> str:
    """A text of a model, a server or a file for a terminal, which would obey its control characters.

    Line breaks and tabs stay; all others are shown as signs and do nothing.
    """
    return text.translate(_SIGNS)


def clipped(text: str, width: int) -> str:
    """One line of at most so many characters."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"


def flag(satisfied: bool | None) -> str:
    """The stop flag of a thinker that gives no scores, in words."""
    return "no score" if satisfied is None else f"{'' if satisfied else 'not '}satisfied, no score"


def delta(now: float, before: float | None) -> str:
    """The change of a score, with its sign; nothing without an earlier one."""
    if before is None:
        return ""

    return f"{now - before:+.1f}".replace("+0.0", "±0.0").replace("-0.0", "±0.0")

"""The words that choose runs: `score<6 editor=retouch since:2d status:open crop`.

    status:open|done|refused|failed     editor=NAME     thinker=NAME
    score<6   score>=7.5                overall score of the best turn
    tag:NAME   tag:NAME=VALUE           session:ID
    since:2d   until:2026-11-01         s, m, h, d, w, or a date, or a moment
    anything else                       part of the instruction

Words are separated by blanks; quotes keep blanks together. All must hold.
"""

import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf, nextafter
from typing import get_args

from ..errors import SettingsError
from ..reasons import RunStatus
from .listing import RunFilter

_TERM = re.compile(r"([a-z_]+)(<=|>=|<|>|=|:)(.+)", re.DOTALL)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_KEYS = ("status", "editor", "thinker", "score", "tag", "session", "since", "until")


def parse(text: str, *, now: datetime | None = None) -> RunFilter:
    """Read a filter.

    Raises:
        SettingsError: a word is unknown, given twice, or has a value that makes no sense.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise SettingsError(f"cannot read {text!r}: {error}") from None

    found, plain = RunFilter(), list[str]()
    seen: set[str] = set()
    for word in words:
        term = _TERM.fullmatch(word)
        if term is None or term[1] not in _KEYS:
            plain.append(_plain(word, term))
            continue
        _once(seen, term)
        found = _with(found, term[1], term[2], term[3], now or datetime.now(UTC))
    return replace(found, text=" ".join(plain)) if plain else found


def _plain(word: str, term: re.Match[str] | None) -> str:
    """A word to look for; one that looks like a condition is a misspelling of one."""
    if term and term[2] in ("=", "<", ">", "<=", ">="):
        raise SettingsError(f"{word!r} is no condition; there are {', '.join(_KEYS)}")

    return word


def _once(seen: set[str], term: re.Match[str]) -> None:
    side = term[2][0] if term[1] == "score" else ""
    what = "tag" if term[1] == "session" else term[1]
    if what + side in seen:
        raise SettingsError(f"{term[0]!r}: there is a condition on {what} already")
    seen.add(what + side)


def _with(where: RunFilter, key: str, sign: str, value: str, now: datetime) -> RunFilter:
    if key != "score" and sign not in (":", "="):
        raise SettingsError(f"{key}{sign}{value} cannot be compared; write {key}:{value}")

    match key:
        case "status":
            return replace(where, status=_status(value))
        case "score":
            return _scored(where, sign, value)
        case "tag":
            name, equals, wanted = value.partition("=")
            return replace(where, label=(name, wanted if equals else None))
        case "session":
            return replace(where, label=("session", value))
        case "since":
            return replace(where, since=_moment(value, now))
        case "until":
            return replace(where, until=_moment(value, now))
        case "editor":
            return replace(where, editor=value)
        case _:
            return replace(where, thinker=value)


def _status(value: str) -> RunStatus:
    known: dict[str, RunStatus] = {status: status for status in get_args(RunStatus)}
    if status := known.get(value):
        return status

    raise SettingsError(f"no run is {value!r}; runs are {', '.join(known)}")


def _scored(where: RunFilter, sign: str, value: str) -> RunFilter:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 10:
        raise SettingsError(f"{value!r} is no score; scores go from 0 to 10")

    if sign in ("<", "<="):
        limit = nextafter(number, -inf) if sign == "<" else number
        return replace(where, best_at_most=limit)
    if sign in (">", ">="):
        limit = nextafter(number, inf) if sign == ">" else number
        return replace(where, best_at_least=limit)
    return replace(where, best_at_least=number, best_at_most=number)


def _moment(value: str, now: datetime) -> datetime:
    ago = re.fullmatch(r"(\d{1,12})([smhdw])", value)
    try:
        if ago:
            return now - timedelta(seconds=int(ago[1]) * _UNITS[ago[2]])
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):  # too long ago, too
        raise SettingsError(
            f"{value[:40]!r} is no time; write 2d, 3h, 2026-11-01 or 2026-11-01T10:00"
        ) from None

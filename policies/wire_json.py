"""A whole critique as one JSON object, which models write although they are asked for tags.

    {"think": "…", "score": {"semantic": 7, "quality": 8.5}, "answer": "make the sky bluer"}

Read is an object with `answer` and either `score` (an object, a list of two, or a text) or both
`semantic` and `quality`; `think` may be missing. Other spellings of these names are not guessed.
"""

import json
from dataclasses import dataclass
from typing import Any, cast

from ..memory import MalformedCritique

_NAMES = frozenset({"think", "score", "answer", "semantic", "quality"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The three parts as texts, to be read like those between tags."""

    think: str
    score: str
    answer: str


def parts_of(text: str) -> Parts | None:
    """Return the parts of an object that is all of the text; None where it is none with an answer.

    Raises:
        MalformedCritique: it is one, and says something twice or as something else than a text.
    """
    if not (text.startswith("{") and text.endswith("}")):
        return None

    try:
        pairs: Any = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None

    found = _once(cast("_Pairs", pairs))
    if "answer" not in found:
        return None

    return Parts(
        think=_text(found, "think"),
        score=_score(found),
        answer=_text(found, "answer"),
    )


class _Pairs(list[tuple[str, Any]]):
    """An object with its repetitions."""


def _once(pairs: _Pairs) -> dict[str, Any]:
    """Names in lower case, each once.

    Raises:
        MalformedCritique: a name that matters is there twice.
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name.lower() in found and name.lower() in _NAMES:
            raise MalformedCritique(f"the answer says {name!r} twice")

        found[name.lower()] = value

    return found


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise MalformedCritique(f"{name!r} is a JSON {type(value).__name__}, and no text")

    return value.strip()


def _score(found: dict[str, Any]) -> str:
    """The score as a text that `numbers.read_score` reads, or refuses."""
    value = found.get("score")
    if isinstance(value, str):
        return value

    if value is None:
        value = _Pairs((name, found[name]) for name in ("semantic", "quality") if name in found)

    if isinstance(value, _Pairs):
        return ", ".join(f"{json.dumps(name)}: {_plain(each)}" for name, each in value)

    if isinstance(value, list):
        return f"[{', '.join(_plain(each) for each in cast('list[object]', value))}]"

    return json.dumps(value)


def _plain(value: object) -> str:
    """A number or a text; what is nested deeper is no score."""
    return "…" if isinstance(value, list) else json.dumps(value)

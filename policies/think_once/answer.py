"""How a rewriter's answer is read: one JSON object with the key `Rewritten`."""

import json
import re
from typing import Any, cast

from ...memory import MalformedCritique
from .. import wire

KEY = "Rewritten"

_FENCE = re.compile(r"```[a-zA-Z]*[ \t]*\n(.*?)```", re.DOTALL)


def read(text: str) -> str:
    """Return the instruction in one line, as the official script makes it.

    A code fence, and words around the object, are tolerated; another key or a value that is no text
    is not guessed at.

    Raises:
        MalformedCritique: there is no such object, or it holds no instruction.
    """
    fenced = _FENCE.search(text)
    found = _object(fenced[1] if fenced else text)
    value = found.get(KEY) if found else None
    if not isinstance(value, str):
        raise MalformedCritique(f"the answer holds no JSON object with a text for {KEY!r}")

    line = " ".join(value.split())
    if strange := wire.UNWRITABLE.search(line):
        raise MalformedCritique(f"the answer holds {strange[0]!r}, which is no character of a text")

    if not wire.is_visible(line):
        raise MalformedCritique(f"the answer leaves {KEY!r} empty")

    return line


def _object(text: str) -> dict[str, Any] | None:
    """The object that begins with the first brace."""
    start = text.find("{")
    if start < 0:
        return None

    try:
        found, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None

    return cast("dict[str, Any]", found)

"""All phrases in one table, made of the tables of words."""

from collections.abc import Iterable, Iterator
from typing import Final

from .items import Kind
from .looks import LOOK_WORDS
from .places import HUES, OTHER_AREAS, POSITIONS, SIDES
from .vocabulary import CHANGES, COMPLAINTS, CURVE_CHANNELS, GEOMETRY, TARGETS
from .words import (
    KEPT,
    LEVELS,
    NEGATIONS,
    NOISE,
    OUTSIDE,
    PREPOSITIONS,
    SEPARATORS,
    TOUCH,
    VERBS,
)

Phrase = tuple[str, ...]


def phrases_of(text: str) -> list[Phrase]:
    """Split one line of a table: "bit, a bit" are two phrases."""
    return [tuple(phrase.split()) for phrase in text.split(",") if phrase.strip()]


def _table(
    kind: Kind, rows: Iterable[tuple[str, str]], mark: str = ""
) -> Iterator[tuple[Phrase, tuple[Kind, str]]]:
    for key, text in rows:
        for phrase in phrases_of(text):
            yield phrase, (kind, key + mark)


def _all() -> Iterator[tuple[Phrase, tuple[Kind, str]]]:
    yield from _table("noise", [("", NOISE)])
    yield from _table("level", LEVELS.items())
    yield from _table("prep", PREPOSITIONS.items())
    yield from _table("sep", SEPARATORS.items())
    yield (",",), ("sep", ",")
    yield ("\n",), ("sep", ".")
    yield from _table("area", OTHER_AREAS.items())
    yield from _table("area", POSITIONS.items())
    yield from _table("side", SIDES.items())
    yield from _table("hue", HUES.items())
    yield from _table("target", TARGETS.items())
    yield from _table("change", CHANGES.items())
    yield from _table("change", COMPLAINTS.items(), "!")
    yield from _table("word", GEOMETRY.items())
    yield from _table("word", CURVE_CHANNELS.items(), " channel")
    yield from _table("look", LOOK_WORDS.items())
    yield from _table("outside", [("outside", OUTSIDE)])
    yield from _table("verb", VERBS.items())
    yield from _table("verb", NEGATIONS.items())
    yield from _table("verb", [("touch", TOUCH), ("kept", KEPT)])


ENTRIES: Final = tuple(_all())
"""Every phrase with what it means; a phrase that stands in two tables has the last meaning."""

PHRASES: Final[dict[Phrase, tuple[Kind, str]]] = dict(ENTRIES)
LONGEST: Final = max(map(len, PHRASES))

"""Items to segments: where one wish ends and the next begins."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from .clause import Segment
from .items import Item
from .words import NEGATIONS

_RANK: Final = {"": 0, ",": 1, "and": 2, "but": 3, "then": 4, ".": 5}
_ALIKE: Final = ("target", "hue", "area", "side", "number", "colour")


def split(items: Sequence[Item]) -> list[Segment]:
    """Split at joints and before negations. Segments of noise only are left out."""
    segments: list[Segment] = []
    joint, run = "", list[Item]()
    for item in items:
        negates = item.kind == "verb" and item.key in NEGATIONS
        continues = bool(run) and run[-1].kind == "verb" and run[-1].key in NEGATIONS
        if item.kind == "sep" or (negates and not continues and _read(run)):
            _close(segments, run, joint)
            new = item.key if item.kind == "sep" else ""
            joint = new if _read(run) or _RANK[new] > _RANK[joint] else joint
            run = []
        if item.kind != "sep":
            run.append(item)
    _close(segments, run, joint)
    return segments


def _read(run: Sequence[Item]) -> bool:
    return any(item.kind != "noise" for item in run)


def _close(segments: list[Segment], run: list[Item], joint: str) -> None:
    if _read(run):
        items = tuple(item for item in run if item.kind != "noise")
        segments.append(Segment(items, joint, run[0].start, run[-1].end))


def joined(segments: Sequence[Segment]) -> Segment:
    """One segment of several, with the joints kept inside."""
    items = list(segments[0].items)
    for one, other in pairwise(segments):
        items += [Item("sep", other.joint, one.end, other.start), *other.items]
    return replace(segments[0], items=tuple(items), end=segments[-1].end)


def continues(first: Segment, before: Segment, after: Segment) -> bool:
    """Whether two segments may be one list: "the shadows" and "highlights", "10% off the top" ..."""
    if after.joint not in (",", "and"):
        return False
    head = next((kind for kind in after.kinds() if kind != "prep"), "")
    tail = before.kinds()[-1]
    if {"crop", "cut"} & set(first.keys("verb")):
        return set(after.kinds()) <= {"number", "side", "prep", "word"} and head in (
            "number",
            "side",
        )
    return head == tail and head in _ALIKE


def split_at_with(segment: Segment) -> list[Segment]:
    """Split "black and white with more contrast" in two; nothing where there is no "with"."""
    places = [n for n, i in enumerate(segment.items) if (i.kind, i.key) == ("prep", "with")]
    if not places or not 0 < places[0] < len(segment.items) - 1:
        return []
    at = places[0]
    before, after = segment.items[:at], segment.items[at + 1 :]
    return [
        replace(segment, items=before, end=before[-1].end),
        replace(segment, items=after, joint="and", start=after[0].start),
    ]

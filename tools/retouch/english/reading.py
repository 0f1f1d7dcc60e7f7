"""Plain English to operations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ....memory import InputError
from ..photometric import Photometric
from ..recipe import Operation
from ..region import Region
from .clause import Clause, Segment
from .colour import read_band, read_curve, read_fixed, read_look, read_towards
from .framing import read_border, read_crop, read_pad, read_trim
from .geometry import read_flip, read_resize, read_text, read_turn
from .items import Item, Strength
from .looks import LOOKS
from .regions import confined
from .slots import Slots, fill
from .splitter import continues, joined
from .tonal import read_change, read_stops, read_target
from .tries import Unread

_SHAPES: Final[tuple[Callable[[Sequence[Item]], tuple[Operation, ...]], ...]] = (
    read_text,
    read_border,
    read_trim,
    read_crop,
    read_pad,
    read_turn,
    read_flip,
    read_resize,
)
_LIGHTS: Final[tuple[Callable[[Slots, Sequence[Item]], tuple[Operation, ...]], ...]] = (
    read_fixed,
    read_curve,
    read_band,
    read_towards,
    read_look,
    read_change,
    read_target,
    read_stops,
)
_EXACT: Final = ("number", "ratio", "size", "params", "point")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one segment, or a list of segments, came to."""

    segment: Segment
    items: tuple[Item, ...]
    """With what was understood from the clause before."""

    operations: tuple[Operation, ...]
    sentence: int = 0

    @property
    def level(self) -> Strength | None:
        """The degree that was named."""
        levels = [item for item in self.items if item.kind == "level"]
        return fill(levels).level if levels else None

    @property
    def vague(self) -> bool:
        """Whether the wish has a degree and no number."""
        kinds = {item.kind for item in self.items}
        verbs = {item.key for item in self.items if item.kind == "verb"}
        degreeless = all(
            op.op in _FIXED or not isinstance(op, Photometric) for op in self.operations
        )
        return not (kinds & set(_EXACT) or verbs & {"double", "triple", "halve"} or degreeless)

    @property
    def look(self) -> bool:
        """Whether it came from a vague look."""
        return any((item.kind, item.key) in _LOOKS for item in self.items)

    def confined(self, region: Region) -> "Reading":
        """The same, further confined.

        Raises:
            Unread: an operation acts on the whole picture.
        """
        parts: list[Operation] = []
        for one in self.operations:
            if not isinstance(one, Photometric):
                raise Unread(f"{one.op.replace('_', ' ')} acts on the whole picture")
            parts.append(confined(one, region))
        return replace(self, operations=tuple(parts))

    def clause(self, text: str) -> Clause:
        """The public record of it."""
        words = text[self.segment.start : self.segment.end].strip()
        strength = (self.level or "moderate") if self.vague else None
        return Clause(words, self.operations, not self.vague, strength)


_LOOKS: Final = {("look", key) for key in LOOKS} | {("verb", "improve")}
_FIXED: Final = ("grayscale", "invert", "posterize")


def attempt(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Try every reader in turn.

    Raises:
        Unread: none of them understands all of it; the advice is the first that one gave.
        InputError: it is understood, and a number is impossible.
    """
    advice = ""
    try:
        slots = fill(items)
    except Unread as error:
        slots, advice = None, error.advice
    for shape in _SHAPES:
        try:
            return shape(items)
        except Unread as error:
            advice = advice or error.advice
    for light in _LIGHTS if slots else ():
        try:
            return light(slots, items) if slots else ()
        except Unread as error:
            advice = advice or error.advice
    raise Unread(advice)


def read_next(
    segments: Sequence[Segment], at: int, last: Reading | None, text: str
) -> tuple[Reading, int]:
    """Read a clause of the text from segment `at` on; return it and how many segments it took.

    Raises:
        Unread: no reader understands it.
        InputError: it is understood, and a number is impossible.
    """
    advice = ""
    shared = None if _commands(segments[at], text) else last
    for taken in range(_list_length(segments, at), 0, -1):
        whole = joined(segments[at : at + taken])
        for items in _completions(whole, shared):
            try:
                return Reading(whole, items, attempt(items)), taken
            except Unread as error:
                advice = advice or error.advice
            except InputError:
                if items == whole.items:
                    raise  # what was added from the clause before made it impossible, else
    raise Unread(advice)


_IMPERATIVES: Final = frozenset(
    [
        "blur",
        "brighten",
        "darken",
        "defocus",
        "denoise",
        "desaturate",
        "flatten",
        "illuminate",
        "invert",
        "lighten",
        "mute",
        "negate",
        "oversaturate",
        "posterise",
        "posterize",
        "reduce",  # "reduce the noise"
        "remove",
        "saturate",
        "sharpen",
        "soften",
    ]
)


def _commands(segment: Segment, text: str) -> bool:
    """Whether it is an order of its own ("brighten by 5%"), and not more about the object before
    ("make the reds stronger and brighter")."""
    spoken = [text[item.start : item.end] for item in segment.items if item.kind == "change"]
    return any(words.lower().split()[0] in _IMPERATIVES for words in spoken)


def _list_length(segments: Sequence[Segment], at: int) -> int:
    taken = 1
    while at + taken < len(segments) and taken < 8:
        if not continues(segments[at], segments[at + taken - 1], segments[at + taken]):
            break
        taken += 1
    if _own_sign(segments[at + taken - 1]) and {"verb", "change"} & set(segments[at].kinds()):
        return 1
    return taken


def _own_sign(segment: Segment) -> bool:
    """ "lift the shadows, highlights -20": a sign says that the verb before is not shared."""
    return any(item.number is not None and item.number.signed for item in segment.items)


def _completions(segment: Segment, last: Reading | None) -> Iterable[tuple[Item, ...]]:
    """The items of a segment, first with what it may share with the clause before it."""
    kinds = set(segment.kinds())
    weak = segment.joint in (",", "and", "but") and last is not None
    if weak and last and _describes(segment) and _has_object(last):
        yield (
            *_kept(last, ("verb", "target", "hue", "area", "outside", "prep", "side")),
            *segment.items,
        )
    elif weak and last and _describes(segment) and (shared := _kept(last, ("verb",))):
        yield (*shared, *segment.items)
    yield segment.items
    if (
        weak
        and last
        and not kinds & {"verb", "change", "look"}
        and kinds & {"target", "hue", "area", "side"}
    ):
        yield (*_kept(last, ("verb", "change"), every=True), *segment.items)


def _describes(segment: Segment) -> bool:
    return set(segment.kinds()) <= {"change", "level", "verb", "number", "prep"} and (
        "change" in segment.kinds() and set(segment.keys("verb")) <= {"more", "less", "too"}
    )


def _has_object(last: Reading) -> bool:
    kinds = {item.kind for item in last.items}
    return bool(kinds & {"target", "hue", "area"}) and bool(_kept(last, ("verb",)))


def _kept(last: Reading, kinds: Sequence[str], every: bool = False) -> tuple[Item, ...]:
    """What the next clause shares with the last: its verbs and its objects."""
    shared = ("make", "be", "too", "should")
    wanted = [item for item in last.items if item.kind in kinds]
    verbs = [item for item in wanted if item.kind != "verb" or every or item.key in shared]
    if not every and not any(item.kind == "verb" for item in verbs):
        return ()
    return tuple(verbs)

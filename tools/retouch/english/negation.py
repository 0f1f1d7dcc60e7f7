"""What shall stay as it is: "don't touch the sky", "leave the reds alone", "no vignette"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..region import HueName, Region
from .clause import Segment
from .framing import keys
from .items import Item
from .places import HUES
from .regions import TONAL, hue_region, neither, place_of, read_places
from .tries import Unread
from .words import NEGATIONS

_COLOUR: Final = frozenset(
    [
        "temperature",
        "tint",
        "saturation",
        "vibrance",
        "hue",
        "hue_band",
        "grayscale",
        "sepia",
        "invert",
    ]
)
_CROPS: Final = frozenset({"crop_box", "crop_aspect", "trim", "straighten"})
_SIZES: Final = _CROPS | {"resize", "border", "pad_aspect", "rotate"}
_VETOES: Final[dict[str, frozenset[str]]] = {
    "colour": _COLOUR,
    "saturation": frozenset({"saturation", "vibrance", "grayscale", "sepia"}),
    "brightness": frozenset({"brightness", "exposure"}),
    "exposure": frozenset({"brightness", "exposure"}),
    "size": _SIZES,
    "canvas": _SIZES,
    "width": _SIZES,
    "height": _SIZES,
    "composition": _CROPS | {"pad_aspect", "border"},
    "noise": frozenset({"denoise", "grain"}),
    "border": frozenset({"border", "pad_aspect"}),
    "text": frozenset({"text"}),
    "crop": _CROPS,
    "cut": _CROPS,
    "trim": frozenset({"trim"}),
    "rotate": frozenset({"rotate", "straighten"}),
    "straighten": frozenset({"straighten"}),
    "flip": frozenset({"flip"}),
    "resize": frozenset({"resize"}),
    "enlarge": frozenset({"resize"}),
    "shrink": frozenset({"resize"}),
    "pad": frozenset({"pad_aspect"}),
}
_SELF: Final = frozenset(
    [
        "contrast",
        "highlights",
        "shadows",
        "whites",
        "blacks",
        "temperature",
        "tint",
        "vibrance",
        "hue",
        "clarity",
        "sharpen",
        "denoise",
        "blur",
        "vignette",
        "grain",
        "sepia",
        "grayscale",
        "invert",
        "curve",
        "posterize",
    ]
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """What an instruction forbids."""

    segment: Segment
    region: Region | None = None
    """Where the other operations may still act."""

    vetoed: frozenset[str] = frozenset()
    """Operations that must not happen."""

    everything: bool = False
    """Nothing at all may change."""


def forbids(segment: Segment) -> bool:
    """Whether a segment begins with a negation."""
    first = segment.items[0]
    return first.kind == "verb" and first.key in NEGATIONS


def read_constraint(segment: Segment) -> Constraint:
    """Read a negation.

    Raises:
        Unread: it names something that is neither a place, a hue nor an operation.
    """
    kept = segment.items[0].key == "keep"
    rest = [item for item in segment.items if not _joint(item)]
    if any(item.kind in ("number", "params", "ratio", "size", "quote") for item in rest):
        raise Unread("say what to leave alone without a number")
    if {"slight", "moderate"} & set(keys(segment.items, "level")) or (
        not kept and keys(segment.items, "level")
    ):
        raise Unread("something is left alone or it is not; a degree has no meaning there")
    _check_verbs(rest, kept)
    named = [item for item in rest if item.kind in ("target", "change", "word", "look")]
    touched = kept or any(_is_touch(item) for item in rest)
    regions = _regions(segment.items, named if touched else ())
    vetoes = [item for item in named if not (touched and _tonal(item))]
    verbs = [item for item in rest if item.kind == "verb" and item.key in _VETOES]
    if regions and (vetoes or verbs):
        raise Unread("forbid a place or an operation, not both at once")
    if regions:
        return Constraint(segment, region=neither(regions))
    if not (vetoes or verbs):
        if kept:
            return Constraint(segment, everything=True)
        raise Unread("say what to leave alone")
    forbidden = frozenset[str]().union(*(_veto(item) for item in [*vetoes, *verbs]))
    return Constraint(segment, vetoed=forbidden)


def _joint(item: Item) -> bool:
    return item.kind in ("sep", "prep", "level")


def _is_touch(item: Item) -> bool:
    return item.kind == "verb" and item.key in ("touch", "set", "kept")


def _check_verbs(items: Sequence[Item], kept: bool) -> None:
    allowed = {*NEGATIONS, "kept"} | ({"be"} if kept else {"touch", "set", "make", "add", "turn"})
    spare = [key for key in keys(items, "verb") if key not in allowed and key not in _VETOES]
    double = sum(key in NEGATIONS for key in keys(items, "verb")) > 1
    if spare or double or (kept and set(keys(items, "verb")) & set(_VETOES)):
        raise Unread("say what to leave alone")


def _tonal(item: Item) -> bool:
    return item.kind == "target" and item.key in TONAL


def _regions(items: Sequence[Item], named: Sequence[Item]) -> list[Region]:
    """All places, hues and tonal ranges that a negation lists."""
    found = [region for item in items if (region := place_of(item))]
    nested = any(item.kind in ("open", "outside", "params") for item in items)
    if len(found) > 1 and nested:
        found = [region for region in [read_places(items)[1]] if region]
    elif nested:
        rest, region = read_places(items)
        if region is None or any(item.kind in ("open", "close", "outside") for item in rest):
            raise Unread
        found = [region]
    bands: list[HueName] = [hue for hue in HUES if hue in keys(items, "hue")]
    tones = [TONAL[item.key] for item in named if _tonal(item)]
    if any(item.kind in ("colour", "point", "ratio") for item in items):
        raise Unread("a colour is left alone as 'the reds' or 'the red areas'")
    return [*found, *(hue_region(hue) for hue in bands), *tones]


def _veto(item: Item) -> frozenset[str]:
    name = item.key.rstrip("!").rstrip("+-")
    if item.kind == "change":
        name = {"noise": "denoise"}.get(name, name)
    if name in _VETOES and item.kind != "look":
        return _VETOES[name]
    if name in _SELF and item.kind in ("target", "change"):
        return frozenset({name})
    raise Unread("that cannot be forbidden")

"""Readers for cropping, trimming, borders and padding."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ..geometric import CropBox
from ..recipe import Operation
from ..region import Box, Position, Region
from .building import operation
from .items import Item, Quantity
from .places import COLOURS
from .tries import Unread

_HALVES: Final[dict[str, tuple[float, float, float, float]]] = {
    "top half": (0, 0, 1, 0.5),
    "bottom half": (0, 0.5, 1, 1),
    "left half": (0, 0, 0.5, 1),
    "right half": (0.5, 0, 1, 1),
    "top third": (0, 0, 1, 0.3333),
    "middle third": (0, 0.3333, 1, 0.6667),
    "bottom third": (0, 0.6667, 1, 1),
    "left third": (0, 0, 0.3333, 1),
    "centre third": (0.3333, 0, 0.6667, 1),
    "right third": (0.6667, 0, 1, 1),
    "top left": (0, 0, 0.5, 0.5),
    "top right": (0.5, 0, 1, 0.5),
    "bottom left": (0, 0.5, 0.5, 1),
    "bottom right": (0.5, 0.5, 1, 1),
}
_CROP_ADVICE: Final = "say what to crop to: a ratio such as 4:5, or per cent of a side"
_PIXELS: Final = "pixels are not understood here; give per cent of the picture"


def keys(items: Sequence[Item], *kinds: str) -> list[str]:
    """The keys of the items of these kinds."""
    return [item.key for item in items if item.kind in kinds]


def core(items: Sequence[Item], *kinds: str) -> list[Item]:
    """The items without joints; all of them are of these kinds.

    Raises:
        Unread: there is an item of another kind.
    """
    rest = [item for item in items if item.kind not in ("sep", "prep")]
    if any(item.kind not in kinds for item in rest):
        raise Unread
    return rest


def ratio_of(items: Sequence[Item]) -> tuple[float, float] | None:
    """A ratio by numbers or by name; "portrait 3:2" is 2:3.

    Raises:
        Unread: more than one ratio, or only an orientation.
    """
    pairs = [item.pair for item in items if item.kind in ("ratio", "number") and item.pair]
    words = [word for word in keys(items, "word") if word in _RATIOS or word in _ORIENTATIONS]
    pairs += [_RATIOS[word] for word in words if word in _RATIOS]
    turned = [word for word in words if word in _ORIENTATIONS]
    if len(pairs) > 1 or len(turned) > 1:
        raise Unread("give one ratio")
    if not pairs:
        if turned:
            raise Unread("give the ratio too: 'portrait 2:3'")
        return None
    one, other = float(pairs[0][0]), float(pairs[0][1])
    if turned:
        one, other = sorted((one, other), reverse=turned == ["landscape"])
    return one, other


_RATIOS: Final = {
    "square": (Decimal(1), Decimal(1)),
    "widescreen": (Decimal(16), Decimal(9)),
}
_ORIENTATIONS: Final = ("portrait", "landscape")


def read_crop(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read every way to crop.

    Raises:
        Unread: the clause is of another kind.
    """
    rest = core(items, "verb", "ratio", "word", "number", "area", "side", "target", "level")
    verbs = keys(rest, "verb")
    if not set(verbs) <= {"crop", "cut", "down", "make", "remove", "set"}:
        raise Unread
    targets = keys(rest, "target")
    if targets not in ([], ["composition"]):
        raise Unread
    ratio = ratio_of(rest)
    if ratio is not None:
        if "crop" not in verbs and not set(verbs) <= {"make", "set"}:
            raise Unread
        if "number" in {item.kind for item in rest} and "crop" not in verbs:
            raise Unread
        if len(verbs) > 1 or set(keys(rest, "word")) - {*_RATIOS, *_ORIENTATIONS}:
            raise Unread
        return (operation("crop_aspect", ratio=ratio, anchor=_anchor(rest)),)
    if targets or verbs not in (["crop"], ["cut"], ["down"], ["remove"]) or keys(rest, "level"):
        raise Unread(_CROP_ADVICE if set(verbs) & {"crop", "cut"} else "")
    if not set(verbs) & {"crop", "cut"} and not keys(rest, "side", "word"):
        raise Unread
    keep = any(a.kind == "prep" and a.key == "to" for a in items) and "crop" in verbs
    return (_cut(rest, keep),)


def _anchor(items: Sequence[Item]) -> str:
    places = [item.key for item in items if item.kind in ("area", "side")]
    numbers = [item for item in items if item.kind == "number" and not item.pair]
    if len(places) > 1 or numbers or keys(items, "level"):
        raise Unread
    return places[0] if places else "centre"


def _cut(items: Sequence[Item], keep: bool) -> Operation:
    areas = [item for item in items if item.kind == "area" and item.area is not None]
    numbers = [item.number for item in items if item.kind == "number" and item.number]
    sides = keys(items, "side") + keys(items, "word")
    if len(areas) == 1 and not numbers and not sides and areas[0].area is not None:
        if not keep:
            raise Unread("say 'crop to' that part to keep it")
        return _box(areas[0].area)
    if areas or not numbers or not sides or items[-1].kind not in ("number", "side", "word"):
        raise Unread(_CROP_ADVICE)
    return _margins(items, keep)


def _box(region: Region) -> Operation:
    if isinstance(region, Position) and region.name in _HALVES:
        left, top, right, bottom = _HALVES[region.name]
        return CropBox(left=left, top=top, right=right, bottom=bottom)
    if isinstance(region, Box) and region.feather == Box.model_fields["feather"].default:
        return CropBox(left=region.left, top=region.top, right=region.right, bottom=region.bottom)
    raise Unread("crop to a half, a third, a quarter or a box")


def _margins(items: Sequence[Item], keep: bool) -> Operation:
    """Take a margin off some sides: "10% off the top and 5% off the left"."""
    margins: dict[str, Decimal] = {}
    for share, sides in _pairs(items):
        for side in sides:
            if side in margins:
                raise Unread
            margins[side] = share
    if keep:
        if len(margins) != 1 or set(margins) - {"left", "right", "top", "bottom"}:
            raise Unread
        ((side, share),) = margins.items()
        other = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[side]
        margins = {other: 1 - share}
    left, top = (float(margins.get(side, Decimal(0))) for side in ("left", "top"))
    right, bottom = (float(1 - margins.get(side, Decimal(0))) for side in ("right", "bottom"))
    return operation("crop_box", left=left, top=top, right=right, bottom=bottom)


def _pairs(items: Sequence[Item]) -> list[tuple[Decimal, list[str]]]:
    """Each number with its sides; the sides stand all before or all behind their number."""
    marks = [item for item in items if item.kind in ("number", "side", "word")]
    if marks and marks[0].kind != "number":
        marks.reverse()
    found: list[tuple[Decimal, list[str]]] = []
    for item in marks:
        if item.kind == "number" and item.number:
            found.append((_share(item.number), []))
        else:
            found[-1][1].extend(_sides(item))
    if any(not sides for _, sides in found):
        raise Unread("say off which side")
    return found


def _sides(item: Item) -> list[str]:
    if item.kind == "side":
        return [item.key]
    if item.kind == "word" and item.key == "each side":
        return ["left", "top", "right", "bottom"]
    if item.kind == "word":
        raise Unread
    return []


def _share(number: Quantity) -> Decimal:
    if number.unit == "px":
        raise Unread(_PIXELS)
    share = number.value.scaleb(-2) if number.unit == "%" else number.value
    if number.unit not in ("%", "part", "") or (number.unit == "" and share >= 1):
        raise Unread("give per cent of the picture")
    if number.signed:
        raise Unread
    return share


def read_trim(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "trim the borders", "remove the black border".

    Raises:
        Unread: the clause is of another kind.
    """
    rest = core(items, "verb", "target", "colour", "params")
    verbs, targets = keys(rest, "verb"), keys(rest, "target")
    if targets not in ([], ["border"]) or len(keys(rest, "colour")) > 1:
        raise Unread
    if verbs not in (["trim"], ["remove"], ["crop"], ["cut"]) or (
        verbs != ["trim"] and not targets
    ):
        raise Unread
    return (operation("trim", **share_param(rest, "tolerance")),)


def share_param(items: Sequence[Item], name: str) -> dict[str, object]:
    """The one parameter in parentheses that is understood, as a fraction.

    Raises:
        Unread: there is another.
    """
    groups = [item.params for item in items if item.kind == "params"]
    if not groups:
        return {}
    value = groups[0].get(name)
    if len(groups) > 1 or set(groups[0]) != {name} or not isinstance(value, Quantity):
        raise Unread
    return {name: value.share}


def colour_of(items: Sequence[Item]) -> str | None:
    """The colour of a border or of letters.

    Raises:
        Unread: two colours.
    """
    found = keys(items, "colour")
    if len(found) > 1:
        raise Unread("give one colour")
    if found and not found[0].startswith("#") and found[0] not in COLOURS:
        raise Unread
    return COLOURS.get(found[0], found[0]) if found else None


_WIDTHS: Final[dict[str, float]] = {"thin": 0.01, "thick": 0.05}
_VERY: Final[dict[str, float]] = {"thin": 0.005, "thick": 0.1}


def read_border(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "add a thin white border", "5% black frame".

    Raises:
        Unread: the clause is of another kind.
    """
    rest = core(items, "verb", "target", "colour", "number", "word", "level")
    if keys(rest, "target") != ["border"] or not set(keys(rest, "verb")) <= {"add", "make"}:
        raise Unread
    fields = _width(rest)
    if colour := colour_of(rest):
        fields["colour"] = colour
    return (operation("border", **fields),)


def _width(items: Sequence[Item]) -> dict[str, object]:
    numbers = [item.number for item in items if item.kind == "number" and item.number]
    words, levels = keys(items, "word"), keys(items, "level")
    table = _VERY if levels == ["strong"] else _WIDTHS
    known = set(words) <= set(table) and (not levels or (levels == ["strong"] and words))
    if len(numbers) + len(words) > 1 or not known:
        raise Unread("give one width: thin, thick or per cent of the shorter side")
    if numbers:
        return {"width": float(_share(numbers[0]))}
    return {"width": table[words[0]]} if words else {}


def read_pad(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "pad to 16:9 with black".

    Raises:
        Unread: the clause is of another kind.
    """
    rest = core(items, "verb", "colour", "ratio", "number", "word", "target")
    ratio = ratio_of(rest)
    extra = [item for item in rest if item.kind == "number" and not item.pair]
    if (
        keys(rest, "verb") != ["pad"]
        or extra
        or keys(rest, "target") not in ([], ["canvas"], ["border"])
    ):
        raise Unread
    if ratio is None:
        raise Unread("say which ratio to pad to: 'pad to 1:1 with white'")
    if set(keys(rest, "word")) - {"square", "widescreen", "portrait", "landscape"}:
        raise Unread
    colour = colour_of(rest)
    return (operation("pad_aspect", ratio=ratio, **({"colour": colour} if colour else {})),)

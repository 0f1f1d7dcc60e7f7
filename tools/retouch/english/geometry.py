"""Readers for turning, mirroring, scaling and writing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ....memory import InputError
from ..recipe import Operation
from .building import operation
from .framing import colour_of, core, keys, share_param
from .items import Item, Quantity
from .tries import Unread

_WAYS: Final = {"clockwise": 1, "right": 1, "anticlockwise": -1, "left": -1}


def _numbers(items: Sequence[Item]) -> list[Quantity]:
    return [item.number for item in items if item.kind == "number" and item.number]


def read_turn(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "rotate left", "rotate by 90 degrees", "straighten by 2 degrees clockwise".

    Raises:
        Unread: the clause is of another kind.
        InputError: an angle that neither a quarter turn nor straightening covers.
    """
    rest = core(items, "verb", "number", "word", "side", "target")
    verbs, words = keys(rest, "verb"), keys(rest, "word", "side")
    if (
        words == ["upside down"]
        and set(verbs) <= {"make", "turn", "rotate", "flip"}
        and len(rest) == len(words) + len(verbs)
    ):
        return (operation("rotate", degrees=180),)
    if verbs == ["straighten"]:
        words = [word for word in words if word != "horizon"]
    if len(verbs) != 1 or verbs[0] not in ("rotate", "straighten", "turn") or keys(rest, "target"):
        raise Unread
    ways = [_WAYS[word] for word in words if word in _WAYS]
    turns = [word for word in words if word in ("quarter", "half turn")]
    numbers = _numbers(rest)
    if len(ways) > 1 or len(numbers) + len(turns) > 1 or len(ways) + len(turns) < len(words):
        raise Unread
    return (_turn(verbs[0], ways[0] if ways else 0, turns, numbers),)


def _turn(verb: str, way: int, turns: list[str], numbers: list[Quantity]) -> Operation:
    if verb == "straighten" and not numbers:
        raise Unread("give the angle: 'straighten by 2 degrees clockwise'")
    if not numbers:
        if not way and turns != ["half turn"]:
            raise Unread("say which way, or by how many degrees")
        return operation("rotate", degrees=180 if turns == ["half turn"] else 90 * way % 360)
    number = numbers[0]
    if number.unit not in ("deg", "") or (number.signed and way):
        raise Unread("give the angle in degrees, and its direction once")
    degrees = float(number.value) * (way or 1)
    if verb != "straighten" and degrees % 90 == 0 and degrees:
        return operation("rotate", degrees=int(degrees % 360))
    if abs(degrees) > 45:
        raise InputError(
            f"cannot turn by {degrees:g} degrees: rotate by 90, 180 or 270, "
            "or straighten by -45 to 45"
        )
    return operation("straighten", degrees=degrees)


def read_flip(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "flip horizontally", "mirror it".

    Raises:
        Unread: the clause is of another kind.
    """
    rest = core(items, "verb", "word")
    words = keys(rest, "word")
    if keys(rest, "verb") != ["flip"] or len(words) > 1:
        raise Unread
    if words not in (["horizontal"], ["vertical"]):
        raise Unread("say 'horizontally' or 'vertically'")
    return (operation("flip", axis=words[0]),)


_SIDES: Final = {
    "wide": "width",
    "width": "width",
    "high": "height",
    "height": "height",
    "on the long side": "long_side",
    "long side": "long_side",
}


def read_resize(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read "resize to 1024 pixels wide", "to 800x600", "half the size", "shrink by 20%".

    Raises:
        Unread: the clause is of another kind.
    """
    rest = core(items, "verb", "number", "size", "word", "target")
    verbs, words = keys(rest, "verb"), keys(rest, "word", "target")
    if set(verbs) - {"resize", "enlarge", "shrink", "make", "set", "down", "up", "double", "halve"}:
        raise Unread
    numbers, sizes = _numbers(rest), [item.pair for item in rest if item.kind == "size"]
    named = [_SIDES[word] for word in words if word in _SIDES]
    plain = [word for word in words if word not in _SIDES]
    if (
        set(plain) - {"size", "half", "double size"}
        or ((numbers or sizes) and {*plain, *verbs} & {"half", "double size", "double", "halve"})
        or len(numbers) + len(sizes) > 1
        or len(named) > 1
    ):
        raise Unread
    if (
        sizes
        and sizes[0]
        and not named
        and set(verbs) & {"resize", "make", "set", "shrink", "enlarge"}
    ):
        wide, high = sizes[0]
        return (operation("resize", width=int(wide), height=int(high)),)
    if named and numbers and not plain:
        return (_to_pixels(named[0], numbers[0], verbs),)
    if named:
        raise Unread("give the number of pixels")
    return (
        _by_share(verbs, plain, numbers, any(i.kind == "prep" and i.key == "to" for i in items)),
    )


def _to_pixels(side: str, number: Quantity, verbs: list[str]) -> Operation:
    whole = number.value == number.value.to_integral_value() and abs(number.value) < 10**9
    if number.unit not in ("px", "") or not whole or set(verbs) & {"up", "down", "double", "halve"}:
        raise Unread("give a whole number of pixels")
    return operation("resize", **{side: int(number.value)})


def _by_share(verbs: list[str], words: list[str], numbers: list[Quantity], goal: bool) -> Operation:
    way = _way(verbs)
    if not numbers:
        if "half" in words or ("halve" in verbs and "size" in words):
            return operation("resize", percent=50.0)
        if "double size" in words or ("double" in verbs and "size" in words):
            return operation("resize", percent=200.0)
        asked = set(verbs) & {"resize", "enlarge", "shrink"} or "size" in words
        raise Unread("say how large: 'resize to 50%', or '1024 pixels wide'" if asked else "")
    number = numbers[0]
    if not verbs or (
        way and not set(verbs) & {"enlarge", "shrink", "resize"} and "size" not in words
    ):
        raise Unread
    if not set(verbs) & {"resize", "enlarge", "shrink"} and "size" not in words:
        raise Unread
    share = _share(number)
    if way and goal and (share - 100) * way < 0:
        raise Unread("say 'by' for a change, 'to' for a part of what it is now")
    if way and not goal and number.unit != "x":
        share = Decimal(100) + way * share
    elif way < 0 and number.unit == "x":
        share = Decimal(10_000) / share if share else share
    return operation("resize", percent=float(share))


def _way(verbs: list[str]) -> int:
    up = set(verbs) & {"up", "enlarge"}
    down = set(verbs) & {"down", "shrink"}
    if up and down:
        raise Unread
    return 1 if up else -1 if down else 0


def _share(number: Quantity) -> Decimal:
    if number.unit == "%" and not number.signed:
        return number.value
    if (
        number.unit in ("x", "part") or (number.unit == "" and number.value <= 10)
    ) and not number.signed:
        return number.value * 100
    raise Unread("say which side the pixels are for: wide, high or on the long side")


_LETTERS: Final = {"thin": 0.04, "thick": 0.1}


def read_text(items: Sequence[Item]) -> tuple[Operation, ...]:
    """Read 'write "Hello" in the top left corner in large red letters'.

    Raises:
        Unread: the clause is of another kind.
    """
    rest = core(items, "verb", "quote", "target", "area", "side", "colour", "word", "params")
    quotes, places = keys(rest, "quote"), keys(rest, "area", "side")
    if not quotes and ("write" in keys(rest, "verb") or "text" in keys(rest, "target")):
        raise Unread("put the words to write in quotation marks")
    if len(quotes) != 1 or len(places) > 1 or keys(rest, "target") not in ([], ["text"]):
        raise Unread
    verbs, words = keys(rest, "verb"), [word for word in keys(rest, "word") if word != "ends"]
    if (
        not verbs
        or set(verbs) - {"write", "add", "set"}
        or len(words) > 1
        or set(words) - set(_LETTERS)
    ):
        raise Unread
    fields = share_param(rest, "height")
    if words:
        fields["height"] = _LETTERS[words[0]]
    if places:
        fields["anchor"] = places[0]
    if colour := colour_of(rest):
        fields["colour"] = colour
    return (operation("text", content=quotes[0], **fields),)

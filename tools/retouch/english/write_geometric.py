"""Operations on size and shape to words."""

from typing import Final

from ..geometric import (
    Border,
    CropAspect,
    CropBox,
    Flip,
    Geometric,
    PadAspect,
    Resize,
    Rotate,
    Straighten,
    Text,
    Trim,
)
from .digits import digits, per_cent
from .tokens import quote

_NAMED: Final = {"#ffffff": "white", "#000000": "black"}


def write_geometric(one: Geometric) -> str:
    """Write an operation on size or shape."""
    match one:
        case CropBox():
            return (
                f"crop to the box from {per_cent(one.left)}% to {per_cent(one.right)}% of the "
                f"width and from {per_cent(one.top)}% to {per_cent(one.bottom)}% of the height"
            )
        case CropAspect():
            place = "" if one.anchor == "centre" else f" at the {one.anchor}"
            return f"crop to {_ratio(one.ratio)}{place}"
        case Trim():
            return "trim the borders" + _aside("tolerance", one.tolerance, 0.05)
        case Straighten():
            way = "anticlockwise" if one.degrees < 0 else "clockwise"
            return f"straighten by {digits(abs(one.degrees))} degrees {way}"
        case Rotate():
            return _rotated(one)
        case Flip():
            return f"flip {one.axis}ly"
        case Resize():
            return _resized(one)
        case Border():
            return f"add a {per_cent(one.width)}% {_colour(one.colour)} border"
        case PadAspect():
            return f"pad to {_ratio(one.ratio)} with {_colour(one.colour)}"
        case Text():
            height = _aside("height", one.height, 0.06)
            colour = _colour(one.colour)
            return f"add the text {quote(one.content)} in {colour} at the {one.anchor}{height}"


def _ratio(ratio: tuple[float, float]) -> str:
    return f"{digits(ratio[0])}:{digits(ratio[1])}"


def _colour(colour: str) -> str:
    return _NAMED.get(colour, colour)


def _aside(name: str, share: float, default: float) -> str:
    return "" if share == default else f" ({name} {per_cent(share)}%)"


def _rotated(one: Rotate) -> str:
    if one.degrees == 180:
        return "rotate by 180 degrees"
    way = "clockwise" if one.degrees == 90 else "anticlockwise"
    return f"rotate by 90 degrees {way}"


def _resized(one: Resize) -> str:
    if one.percent is not None:
        return f"resize to {digits(one.percent)}%"
    if one.long_side is not None:
        return f"resize to {one.long_side} px on the long side"
    if one.width is not None and one.height is not None:
        return f"resize to {one.width}x{one.height} px"
    if one.width is not None:
        return f"resize to {one.width} px wide"
    return f"resize to {one.height} px high"

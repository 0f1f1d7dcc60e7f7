"""Operations on size and shape. Each becomes a move that fits the picture and its mask alike.

Alpha goes wherever its pixel goes. What a frame or a wider canvas adds is opaque.
"""

from collections.abc import Callable
from math import cos, radians, sin
from typing import assert_never

from PIL import Image, ImageColor

from ...memory import InputError
from .borders import trimmed_box
from .geometric import (
    Anchor,
    Border,
    CropAspect,
    CropBox,
    Flip,
    PadAspect,
    Ratio,
    Resize,
    Rotate,
    Straighten,
    Trim,
)

Geometry = CropBox | CropAspect | Trim | Straighten | Rotate | Flip | Resize | Border | PadAspect
Size = tuple[int, int]
Move = Callable[[Image.Image, str], Image.Image]
"""A picture and the colour of what is new, to a picture."""

MOST_PIXELS = 200_000_000
"""A recipe may not ask for more: 800 MB in RGBA would still fit a small machine."""


def move(operation: Geometry, image: Image.Image) -> Move:
    """Return what the operation does to this picture, and to anything of its size.

    Raises:
        InputError: the new size is below one pixel or above `MOST_PIXELS`.
    """
    match operation:
        case CropBox():
            return _cropped(_box_in_pixels(operation, image.size))
        case CropAspect():
            return _cropped(aspect_box(image.size, operation.ratio, operation.anchor))
        case Trim():
            return _cropped(trimmed_box(image, operation.tolerance))
        case Straighten():
            return _straightened(operation.degrees, image.size)
        case Rotate():
            return _turned(operation.degrees)
        case Flip():
            return _flipped(operation.axis)
        case Resize():
            return _resized(new_size(operation, image.size))
        case Border():
            edge = max(1, round(operation.width * min(image.size)))
            return _on_canvas(_checked((image.width + 2 * edge, image.height + 2 * edge)))
        case PadAspect():
            return _on_canvas(_checked(padded_size(image.size, operation.ratio)))
        case _:
            assert_never(operation)


def aspect_box(size: Size, ratio: Ratio, anchor: Anchor) -> tuple[int, int, int, int]:
    """The largest box of a ratio inside of a picture, at the anchor."""
    width, height = size
    across, down = ratio
    kept_width = min(width, max(1, round(height * across / down)))
    kept_height = min(height, max(1, round(width * down / across)))
    left = _placed(width - kept_width, anchor, "left", "right")
    top = _placed(height - kept_height, anchor, "top", "bottom")
    return left, top, left + kept_width, top + kept_height


def padded_size(size: Size, ratio: Ratio) -> Size:
    """The smallest canvas of a ratio that holds a picture."""
    width, height = size
    across, down = ratio
    return max(width, round(height * across / down)), max(height, round(width * down / across))


def new_size(operation: Resize, size: Size) -> Size:
    """The size in pixels that a picture gets; the aspect ratio stays where one side is free.

    Raises:
        InputError: it is above `MOST_PIXELS`.
    """
    width, height = size
    if operation.width and operation.height:
        return _checked((operation.width, operation.height))
    if operation.width:
        return _checked((operation.width, max(1, round(height * operation.width / width))))
    if operation.height:
        return _checked((max(1, round(width * operation.height / height)), operation.height))
    scale = (operation.percent or 100) / 100
    if operation.long_side:
        scale = operation.long_side / max(size)
    return _checked((max(1, round(width * scale)), max(1, round(height * scale))))


def inner_size(size: Size, degrees: float) -> Size:
    """The largest upright rectangle of the old ratio inside of a turned picture."""
    width, height = size
    c, s = abs(cos(radians(degrees))), abs(sin(radians(degrees)))
    scale = min(width / (width * c + height * s), height / (width * s + height * c))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _placed(room: int, anchor: Anchor, start: str, end: str) -> int:
    if start in anchor:
        return 0
    return room if end in anchor else room // 2


def _box_in_pixels(operation: CropBox, size: Size) -> tuple[int, int, int, int]:
    width, height = size
    left = min(round(operation.left * width), width - 1)
    top = min(round(operation.top * height), height - 1)
    right = max(left + 1, round(operation.right * width))
    return left, top, right, max(top + 1, round(operation.bottom * height))


def _checked(size: Size) -> Size:
    if size[0] * size[1] > MOST_PIXELS:
        raise InputError(
            f"the recipe asks for {size[0]} x {size[1]} pixels, more than "
            f"{MOST_PIXELS // 1_000_000} million: ask for a smaller size"
        )
    return size


def _cropped(box: tuple[int, int, int, int]) -> Move:
    return lambda image, _: image.crop(box)


def _turned(degrees: int) -> Move:
    ways = {  # Pillow counts anticlockwise
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    return lambda image, _: image.transpose(ways[degrees])


def _flipped(axis: str) -> Move:
    sideways, upside_down = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM
    return lambda image, _: image.transpose(sideways if axis == "horizontal" else upside_down)


def _resized(size: Size) -> Move:
    return lambda image, _: _mixing(image, lambda each: each.resize(size, _BEST))


def _straightened(degrees: float, size: Size) -> Move:
    """Turn and cut in one step, so that every pixel is interpolated once."""
    new = inner_size(size, degrees)
    c, s = cos(radians(degrees)), sin(radians(degrees))
    x, y, new_x, new_y = size[0] / 2, size[1] / 2, new[0] / 2, new[1] / 2
    # from a place in the new picture back to the old one, as Pillow wants it
    back = (c, s, x - c * new_x - s * new_y, -s, c, y + s * new_x - c * new_y)
    way = Image.Resampling.BICUBIC
    affine = Image.Transform.AFFINE
    return lambda image, _: _mixing(image, lambda each: each.transform(new, affine, back, way))


def _on_canvas(size: Size) -> Move:
    def placed(image: Image.Image, colour: str) -> Image.Image:
        canvas = Image.new(image.mode, size, ImageColor.getcolor(colour, image.mode))
        canvas.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
        return canvas

    return placed


_BEST = Image.Resampling.LANCZOS


def _mixing(image: Image.Image, way: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Interpolate with colours weighted by their alpha: what is transparent must not shine through."""
    if image.mode != "RGBA":
        return way(image)
    return way(image.convert("RGBa")).convert("RGBA")

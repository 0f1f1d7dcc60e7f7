"""The size and framing that a request asks for, worked out from its words alone."""

from dataclasses import dataclass, replace
from math import cos, radians, sin

from PIL import Image

from ...tools.instruments.affine import Affine, Size, oriented
from ...tools.instruments.frame import find_frame
from ...tools.retouch.geometric import (
    Anchor,
    Border,
    CropAspect,
    CropBox,
    Flip,
    PadAspect,
    Resize,
    Rotate,
    Straighten,
    Trim,
)
from ...tools.retouch.recipe import Operation


@dataclass(frozen=True, slots=True)
class Framing:
    """Where the source should lie in the edit."""

    size: Size
    """Width and height of the edit in pixels."""

    affine: Affine
    """From pixels of the edit to pixels of the source."""

    def then(self, size: tuple[float, float], step: Affine) -> "Framing":
        """The framing after one more step, which maps new pixels to the present ones."""
        width, height = (max(1, round(length)) for length in size)
        return Framing((width, height), self.affine.after(step))


GEOMETRY = (
    CropBox,
    CropAspect,
    Trim,
    Straighten,
    Rotate,
    Flip,
    Resize,
    Border,
    PadAspect,
)
"""Operations that move the frame."""


def expected_framing(operations: tuple[Operation, ...], source: Image.Image) -> Framing:
    """Work out the size and framing that the operations ask for."""
    framing = Framing(source.size, Affine())
    for operation in operations:
        framing = _step(framing, operation, source)
    return framing


def _step(framing: Framing, operation: Operation, source: Image.Image) -> Framing:
    size = framing.size
    match operation:
        case CropBox():
            box = operation.left, operation.top, operation.right, operation.bottom
            return _crop(framing, (box[0] * size[0], box[1] * size[1]), _span(box, size))
        case CropAspect():
            return _crop_aspect(framing, operation)
        case Trim():
            left, top, right, bottom = find_frame(source).content(source.size)
            return _crop(framing, (left, top), (right - left, bottom - top))
        case Straighten():
            return _straighten(framing, operation.degrees)
        case Rotate():
            quarters = operation.degrees // 90
            turned = size if quarters == 2 else (size[1], size[0])
            return framing.then(turned, oriented(size, quarters, mirrored=False))
        case Flip(axis="horizontal"):
            return framing.then(size, Affine(-1, 0, size[0]))
        case Flip():
            return framing.then(size, Affine(1, 0, 0, 0, -1, size[1]))
        case Resize():
            new = resized(size, operation)
            return framing.then(new, Affine.scaling(size[0] / new[0], size[1] / new[1]))
        case Border():
            bar = max(1, round(operation.width * min(size)))
            return framing.then((size[0] + 2 * bar, size[1] + 2 * bar), Affine.shift(-bar, -bar))
        case PadAspect():
            return _pad_aspect(framing, operation)
        case _:
            return framing


def _span(box: tuple[float, float, float, float], size: Size) -> tuple[float, float]:
    return (box[2] - box[0]) * size[0], (box[3] - box[1]) * size[1]


def _crop(framing: Framing, corner: tuple[float, float], size: tuple[float, float]) -> Framing:
    return framing.then(size, Affine.shift(*corner))


def _crop_aspect(framing: Framing, operation: CropAspect) -> Framing:
    width, height = framing.size
    ratio = operation.ratio[0] / operation.ratio[1]
    size = (height * ratio, float(height)) if width > height * ratio else (width, width / ratio)
    x, y = _anchored(operation.anchor)
    return _crop(framing, ((width - size[0]) * x, (height - size[1]) * y), size)


def _anchored(anchor: Anchor) -> tuple[float, float]:
    x = 0.0 if "left" in anchor else 1.0 if "right" in anchor else 0.5
    y = 0.0 if "top" in anchor else 1.0 if "bottom" in anchor else 0.5
    return x, y


def _straighten(framing: Framing, angle: float) -> Framing:
    """Turned clockwise about the centre, then the largest rectangle of the old ratio."""
    width, height = framing.size
    turn, across = radians(angle), abs(radians(angle))
    part = min(
        width / (width * cos(across) + height * sin(across)),
        height / (width * sin(across) + height * cos(across)),
    )
    size = part * width, part * height
    middle = Affine.shift(-size[0] / 2, -size[1] / 2)
    back = Affine(cos(turn), sin(turn), width / 2, -sin(turn), cos(turn), height / 2)
    return framing.then(size, back.after(middle))


def resized(size: Size, operation: Resize) -> Size:
    """The size that a resize asks for."""
    width, height = size
    if operation.width and operation.height:
        return operation.width, operation.height
    scale = 1.0
    if operation.width:
        scale = operation.width / width
    elif operation.height:
        scale = operation.height / height
    elif operation.long_side:
        scale = operation.long_side / max(size)
    elif operation.percent:
        scale = operation.percent / 100
    return max(1, round(width * scale)), max(1, round(height * scale))


def _pad_aspect(framing: Framing, operation: PadAspect) -> Framing:
    width, height = framing.size
    ratio = operation.ratio[0] / operation.ratio[1]
    size = (height * ratio, float(height)) if width < height * ratio else (width, width / ratio)
    return framing.then(size, Affine.shift(-(size[0] - width) / 2, -(size[1] - height) / 2))


def without_scale(framing: Framing, size: Size) -> Framing:
    """The same framing at another size."""
    scale = Affine.scaling(framing.size[0] / size[0], framing.size[1] / size[1])
    return replace(framing, size=size, affine=framing.affine.after(scale))

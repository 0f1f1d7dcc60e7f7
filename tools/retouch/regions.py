"""From a region to a mask."""

from functools import reduce
from typing import Final, assert_never

from PIL import Image, ImageChops

from ...memory import InputError
from .masks import box_weight, ellipse_weight, painted, softened_inwards
from .ranges import range_weight
from .region import (
    Both,
    Box,
    ColourRange,
    Ellipse,
    HueRange,
    LuminanceRange,
    MaskImage,
    Position,
    PositionName,
    Region,
    Sky,
)
from .sky import sky_mask
from .table import weighed

_THIRD = 1 / 3
_BOXES: Final[dict[PositionName, tuple[float, float, float, float]]] = {
    "top half": (0, 0, 1, 0.5),
    "bottom half": (0, 0.5, 1, 1),
    "left half": (0, 0, 0.5, 1),
    "right half": (0.5, 0, 1, 1),
    "top third": (0, 0, 1, _THIRD),
    "middle third": (0, _THIRD, 1, 1 - _THIRD),
    "bottom third": (0, 1 - _THIRD, 1, 1),
    "left third": (0, 0, _THIRD, 1),
    "centre third": (_THIRD, 0, 1 - _THIRD, 1),
    "right third": (1 - _THIRD, 0, 1, 1),
    "top left": (0, 0, 0.5, 0.5),
    "top right": (0.5, 0, 1, 0.5),
    "bottom left": (0, 0.5, 0.5, 1),
    "bottom right": (0.5, 0.5, 1, 1),
    "centre": (0.25, 0.25, 0.75, 0.75),
    "edges": (0.15, 0.15, 0.85, 0.85),
}
"""`edges` is everything outside of its box, `centre` the ellipse inside of its box."""


def region_mask(
    region: Region, image: Image.Image, request_mask: Image.Image | None
) -> Image.Image:
    """Return the mask, mode `L`, of a region of an RGB picture.

    `request_mask` is the picture, mode `L` and of the same size, that `MaskImage` stands for.

    Raises:
        UnsupportedInstruction: the region is the sky and none was found.
        InputError: the region is a mask picture and there is none.
    """
    mask = _drawn(region, image, request_mask)
    return ImageChops.invert(mask) if region.invert else mask


def _drawn(region: Region, image: Image.Image, request_mask: Image.Image | None) -> Image.Image:
    match region:
        case Box():
            box = (region.left, region.top, region.right, region.bottom)
            return painted(image.size, box_weight(image.size, box, region.feather))
        case Ellipse():
            radii = (region.radius_x, region.radius_y)
            centre = (region.x, region.y)
            return painted(image.size, ellipse_weight(image.size, centre, radii, region.feather))
        case Position():
            return _position(region, image.size)
        case HueRange() | ColourRange() | LuminanceRange():
            as_it_is = region.model_copy(update={"invert": False})  # the caller inverts
            return weighed(image, lambda lab: range_weight(as_it_is, lab))
        case Sky():
            return sky_mask(image, region.feather)
        case MaskImage():
            return softened_inwards(_given(request_mask), region.feather)
        case Both():
            masks = (region_mask(part, image, request_mask) for part in region.parts)
            return reduce(ImageChops.multiply, masks)
        case _:
            assert_never(region)


def _position(region: Position, size: tuple[int, int]) -> Image.Image:
    box = _BOXES[region.name]
    if region.name == "centre":
        radii = ((box[2] - box[0]) / 2, (box[3] - box[1]) / 2)
        return painted(size, ellipse_weight(size, (0.5, 0.5), radii, region.feather))
    mask = painted(size, box_weight(size, box, region.feather))
    return ImageChops.invert(mask) if region.name == "edges" else mask


def _given(mask: Image.Image | None) -> Image.Image:
    if mask is None:
        raise InputError(
            "the recipe acts inside a mask picture and there is none: send a mask with the request"
        )
    return mask

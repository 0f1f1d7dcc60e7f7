"""Operations on size and shape, and on what stands around or over the picture.

Fractions are of the picture as it is when the operation's turn comes.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ...memory import Frozen
from .region import Fraction

Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Ratio = tuple[Annotated[float, Field(gt=0, le=100)], Annotated[float, Field(gt=0, le=100)]]
"""Width to height: (4, 5)."""

Pixels = Annotated[int, Field(ge=1, le=16_383)]
Anchor = Literal[
    "centre",
    "top",
    "bottom",
    "left",
    "right",
    "top left",
    "top right",
    "bottom left",
    "bottom right",
]


class CropBox(Frozen):
    """Keep a rectangle."""

    op: Literal["crop_box"] = "crop_box"
    left: Fraction = 0.0
    top: Fraction = 0.0
    right: Fraction = 1.0
    bottom: Fraction = 1.0

    @model_validator(mode="after")
    def _has_area(self) -> "CropBox":
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError("left must be below right, and top below bottom")
        return self


class CropAspect(Frozen):
    """Keep the largest rectangle of a ratio."""

    op: Literal["crop_aspect"] = "crop_aspect"
    ratio: Ratio
    anchor: Anchor = "centre"


class Trim(Frozen):
    """Cut away borders of one colour (that of the corners)."""

    op: Literal["trim"] = "trim"
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Distance in OKLab up to which a pixel counts as border."""


class Straighten(Frozen):
    """Turn clockwise by a small angle and keep the largest rectangle of the old ratio."""

    op: Literal["straighten"] = "straighten"
    degrees: Annotated[float, Field(ge=-45, le=45, allow_inf_nan=False)]


class Rotate(Frozen):
    """Turn clockwise by quarter turns, without loss."""

    op: Literal["rotate"] = "rotate"
    degrees: Literal[90, 180, 270]


class Flip(Frozen):
    """Mirror: `horizontal` swaps left and right."""

    op: Literal["flip"] = "flip"
    axis: Literal["horizontal", "vertical"]


class Resize(Frozen):
    """Scale: to a width, a height, both (stretching), a long side, or by per cent."""

    op: Literal["resize"] = "resize"
    width: Pixels | None = None
    height: Pixels | None = None
    long_side: Pixels | None = None
    percent: Annotated[float, Field(gt=0, le=1000)] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Resize":
        ways = (self.width or self.height, self.long_side, self.percent)
        if sum(way is not None for way in ways) != 1:
            raise ValueError("give width and/or height, or long_side, or percent")
        return self


class Border(Frozen):
    """A frame of one colour around the picture; the canvas grows."""

    op: Literal["border"] = "border"
    width: Annotated[float, Field(gt=0, le=1)] = 0.02
    """Fraction of the shorter side, at least one pixel."""

    colour: Colour = "#ffffff"


class PadAspect(Frozen):
    """Grow the canvas to a ratio, the picture in the middle."""

    op: Literal["pad_aspect"] = "pad_aspect"
    ratio: Ratio
    colour: Colour = "#ffffff"


class Text(Frozen):
    """Write over the picture."""

    op: Literal["text"] = "text"
    content: Annotated[str, Field(min_length=1, max_length=500)]
    anchor: Anchor = "bottom"
    height: Annotated[float, Field(gt=0, le=1)] = 0.06
    """Height of a line, as a fraction of the picture's height."""

    colour: Colour = "#ffffff"


Geometric = (
    CropBox | CropAspect | Trim | Straighten | Rotate | Flip | Resize | Border | PadAspect | Text
)

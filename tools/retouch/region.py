"""Where an operation acts.

Positions are fractions of the picture: 0, 0 is the top left corner, 1, 1 the bottom right. A region
becomes a mask of weights between 0 and 1; the operation's result is blended by that weight.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ...memory import Digest, Frozen

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
HueName = Literal[
    "red", "orange", "yellow", "green", "aqua", "blue", "purple", "magenta"
]  # the eight bands of the usual HSL panel
PositionName = Literal[
    "top half",
    "bottom half",
    "left half",
    "right half",
    "top third",
    "middle third",
    "bottom third",
    "left third",
    "centre third",
    "right third",
    "top left",
    "top right",
    "bottom left",
    "bottom right",
    "centre",
    "edges",
]


class _Region(Frozen):
    feather: Fraction = 0.05
    """Width of the soft border, as a fraction of the shorter side; for colour and luminance
    regions the softness of the range instead."""

    invert: bool = False
    """Everything but this."""


class Box(_Region):
    """A rectangle."""

    shape: Literal["box"] = "box"
    left: Fraction
    top: Fraction
    right: Fraction
    bottom: Fraction

    @model_validator(mode="after")
    def _has_area(self) -> "Box":
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError("left must be below right, and top below bottom")
        return self


class Ellipse(_Region):
    """An ellipse by centre and radii, each as a fraction of width or height."""

    shape: Literal["ellipse"] = "ellipse"
    x: Fraction = 0.5
    y: Fraction = 0.5
    radius_x: Annotated[float, Field(gt=0, le=2)] = 0.35
    radius_y: Annotated[float, Field(gt=0, le=2)] = 0.35


class Position(_Region):
    """A part of the picture by its everyday name."""

    feather: Fraction = 0.15
    """Wider than for a drawn shape: nobody who says "the top half" wants to see a line."""

    shape: Literal["position"] = "position"
    name: PositionName


class HueRange(_Region):
    """Pixels of a named hue, with enough chroma to have one."""

    shape: Literal["hue"] = "hue"
    hue: HueName


class ColourRange(_Region):
    """Pixels near a colour, by distance in OKLab."""

    shape: Literal["colour"] = "colour"
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    tolerance: Annotated[float, Field(gt=0, le=1)] = 0.12


class LuminanceRange(_Region):
    """Pixels whose OKLab lightness lies in a range."""

    shape: Literal["luminance"] = "luminance"
    low: Fraction = 0.0
    high: Fraction = 1.0

    @model_validator(mode="after")
    def _is_ordered(self) -> "LuminanceRange":
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class Sky(_Region):
    """The smooth, bright or blue area that is connected to the top edge."""

    shape: Literal["sky"] = "sky"


class MaskImage(_Region):
    """A picture whose brightness is the weight; resized to fit."""

    shape: Literal["mask"] = "mask"
    sha256: Digest | None = None
    """Which picture; None is the mask of the edit request."""


class Both(_Region):
    """Where all the parts overlap."""

    shape: Literal["both"] = "both"
    parts: Annotated[tuple["Region", ...], Field(min_length=2, max_length=4)]


Region = Annotated[
    Box | Ellipse | Position | HueRange | ColourRange | LuminanceRange | Sky | MaskImage | Both,
    Field(discriminator="shape"),
]

Both.model_rebuild()

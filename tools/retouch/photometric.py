"""Operations on light and colour. Their numbers are measurable.

An amount says what the operation aims at on an ordinary picture; how far a certain picture really
moves depends on its content, which is what the thinker measures. Lightness, chroma and hue are
OKLab's (Ottosson 2020), lightness 0 to 1. Every operation may be confined to a region.
"""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ...memory import Frozen
from .region import Fraction, HueName, Region

Amount = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Strength = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class _Photometric(Frozen):
    region: Region | None = None
    """Where; None is the whole picture."""


class Exposure(_Photometric):
    """Multiply linear light by 2**stops."""

    op: Literal["exposure"] = "exposure"
    stops: Annotated[float, Field(ge=-5, le=5, allow_inf_nan=False)]


class Brightness(_Photometric):
    """Raise or lower lightness through the midtones; black and white stay.

    Amount: per cent of the mean lightness. A light picture rises as far as there is room without
    driving it into white; one that is lowered beyond that gets darker as a whole, white too.
    """

    op: Literal["brightness"] = "brightness"
    amount: Amount


class Contrast(_Photometric):
    """Spread or narrow lightness about its mean. Amount: per cent of its standard deviation."""

    op: Literal["contrast"] = "contrast"
    amount: Amount


class Highlights(_Photometric):
    """Move the bright parts (lightness above 0.65, softly). Amount: per cent of their mean."""

    op: Literal["highlights"] = "highlights"
    amount: Amount


class Shadows(_Photometric):
    """Move the dark parts (lightness below 0.45, softly). Amount: per cent of their mean."""

    op: Literal["shadows"] = "shadows"
    amount: Amount


class Whites(_Photometric):
    """Move the white point. Amount 100 moves lightness 1 by 0.25."""

    op: Literal["whites"] = "whites"
    amount: Amount


class Blacks(_Photometric):
    """Move the black point. Amount 100 moves lightness 0 by 0.25."""

    op: Literal["blacks"] = "blacks"
    amount: Amount


class Temperature(_Photometric):
    """Warmer (yellow, positive) or cooler (blue). Amount 10 shifts OKLab b of grey by 0.01."""

    op: Literal["temperature"] = "temperature"
    amount: Amount


class Tint(_Photometric):
    """Towards magenta (positive) or green. Amount 10 shifts OKLab a of grey by 0.01."""

    op: Literal["tint"] = "tint"
    amount: Amount


class Saturation(_Photometric):
    """Scale chroma. Amount: per cent of the mean chroma; -100 leaves grey."""

    op: Literal["saturation"] = "saturation"
    amount: Amount


class Vibrance(_Photometric):
    """Scale chroma, most where there is little, least on skin. Amount: per cent."""

    op: Literal["vibrance"] = "vibrance"
    amount: Amount


class Hue(_Photometric):
    """Turn every hue by an angle."""

    op: Literal["hue"] = "hue"
    degrees: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class HueBand(_Photometric):
    """Change one named hue: turn it, scale its chroma and its lightness, by per cent."""

    op: Literal["hue_band"] = "hue_band"
    hue: HueName
    degrees: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] = 0.0
    saturation: Amount = 0.0
    lightness: Amount = 0.0


CurvePoint = tuple[Fraction, Fraction]


class Curve(_Photometric):
    """A tone curve through points (input, output), monotone between them."""

    op: Literal["curve"] = "curve"
    points: Annotated[tuple[CurvePoint, ...], Field(min_length=2, max_length=16)]
    channel: Literal["lightness", "red", "green", "blue"] = "lightness"

    @model_validator(mode="after")
    def _goes_right(self) -> "Curve":
        inputs = [x for x, _ in self.points]
        if any(a >= b for a, b in pairwise(inputs)):
            raise ValueError("the inputs of a curve must increase")
        return self


class Clarity(_Photometric):
    """Local contrast of midtones at about 2 % of the picture's size, apart from strong edges.

    Amount: per cent by which it rises; in a busy picture about two thirds of that.
    """

    op: Literal["clarity"] = "clarity"
    amount: Amount


class Sharpen(_Photometric):
    """Unsharp mask on lightness. Amount: per cent of the fine detail that is added."""

    op: Literal["sharpen"] = "sharpen"
    amount: Strength
    radius: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Pixels."""


class Denoise(_Photometric):
    """Edge-preserving smoothing. Amount: per cent of the estimated noise that is removed."""

    op: Literal["denoise"] = "denoise"
    amount: Strength


class Blur(_Photometric):
    """Gaussian blur."""

    op: Literal["blur"] = "blur"
    radius: Annotated[float, Field(gt=0, le=250)]
    """Standard deviation in pixels."""


class Vignette(_Photometric):
    """Darken (positive) or lighten the corners. Amount: per cent of their lightness."""

    op: Literal["vignette"] = "vignette"
    amount: Amount
    midpoint: Fraction = 0.5
    """How far from the centre it begins; 1 is the corner."""


class Grain(_Photometric):
    """Film grain. Amount 100 is a standard deviation of 0.1 in lightness."""

    op: Literal["grain"] = "grain"
    amount: Strength
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0


class Grayscale(_Photometric):
    """Remove all chroma."""

    op: Literal["grayscale"] = "grayscale"


class Sepia(_Photometric):
    """Brown monochrome. Amount 100 leaves nothing of the old colour."""

    op: Literal["sepia"] = "sepia"
    amount: Strength = 100.0


class Invert(_Photometric):
    """The negative, in sRGB."""

    op: Literal["invert"] = "invert"


class Posterize(_Photometric):
    """Few tones per channel, in sRGB."""

    op: Literal["posterize"] = "posterize"
    levels: Annotated[int, Field(ge=2, le=64)]


Photometric = (
    Exposure
    | Brightness
    | Contrast
    | Highlights
    | Shadows
    | Whites
    | Blacks
    | Temperature
    | Tint
    | Saturation
    | Vibrance
    | Hue
    | HueBand
    | Curve
    | Clarity
    | Sharpen
    | Denoise
    | Blur
    | Vignette
    | Grain
    | Grayscale
    | Sepia
    | Invert
    | Posterize
)

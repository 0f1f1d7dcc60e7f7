"""A recipe to plain English that `read` turns back into the same recipe."""

from typing import Final

from ..geometric import Geometric
from ..photometric import (
    Blur,
    Curve,
    Exposure,
    Grain,
    Grayscale,
    Hue,
    HueBand,
    Invert,
    Photometric,
    Posterize,
    Sepia,
    Sharpen,
    Vignette,
)
from ..recipe import Operation, Recipe
from .digits import digits, per_cent
from .write_geometric import write_geometric
from .write_region import write_region

NOTHING: Final = "Leave the photo as it is."
"""The recipe without operations."""


def write(recipe: Recipe) -> str:
    """Write a recipe as plain English: `read(write(recipe)) == recipe`, for every recipe."""
    clauses = [_clause(one) for one in recipe.operations]
    if not clauses:
        return NOTHING
    *before, last = clauses
    text = f"{', '.join(before)}, then {last}" if before else last
    return f"{text[0].upper()}{text[1:]}."


def _clause(one: Operation) -> str:
    if isinstance(one, Geometric):
        return write_geometric(one)
    return write_photometric(one) + write_region(one.region)


def write_photometric(one: Photometric) -> str:
    """Write an operation on light or colour, without its region."""
    match one:
        case Exposure():
            verb = "lower" if one.stops < 0 else "raise"
            return f"{verb} the exposure by {digits(abs(one.stops))} EV"
        case Hue():
            return f"shift the hue by {digits(one.degrees)} degrees"
        case HueBand():
            return _band(one)
        case Curve():
            return _curve(one)
        case Sharpen():
            radius = f" (radius {digits(one.radius)} px)" if one.radius != 1 else ""
            return f"sharpen by {digits(one.amount)}%{radius}"
        case Blur():
            return f"blur by {digits(one.radius)} px"
        case Vignette():
            middle = f" (midpoint {per_cent(one.midpoint)}%)" if one.midpoint != 0.5 else ""
            return f"add a vignette of {digits(one.amount)}%{middle}"
        case Grain():
            seed = f" (seed {one.seed})" if one.seed else ""
            return f"add film grain of {digits(one.amount)}%{seed}"
        case Grayscale():
            return "make it black and white"
        case Sepia():
            return f"apply a sepia tone of {digits(one.amount)}%"
        case Invert():
            return "invert the colours"
        case Posterize():
            return f"posterize to {one.levels} levels"
        case _:
            up, down = _PHRASES[one.op]
            return (down if one.amount < 0 else up).format(digits(abs(one.amount)))


_PHRASES: Final = {
    "brightness": ("brighten by {}%", "darken by {}%"),
    "contrast": ("increase the contrast by {}%", "reduce the contrast by {}%"),
    "highlights": ("brighten the highlights by {}%", "darken the highlights by {}%"),
    "shadows": ("brighten the shadows by {}%", "darken the shadows by {}%"),
    "whites": ("raise the whites by {}%", "lower the whites by {}%"),
    "blacks": ("raise the blacks by {}%", "lower the blacks by {}%"),
    "temperature": ("make it warmer by {}%", "make it cooler by {}%"),
    "tint": ("shift the tint towards magenta by {}%", "shift the tint towards green by {}%"),
    "saturation": ("increase the saturation by {}%", "reduce the saturation by {}%"),
    "vibrance": ("increase the vibrance by {}%", "reduce the vibrance by {}%"),
    "clarity": ("increase the clarity by {}%", "reduce the clarity by {}%"),
    "denoise": ("reduce the noise by {}%", "reduce the noise by {}%"),
}


def _band(one: HueBand) -> str:
    name = f"{one.hue}s"
    changed = [key for key in ("degrees", "saturation", "lightness") if getattr(one, key)]
    if changed == ["degrees"]:
        return f"shift the hue of the {name} by {digits(one.degrees)} degrees"
    if changed == ["saturation"]:
        word = "less" if one.saturation < 0 else "more"
        return f"make the {name} {word} saturated by {digits(abs(one.saturation))}%"
    if changed == ["lightness"]:
        word = "darker" if one.lightness < 0 else "brighter"
        return f"make the {name} {word} by {digits(abs(one.lightness))}%"
    return (
        f"adjust the {name} (hue {digits(one.degrees)} degrees, "
        f"saturation {digits(one.saturation)}%, lightness {digits(one.lightness)}%)"
    )


def _curve(one: Curve) -> str:
    points = " ".join(f"({digits(x)}, {digits(y)})" for x, y in one.points)
    channel = "" if one.channel == "lightness" else f" to the {one.channel} channel"
    return f"apply the tone curve {points}{channel}"

"""What is asked of every photograph, and what must be true of the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from .facts import Facts

Check = Callable[[Facts, Facts], bool]


@dataclass(frozen=True, slots=True)
class Case:
    """An instruction, its kind, and an outside check of source and answer."""

    kind: str
    instruction: str
    check: Check
    means: str
    """The check in words."""


def _size(facts: Facts) -> tuple[int, int]:
    return facts.width, facts.height


def _ratio(facts: Facts) -> float:
    return facts.width / facts.height


CASES = (
    Case(
        "combined",
        "brighten the shadows by 20%, make it slightly warmer and crop to 4:5",
        lambda a, b: (
            abs(_ratio(b) - 0.8) < 0.005 and b.dark > a.dark * 1.03 and b.clipped < a.clipped + 0.02
        ),
        "4:5, the darkest quarter lighter by over 3 %, under 2 % more clipped",
    ),
    Case(
        "photometric",
        "increase the exposure by half a stop",
        lambda a, b: 1.05 < b.luma / a.luma < 1.5 and _size(b) == _size(a),
        "lighter by 5 to 50 %, same size",
    ),
    Case(
        "photometric",
        "reduce the contrast by 15%",
        lambda a, b: 0.7 < b.spread / a.spread < 0.97 and abs(b.luma - a.luma) < 12,
        "spread less by 3 to 30 %, about the same mean",
    ),
    Case(
        "colour-selective",
        "make the blues more saturated",
        lambda a, b: b.blue > a.blue or a.blue == 0.0,
        "bluish pixels more saturated, if there are any",
    ),
    Case(
        "monochrome",
        "turn it black and white with a bit of grain",
        lambda a, b: b.colour == 0.0 and abs(b.luma - a.luma) < 12,
        "no colour in any pixel, about as light",
    ),
    Case(
        "regional",
        "darken the top third by 15%",
        lambda a, b: b.top < a.top * 0.97 and abs(b.bottom - a.bottom) < 1.0,
        "upper third darker, lower third as it was",
    ),
    Case(
        "regional",
        "make the bottom half warmer",
        lambda a, b: b.warmth > a.warmth and abs(b.top - a.top) < 1.0,
        "warmer, the upper third as light as it was",
    ),
    Case(
        "geometric",
        "flip it horizontally and crop to a square",
        lambda a, b: b.width == b.height == min(a.width, a.height),
        "square of the full shorter side",
    ),
    Case(
        "combined",
        "crop to 16:9, sharpen slightly and add a thin white border",
        lambda a, b: b.border > 250 and abs(_ratio(b) - 16 / 9) < 0.05,
        "outermost pixels white, 16:9 within the border",
    ),
    Case(
        "vague",
        "make it pop",
        lambda a, b: b.colourful > a.colourful and b.clipped < a.clipped + 0.05,
        "more colourful, under 5 % more clipped",
    ),
    Case(
        "strong",
        "brighten by 40% and add contrast",
        lambda a, b: b.luma > a.luma * 1.1 and b.clipped < a.clipped + 0.1,
        "lighter by over 10 %, under 10 % more clipped",
    ),
)

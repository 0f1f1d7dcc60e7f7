"""What to say when a clause cannot be carried out."""

from difflib import get_close_matches
from typing import Final

from ....memory import UnsupportedInstruction
from .lexicon import PHRASES
from .tokens import tokenise

GENERATIVE: Final = "a generative editor such as FLUX.1 Kontext or Qwen-Image-Edit"

OPERATIONS: Final = {
    "exposure": "raise the exposure by 1 EV",
    "brightness": "brighten by 20%",
    "contrast": "increase the contrast by 20%",
    "highlights": "darken the highlights by 20%",
    "shadows": "brighten the shadows by 20%",
    "whites": "raise the whites by 20%",
    "blacks": "lower the blacks by 20%",
    "temperature": "make it warmer",
    "tint": "shift the tint towards magenta by 10%",
    "saturation": "increase the saturation by 20%",
    "vibrance": "increase the vibrance by 20%",
    "hue": "shift the hue by 20 degrees",
    "hue band": "make the reds more saturated",
    "curve": "apply the tone curve (0, 0) (0.25, 0.2) (1, 1)",
    "clarity": "increase the clarity by 20%",
    "sharpen": "sharpen by 40%",
    "denoise": "reduce the noise by 50%",
    "blur": "blur by 4 px",
    "vignette": "add a vignette",
    "grain": "add film grain",
    "grayscale": "make it black and white",
    "sepia": "apply a sepia tone",
    "invert": "invert the colours",
    "posterize": "posterize to 6 levels",
    "crop": "crop to 4:5",
    "trim": "trim the borders",
    "straighten": "straighten by 2 degrees clockwise",
    "rotate": "rotate by 90 degrees clockwise",
    "flip": "flip horizontally",
    "resize": "resize to 1024 px wide",
    "border": "add a thin white border",
    "pad": "pad to 1:1 with white",
    "text": 'add the text "Hello" at the bottom',
}
"""Every kind of operation with an example that can be read."""


def suggest(clause: str) -> tuple[str, ...]:
    """The nearest operations to a clause that was not understood, as examples that can be read."""
    words = [token.text for token in tokenise(clause[:400]) if token.kind == "word"]
    found: dict[str, None] = {}
    for word in words:
        for known in get_close_matches(word, sorted(_NAMES), n=1, cutoff=0.78):
            found[OPERATIONS[_NAMES[known]]] = None
    if not found:
        close = get_close_matches(clause[:200].lower(), list(OPERATIONS.values()), n=3, cutoff=0.55)
        found = dict.fromkeys(close)
    return tuple(found)[:3]


def _names() -> dict[str, str]:
    names = {name: name for name in OPERATIONS if " " not in name}
    for phrase, (kind, key) in PHRASES.items():
        name = key.rstrip("+-!")
        if len(phrase) == 1 and len(phrase[0]) > 3 and name in OPERATIONS and kind != "noise":
            names[phrase[0]] = name
    return names


_NAMES: Final = _names()


def refused(clause: str, advice: str = "", unknown: str = "") -> UnsupportedInstruction:
    """The error for a clause: names it, says what was in the way, what is near, what could do it."""
    near = suggest(clause)
    shown = clause if len(clause) <= 120 else clause[:117] + "..."
    why = advice or (f"{unknown!r} is not a word that it knows" if unknown else "")
    message = f"the retouch editor cannot read {shown!r}" + (f": {why}" if why else "")
    nearest = " or ".join(repr(one) for one in near)
    hint = f"; nearest is {nearest}" if near else ""
    message += f"{hint}. Anything else needs {GENERATIVE}; choose one with --editor."
    return UnsupportedInstruction(message, clause=clause, nearest=near, needs=GENERATIVE)

"""Our own wording of RISE's protocol: consistency, reasoning, quality; 1 to 5, logical cases 0 or 1."""

_FIVE = (
    "Give a whole number: 1 wrong throughout, 2 mostly wrong, 3 half right, 4 right with small "
    "faults, 5 right throughout. Explain briefly, then end with the line\n**Final Score: NUMBER**"
)
_TWO = (
    "Give 1 if it is right, 0 if it is not. Explain briefly, then end with the line\n"
    "**Final Score: NUMBER**"
)
_INSTRUCTION = "The instruction was: <instruction>"
_REFERENCE = "A right answer shows: <reference>"


def _words(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


_SAME = "Rate whether everything that the instruction does not touch is as in the first picture."

WORDS = {
    "consistency": _words("You see a picture and an edit of it.", _SAME, _FIVE, _INSTRUCTION),
    "reasoning": _words(
        "You see an edited picture. Rate whether it shows what a right answer shows.",
        _FIVE,
        _INSTRUCTION,
        _REFERENCE,
    ),
    "reasoning-source": _words(
        "You see a picture and an edit of it. Rate whether the edit shows what a right answer "
        "shows.",
        _FIVE,
        _INSTRUCTION,
        _REFERENCE,
    ),
    "quality": _words(
        "You see a picture. Rate how real it looks: natural shapes, light and texture, no "
        "artefacts.",
        _FIVE,
    ),
    "spatial-consistency": _words(
        "You see a picture and an edit that changes where things are, or from where they are seen. "
        "Rate whether the things themselves and the style have stayed the same; their places may "
        "differ.",
        _FIVE,
        _INSTRUCTION,
    ),
    "spatial-reasoning-picture": _words(
        "The first picture is a right answer, the second one an edit. Rate how well the edit "
        "agrees with it in the arrangement of things.",
        _FIVE,
        _INSTRUCTION,
    ),
    "spatial-quality": _words(
        "You see a picture. Rate its clarity, freedom from distortion and physical sense. That it "
        "looks computer made is no fault.",
        _FIVE,
    ),
    "logical-text-consistency": _words(
        "You see a puzzle and an edit that should solve it. Judge whether style, palette and layout "
        "are those of the puzzle.",
        _TWO,
        _INSTRUCTION,
        "The right answer is: <reference>",
    ),
    "logical-text": _words(
        "You see an edit that should solve a puzzle. Judge whether it shows the right answer.",
        _TWO,
        "The right answer is: <reference>",
    ),
    "logical-picture-consistency": _words(
        "The first picture is the right answer to a puzzle, the second one an edit that should "
        "solve it. Judge whether style, palette and layout agree.",
        _TWO,
        _INSTRUCTION,
    ),
    "logical-picture": _words(
        "The first picture is the right answer to a puzzle, the second one an edit that should "
        "solve it. Judge whether the edit gives the same answer.",
        _TWO,
        _INSTRUCTION,
    ),
    "logical-picture-blind": _words(
        "The first picture is the right answer to a puzzle, the second one an edit that should "
        "solve it. Judge whether the two agree.",
        _TWO,
    ),
}

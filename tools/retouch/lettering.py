"""Write over a picture."""

from PIL import Image, ImageDraw, ImageFont

from ...memory import InputError
from ..instruments.colour import oklab_from_hex
from .geometric import Anchor, Text

_OUTLINE = 0.06
"""Width of the outline, as a fraction of the line's height."""

_MARGIN = 0.6
"""Distance to the picture's edge, in lines."""

_SMALLEST = 6
"""Pixels; below, letters are no longer letters."""

_PLAIN = str.maketrans({"–": "-", "—": "-", "…": "...", "\u00a0": " "})
"""What the font lacks and has an everyday stand-in."""

_MISSING = "\uffff"
"""A character that no font has: it looks like every other one that is missing."""


def lettered(image: Image.Image, operation: Text) -> Image.Image:
    """Return the picture, RGB or RGBA, with the text; under the letters it is opaque.

    Lines that are too wide are broken between words, then the letters shrink until all fits.

    Raises:
        InputError: the built-in font, which is Latin, lacks a character.
    """
    content = operation.content.translate(_PLAIN)
    _check_letters(content)
    height = max(_SMALLEST, round(operation.height * image.height))
    block = _Block(content, height, image.width)
    while not block.fits(image.size) and height > _SMALLEST:
        height = max(_SMALLEST, int(height * 0.9))
        block = _Block(content, height, image.width)
    return block.drawn(image, operation)


class _Block:
    """Lines of text at a size, broken for a picture's width."""

    def __init__(self, content: str, height: int, width: int) -> None:
        self.height = height
        self.font = ImageFont.load_default(height)
        self.margin = round(_MARGIN * height)
        self.stroke = max(1, round(_OUTLINE * height))
        self.text = "\n".join(_broken(content, self.font, width - 2 * self.margin))
        ruler = ImageDraw.Draw(Image.new("L", (1, 1)))
        self.box = ruler.multiline_textbbox(
            (0, 0), self.text, self.font, spacing=height // 5, stroke_width=self.stroke
        )

    def fits(self, size: tuple[int, int]) -> bool:
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return width <= size[0] - 2 * self.margin and height <= size[1] - 2 * self.margin

    def drawn(self, image: Image.Image, operation: Text) -> Image.Image:
        left = _start(image.width, self.box[0], self.box[2], self.margin, operation.anchor, "left")
        top = _start(image.height, self.box[1], self.box[3], self.margin, operation.anchor, "top")
        light = float(oklab_from_hex(operation.colour)[0]) > 0.6
        written = image.copy()
        ImageDraw.Draw(written).multiline_text(
            (left, top),
            self.text,
            operation.colour,
            self.font,
            spacing=self.height // 5,
            align=_alignment(operation.anchor),
            stroke_width=self.stroke,
            stroke_fill="#000000" if light else "#ffffff",
        )
        return written


_ENDS = {"left": "right", "top": "bottom"}


def _start(room: int, low: float, high: float, margin: int, anchor: Anchor, start: str) -> int:
    """Where the text must begin so that what is seen of it, from low to high, lies at the anchor."""
    if start in anchor:
        return round(margin - low)
    if _ENDS[start] in anchor:
        return round(room - margin - high)
    return round((room - low - high) / 2)


def _alignment(anchor: Anchor) -> str:
    return next((side for side in ("left", "right") if side in anchor), "center")


def _broken(
    content: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float
) -> list[str]:
    lines: list[str] = []
    for paragraph in content.splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _check_letters(content: str) -> None:
    font = ImageFont.load_default(24)
    missing = _shape(_MISSING, font)
    for letter in dict.fromkeys(content):
        if not letter.isspace() and _shape(letter, font) == missing:
            raise InputError(
                f"the built-in font cannot write {letter!r}: use plain Latin letters, digits and "
                "punctuation"
            )


def _shape(letter: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> bytes:
    drawn = Image.new("L", (48, 48))
    ImageDraw.Draw(drawn).text((0, 0), letter, 255, font)
    return drawn.tobytes()

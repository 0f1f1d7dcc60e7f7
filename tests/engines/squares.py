"""Pictures of one coloured square on white, and questions about them."""

import hashlib
import io

from PIL import Image, ImageDraw

from editloop.policies import Comparison
from editloop.tools import Picture


def square(colour: str, *, at: tuple[int, int] = (12, 10), size: int = 64) -> Picture:
    """Draw the square; another place is another picture."""
    image = Image.new("RGB", (size, size), "white")
    x, y = at
    ImageDraw.Draw(image).rectangle((x, y, x + 36, y + 36), fill=colour)
    out = io.BytesIO()
    image.save(out, "PNG")
    return Picture(out.getvalue(), "image/png")


def sha256(picture: Picture) -> str:
    """Return the name of its bytes."""
    return hashlib.sha256(picture.data).hexdigest()


def comparison(
    wanted: str, got: str, *, at: tuple[int, int] = (12, 10), seed: int = 0, asked: str = ""
) -> Comparison:
    """Ask how well a red square was made into one of the wanted colour."""
    asked = asked or f"Make the square {wanted}."
    return Comparison(square("red", at=at), square(got, at=at), asked, asked, seed=seed)

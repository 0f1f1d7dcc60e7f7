"""Small things that many tests are made of."""

import io

from PIL import Image

from editloop.memory import Critique, Score
from editloop.policies import MaxTurns, Rules
from editloop.tools import Picture


def png(shade: int, size: tuple[int, int] = (16, 12)) -> bytes:
    """A picture of one grey; another shade is another picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(out, "PNG")
    return out.getvalue()


def picture(shade: int) -> Picture:
    return Picture(png(shade), "image/png")


def critique(semantic: float, quality: float, refined: str) -> Critique:
    score = Score(semantic=semantic, quality=quality)
    return Critique(score=score, reasoning="seen", refined=refined)


def fixed(turns: int) -> Rules:
    """So many turns, whatever the scores."""
    return Rules(stop=MaxTurns(turns))

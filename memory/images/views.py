"""Small JPEGs of pictures, for thinkers and for people."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from .decode import decode_small
from .header import Header
from .limits import Limits

JPEG = "image/jpeg"


@dataclass(frozen=True, slots=True)
class View:
    """A picture made for looking at."""

    data: bytes
    media_type: str


def serves_as_it_is(header: Header, long_side: int) -> bool:
    """Whether the original bytes already are such a view: a small upright JPEG in sRGB."""
    return (
        header.media_type == JPEG
        and max(header.width, header.height) <= long_side
        and header.orientation == 1
        and not set(header.degraded) & {"gamut", "cmyk", "profile"}
    )


def make(data: bytes, limits: Limits, *, long_side: int, quality: int) -> bytes:
    """Decode, flatten over white, shrink to fit (never enlarge) and encode as JPEG.

    Raises:
        PictureError: the picture cannot be decoded.
    """
    image = flattened(decode_small(data, limits, long_side).image)
    image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def flattened(image: Image.Image) -> Image.Image:
    """Lay an `RGBA` image over white; an `RGB` one stays as it is."""
    if image.mode != "RGBA":
        return image

    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper

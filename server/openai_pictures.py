"""Pictures as OpenAI's protocol wants them: masks with holes, another format, a size in words."""

from dataclasses import dataclass, replace

from anyio import to_thread

from ..memory import PictureError
from ..tools import Picture
from .refusals import Refused

FORMATS = ("png", "jpeg", "webp")


def size_of(picture: Picture) -> tuple[int, int]:
    """Columns and rows from the header; (0, 0) where it has none that can be read. Blocks."""
    from ..memory.images import Limits, probe

    try:
        header = probe(picture.data, Limits(bytes=2**62, pixels=2**62))
    except PictureError:
        return (0, 0)

    return header.width, header.height


def painted(mask: Picture) -> Picture:
    """Turn transparent into white, where there is any; other masks stay as they are. Blocks.

    Raises:
        Refused: 400 where the mask cannot be decoded.
    """
    from io import BytesIO

    from PIL import Image, ImageOps

    from ..memory.images import decode

    try:
        image = decode(mask.data).image
    except PictureError as error:
        raise Refused(400, "picture", f"mask: {error}", field="mask") from None

    if image.mode != "RGBA" or image.getchannel("A").getextrema()[0] == 255:
        return mask

    grey: Image.Image = ImageOps.invert(image.getchannel("A"))
    out = BytesIO()
    grey.save(out, "PNG", compress_level=1)
    return Picture(out.getvalue(), "image/png")


@dataclass(frozen=True, slots=True)
class Look:
    """How the picture of an answer is wanted; by default as the editor made it."""

    format: str = ""
    """`png`, `jpeg`, `webp`."""

    quality: int | None = None
    """1 to 100, where the format has one; the picture is then written anew in any case."""

    size: tuple[int, int] | None = None
    """Columns and rows."""

    opaque: bool = False
    """Laid over white."""


async def converted(picture: Picture, look: Look) -> Picture:
    """Write it anew, only where that is needed for the look.

    Raises:
        Refused: 500 where the editor's answer cannot be decoded.
    """
    if look == Look(picture.media_type.removeprefix("image/")) or look == Look():
        return picture

    return await to_thread.run_sync(_dressed, picture, look)


def _dressed(picture: Picture, look: Look) -> Picture:
    from ..memory.images import probe

    try:
        header = probe(picture.data)
    except PictureError as error:
        raise _undecodable(error) from None

    format_ = look.format or picture.media_type.removeprefix("image/")
    plain = look.quality is None and not (look.opaque and header.alpha)
    same_size = look.size in (None, (header.width, header.height))
    if plain and same_size and picture.media_type == f"image/{format_}":
        return picture

    return _encoded(picture, replace(look, format=format_))


def _encoded(picture: Picture, look: Look) -> Picture:
    from PIL import Image

    from ..memory.images import decode
    from ..memory.images.encode import Style, encode_as
    from ..memory.images.views import flattened

    try:
        image = decode(picture.data).image
    except PictureError as error:
        raise _undecodable(error) from None

    if look.size and look.size != image.size:
        image = image.resize(look.size, Image.Resampling.LANCZOS)
    if look.format == "jpeg" or look.opaque:
        image = flattened(image)
    style = Style() if look.quality is None else Style(quality=look.quality)
    media_type = f"image/{look.format}"
    return Picture(encode_as(image, media_type, style), media_type)


def _undecodable(error: PictureError) -> Refused:
    return Refused(500, "editor_failed", f"the edit cannot be decoded: {error}")

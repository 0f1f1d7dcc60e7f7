"""Pictures as OpenAI's protocol wants them: masks with holes, another format, a size in words."""

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


async def converted(picture: Picture, to: str, quality: int | None = None) -> Picture:
    """Write it in another format, only where one was asked for and it is not in it already.

    With a `quality` of 1 to 100 a JPEG or WebP is written anew in any case.

    Raises:
        Refused: 500 where the editor's answer cannot be decoded.
    """
    media_type = f"image/{to}"
    if not to or (picture.media_type == media_type and quality is None):
        return picture

    return await to_thread.run_sync(_encoded, picture, media_type, quality)


def _encoded(picture: Picture, media_type: str, quality: int | None) -> Picture:
    from ..memory.images import decode
    from ..memory.images.encode import Style, encode_as
    from ..memory.images.views import flattened

    try:
        image = decode(picture.data).image
    except PictureError as error:
        raise Refused(500, "editor_failed", f"the edit cannot be decoded: {error}") from None

    if media_type == "image/jpeg" and image.mode != "RGB":
        image = flattened(image)
    style = Style() if quality is None else Style(quality=quality)
    return Picture(encode_as(image, media_type, style), media_type)

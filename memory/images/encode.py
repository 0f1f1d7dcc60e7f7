"""From a work image to bytes."""

from io import BytesIO

from PIL import Image

from ..errors import PictureError

_WEBP_SIDE = 16_383


def encode_lossless(image: Image.Image) -> tuple[bytes, str]:
    """Encode an 8-bit `RGB` or `RGBA` work image without loss; return the bytes and media type.

    Lossless WebP, colour under transparent pixels included; PNG above WebP's 16,383 pixels a side.

    Raises:
        PictureError: the image has another mode.
    """
    if image.mode not in ("RGB", "RGBA"):
        raise PictureError(f"only RGB and RGBA are stored, not {image.mode}: convert it first")

    out = BytesIO()
    if max(image.size) > _WEBP_SIDE:
        image.save(out, "PNG", compress_type=3, compress_level=1)
        return out.getvalue(), "image/png"
    image.save(out, "WEBP", lossless=True, quality=0, method=0, exact=True)
    return out.getvalue(), "image/webp"

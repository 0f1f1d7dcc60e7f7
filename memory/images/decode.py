"""From bytes to a work image: 8-bit RGB or RGBA, in sRGB, upright."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import Any, cast

from PIL import Image, ImageChops, ImageFile

from ..errors import PictureError
from . import colour
from .found import Found
from .header import Header, examined, judged, profile_of
from .limits import DEFAULT_LIMITS, Limits
from .strict import BROKEN, strict

_PLUGINS = {
    "image/jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "image/png": ("PIL.PngImagePlugin", "PngImageFile"),
    "image/webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "image/gif": ("PIL.GifImagePlugin", "GifImageFile"),
    "image/tiff": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "image/avif": ("PIL.AvifImagePlugin", "AvifImageFile"),
}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TO_8_BITS = 1 / 257  # 65,535 becomes 255


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture ready to be worked on."""

    image: Image.Image
    """8-bit `RGB` or `RGBA` (straight alpha) in sRGB, upright."""

    header: Header
    exif: bytes | None
    """The EXIF block (a TIFF structure without prefix) as it came; of a TIFF the known tags."""

    icc: bytes | None
    """The embedded profile as it came; the image itself is already in sRGB."""


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """Decode a picture, its first frame if there are several.

    16-bit samples are scaled, palettes and bilevel pictures expanded, profiles applied; CMYK
    without a usable profile is converted by formula. Blocks: call it in a worker thread.

    Raises:
        PictureError: what `probe` refuses, and pixels that are cut off or damaged.
    """
    return _decoded(data, limits, None)


def decode_small(data: bytes, limits: Limits, long_side: int) -> Decoded:
    """Decode as `decode`, a JPEG perhaps only to a fraction of its size, still above `long_side`.

    Raises:
        PictureError: as for `decode`.
    """
    return _decoded(data, limits, long_side)


def _decoded(data: bytes, limits: Limits, long_side: int | None) -> Decoded:
    media_type, found = examined(data, limits)
    header = judged(media_type, found)
    try:
        image: Image.Image = _loaded(data, media_type, long_side)
        if media_type != "image/tiff":  # Pillow turns TIFFs itself while loading
            image = _turned(image, header.orientation)
        image = _in_srgb(image, found)
    except BROKEN as error:
        raise PictureError(
            f"the {_name(media_type)} picture cannot be decoded ({str(error) or type(error).__name__}): "
            "fetch it again, or open it in a viewer and save it again"
        ) from error
    image.info = {}
    return Decoded(image, header, found.exif, found.icc or None)


def _loaded(data: bytes, media_type: str, long_side: int | None) -> ImageFile.ImageFile:
    """Open with the one plugin of this format, warnings being errors, and load the pixels."""
    module, name = _PLUGINS[media_type]
    plugin: Callable[[BytesIO], ImageFile.ImageFile] = getattr(import_module(module), name)
    with strict():
        image = plugin(BytesIO(data))
        if media_type == "image/tiff":  # the only format that still parses tags while loading
            image.load()
    if long_side:
        image.draft(None, (long_side, long_side))
    image.load()
    return image


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    method = _UPRIGHT.get(orientation)
    if method is None:
        return image

    turned = image.transpose(method)
    turned.info = image.info
    return turned


def _in_srgb(image: Image.Image, found: Found) -> Image.Image:
    icc, judgement = profile_of(found)
    if image.mode == "RGBA" and judgement not in ("narrow", "wide"):
        return image

    plain, alpha = _plain(image, found)
    if judgement in ("narrow", "wide") and icc and plain.mode != "LAB":
        plain = colour.to_srgb(plain, icc)
    elif plain.mode == "LAB":
        plain = colour.lab_to_srgb(plain)
    elif plain.mode != "RGB":
        plain = plain.convert("RGB")
    if alpha is not None:
        plain.putalpha(alpha)
    return plain


def _plain(image: Image.Image, found: Found) -> tuple[Image.Image, Image.Image | None]:
    """Split into 8-bit `L`, `RGB`, `CMYK` or `LAB`, and the alpha if there is one."""
    if image.mode in ("1", "L") or image.mode.startswith("I"):
        grey = _grey(image)
        return grey, _grey_key(grey, image.info.get("transparency"), found.bit_depth)
    if image.mode == "CMYK":
        return (image if found.inverted or not _is_jpeg(image) else ImageChops.invert(image)), None
    if image.mode == "RGB" and found.bit_depth == 16:
        _scale_key(image)
    if image.mode in ("RGBa", "La"):
        image = image.convert(image.mode.upper())
    if image.mode in ("P", "PA", "LA", "RGB") and (found.alpha or image.has_transparency_data):
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        return image.convert("RGB"), image.getchannel("A")
    return (image if image.mode in ("RGB", "LAB") else image.convert("RGB")), None


def _grey(image: Image.Image) -> Image.Image:
    if image.mode == "L":
        return image
    if image.mode == "1":
        return image.convert("L")
    wide = image.convert("I")
    return wide.point(lambda level: level * _TO_8_BITS + 0.5).convert("L")


def _grey_key(grey: Image.Image, key: object, depth: int) -> Image.Image | None:
    """Alpha from the one grey level that a PNG or GIF names transparent, as it stands in the file."""
    if not isinstance(key, int):
        return None

    whitest = 255 if depth == 1 else 2**depth - 1  # Pillow scales the key of bilevel ones itself
    level = round(key * 255 / whitest)
    return grey.point([0 if value == level else 255 for value in range(256)])


def _scale_key(image: Image.Image) -> None:
    """Bring a 16-bit transparent colour to the 8 bits that the pixels were cut to."""
    key: Any = image.info.get("transparency")
    if isinstance(key, tuple):
        levels = cast(tuple[int, ...], key)
        image.info["transparency"] = tuple(level >> 8 for level in levels)


def _is_jpeg(image: Image.Image) -> bool:
    return getattr(image, "format", None) == "JPEG"


def _name(media_type: str) -> str:
    return media_type.removeprefix("image/").upper()

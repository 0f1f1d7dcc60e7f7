"""Pictures in the coding that a protocol asks for. Blocks: call it in a worker thread."""

from collections.abc import Callable
from io import BytesIO

import pybase64

from ...memory.errors import PictureError
from ...memory.images.sniff import media_type_of
from .question import Shot

Read = Callable[[str], bytes]
"""Returns the bytes of a picture by its SHA-256."""


def data_url(shot: Shot, read: Read) -> str:
    """The picture as a data URL.

    Raises:
        PictureError: it cannot be decoded.
        StoreError: it is not there.
    """
    data = read(shot.sha256)
    if shot.form == "stored":
        declared = shot.declared or media_type_of(data)
    else:
        data, declared = _jpeg(data, shot, read), "image/jpeg"
    return f"data:{declared};base64,{pybase64.b64encode(data).decode('ascii')}"


def _jpeg(data: bytes, shot: Shot, read: Read) -> bytes:
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(data)) as opened:
            made = opened.convert("RGB") if opened.mode != "RGB" else opened.copy()
        if shot.like is not None:
            with Image.open(BytesIO(read(shot.like))) as like:
                size = like.size
            made = made if made.size == size else made.resize(size, Image.Resampling.BICUBIC)
        if shot.upright:
            made = ImageOps.exif_transpose(made)
        if shot.box is not None:
            made.thumbnail((shot.box, shot.box))
        out = BytesIO()
        made.save(out, "JPEG", quality=shot.quality)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureError(f"picture {shot.sha256} cannot be shown to a judge: {error}") from error
    return out.getvalue()

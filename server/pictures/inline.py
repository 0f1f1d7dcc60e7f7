"""Pictures that are written out in a `data:` URL, by programs: no model types one without a slip."""

from ...memory import InputError, PictureError
from ..intake import unwritten as base64_of

_BY_UPLOAD = "send it as an upload, or name a path or an address"


def unwritten(url: str, limit: int) -> bytes:
    """Return what a `data:` URL holds; blocks.

    Raises:
        InputError: it holds no base64.
        PictureError: it holds more than `limit` bytes.
    """
    head, comma, body = url.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise InputError(f"this data: URL holds no base64: {_BY_UPLOAD}")
    if len(body) > (limit + 2) // 3 * 4:
        raise PictureError(f"this data: URL holds more than {limit:,} bytes: {_BY_UPLOAD}")
    try:
        return base64_of(body)
    except ValueError:
        raise InputError(
            f"this data: URL is no valid base64; were it typed by a model: {_BY_UPLOAD}"
        ) from None

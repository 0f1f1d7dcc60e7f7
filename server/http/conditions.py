"""Conditional and partial requests (RFC 9110): what has not changed is not sent again."""

import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from ..refusals import Refused

UNCHANGING = "private, max-age=31536000, immutable"
CHANGING = "private, no-cache"
"""Kept, and asked about each time."""

_RANGES = re.compile(r"bytes=\s*(\d*)-(\d*)\s*")


def weak_tag(body: bytes) -> str:
    """A tag for a body that says the same."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def unchanged(http: Request, tag: str) -> bool:
    """Whether the client has this already."""
    given = ",".join(http.headers.getlist("if-none-match"))
    known = [each.strip().removeprefix("W/") for each in given.split(",")]
    return given.strip() == "*" or tag.removeprefix("W/") in known


def not_modified(tag: str, cache: str) -> Response:
    """304."""
    return Response(status_code=304, headers={"etag": tag, "cache-control": cache})


def partial(http: Request, size: int, tag: str) -> None:
    """See that what is asked of so many bytes can be sent; a range that is none is forgotten.

    Raises:
        Refused: 416 where the one range that is asked for lies beyond the end.
    """
    if "range" not in http.headers:
        return

    found = _RANGES.fullmatch(http.headers["range"])
    plain = http.method == "GET" and http.headers.get("if-range", tag) == tag
    if found is None or not (found[1] or found[2]) or not plain:
        _forget_range(http)
    elif (int(found[1]) >= size) if found[1] else (int(found[2]) == 0):
        said = f"the picture has {size} bytes: ask for a range that begins within them"
        raise Refused(416, "range", said, headers={"content-range": f"bytes */{size}"})
    elif found[1] and found[2] and int(found[2]) < int(found[1]):
        _forget_range(http)


def _forget_range(http: Request) -> None:
    """A range that nobody understands, or several, may be answered with the whole."""
    http.scope["headers"] = [each for each in http.scope["headers"] if each[0] != b"range"]

"""What the thinker gets to see of a picture: its own bytes, or a smaller picture without loss.

Training saw at most 1024x1024 pixels a picture (editthinker-spec 6.1), upright and in sRGB. Servers
differ in what they do with larger, turned, transparent or wide-gamut files, so it is done here:
once per picture, in a worker thread, by the rule of training (both sides times the same factor,
cut to whole pixels, bicubic). PNG, because the thinker looks for artefacts and must not be shown ours.
"""

import hashlib
from dataclasses import dataclass
from math import sqrt

import anyio
import anyio.to_thread
from PIL import Image

from ...memory.images.decode import decode, decode_small
from ...memory.images.encode import Style, encode_as
from ...memory.images.found import Found
from ...memory.images.header import Header, examined, judged, profile_of
from ...memory.images.limits import DEFAULT_LIMITS
from ...memory.images.recent import Recent
from ...memory.images.views import flattened
from ...tools import Picture

TRAINED = 1024 * 1024
"""Pixels of the largest picture in training."""

_PLAIN = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Formats that every server's Pillow decodes."""

_AT_ONCE = 4  # pictures that are decoded at once, a few hundred megabytes at the very worst
_KEPT = 64 * 2**20  # bytes of made pictures: the source is shown again in every turn


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as it is sent."""

    data: bytes
    media_type: str
    sha256: str
    """Of `data`, and never of anything else: vLLM takes it for the picture itself."""


class Pictures:
    """Makes pictures fit to be shown, and keeps what it made for the next turn."""

    def __init__(self, max_pixels: int = TRAINED) -> None:
        self._most = max_pixels
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)
        self._made = Recent(_KEPT)

    async def shown(self, picture: Picture) -> Shown:
        """Return the bytes to send; those that are plain and small enough are left as they are.

        Raises:
            PictureError: they cannot be read.
        """
        return await anyio.to_thread.run_sync(self._shown, picture.data, limiter=self._limiter)

    def _shown(self, data: bytes) -> Shown:
        name = hashlib.sha256(data).hexdigest()
        if made := self._made.get(name):
            return Shown(made, "image/png", hashlib.sha256(made).hexdigest())

        media_type, found = examined(data, DEFAULT_LIMITS)
        header = judged(media_type, found)
        small = header.width * header.height <= self._most
        if small and media_type in _PLAIN and _is_plain(header, found):
            return Shown(data, media_type, name)

        made = _made(data, header, self._most)
        self._made.keep(name, made)
        return Shown(made, "image/png", hashlib.sha256(made).hexdigest())


def _is_plain(header: Header, found: Found) -> bool:
    """Whether every decoder shows the same upright, opaque picture in sRGB."""
    return (
        header.orientation == 1
        and not header.alpha
        and not header.degraded
        and profile_of(found)[1] in (None, "srgb")
    )


def _made(data: bytes, header: Header, most: int) -> bytes:
    """Decode, lay over white, shrink to at most so many pixels, and write a PNG."""
    size = fitting(header.width, header.height, most)
    if size == (header.width, header.height):
        image = flattened(decode(data).image)
    else:
        small = decode_small(data, DEFAULT_LIMITS, max(size)).image
        image = flattened(small).resize(size, Image.Resampling.BICUBIC)

    return encode_as(image, "image/png", Style())


def fitting(width: int, height: int, most: int) -> tuple[int, int]:
    """The size with at most so many pixels: scaled by one factor, cut to whole pixels, at least 1."""
    if width * height <= most:
        return width, height

    factor = sqrt(most / (width * height))
    return max(1, int(width * factor)), max(1, int(height * factor))

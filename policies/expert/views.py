"""The pictures that an expert is shown: small JPEGs, made once."""

from hashlib import sha256

import anyio
import anyio.to_thread
from pydantic_ai.messages import BinaryContent

from ...memory.images import DEFAULT_LIMITS
from ...memory.images.recent import Recent
from ...memory.images.views import JPEG, make
from ...tools import Picture

_KEPT = 32 * 2**20  # bytes: some hundred views, so that a source is read once for all its turns
_QUALITY = 90
_WORKERS = 2


class Views:
    """Makes views in worker threads and keeps those that were wanted last."""

    def __init__(self, side: int) -> None:
        """`side` is the longest side in pixels; smaller pictures keep their size."""
        self.side = side
        self._recent = Recent(_KEPT)
        self._limiter = anyio.CapacityLimiter(_WORKERS)

    async def of(self, picture: Picture, digest: str) -> BinaryContent:
        """Return the view; `digest` is the SHA-256 of the picture where it is known.

        Raises:
            PictureError: it cannot be read.
        """
        data = self._recent.get(digest) if digest else None
        if data is None:
            data = await anyio.to_thread.run_sync(
                self._made, picture.data, digest, limiter=self._limiter
            )
        return BinaryContent(data=data, media_type=JPEG)

    def _made(self, data: bytes, digest: str) -> bytes:
        digest = digest or sha256(data).hexdigest()
        if found := self._recent.get(digest):
            return found  # made while this one waited for a thread

        view = make(data, DEFAULT_LIMITS, long_side=self.side, quality=_QUALITY)
        self._recent.keep(digest, view)
        return view

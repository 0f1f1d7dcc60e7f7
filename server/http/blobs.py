"""Pictures by their hash: bytes as they are kept, or a smaller view; sent in one piece or in part."""

import os
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from ...memory import PictureError
from ...memory.images.sniff import media_type_of
from ..gate import principal_of
from ..refusals import Refused
from .bodies import PictureBody
from .conditions import UNCHANGING, not_modified, partial, unchanged
from .fields import body_bytes, query_of, root_of, sha256_of
from .inside import Inside
from .spec import Media, operation
from .wanted import Looking
from .written import said

PICTURES = Media(("image/png", "image/jpeg", "image/webp", "image/gif", "image/tiff", "image/avif"))
SENT = Media(("application/octet-stream", "image/png", "image/jpeg", "image/webp"))
"""What a picture may be called when it comes; what it is says its content."""

_ENDINGS = {"image/jpeg": "jpg", "image/tiff": "tif"}
_HEAD = 1024
_SAFE = {
    "cache-control": UNCHANGING,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}


class Blobs:
    """Pictures, in and out."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    @operation(
        "POST",
        "/v1/blobs",
        asks=SENT,
        answers={201: PictureBody},
        problems=(408, 413, 415, 422, 429),
        tag="pictures",
    )
    async def put_blob(self, http: Request) -> Response:
        """Send a picture, as its bytes.

        The same bytes again are the same picture. Its `handle` goes into other requests.
        """
        with self._inside.arriving(http):
            data = await body_bytes(http, self._inside.rules.body)
            image = await self._inside.pictures.put(data, principal_of(http))
        body = PictureBody.of(image, root_of(http))
        return said(body, 201, {"location": body.url})

    @operation(
        "GET",
        "/v1/blobs/{sha256}",
        query=Looking,
        headers=("Range", "If-Range", "If-None-Match"),
        answers={200: PICTURES, 206: PICTURES, 304: None},
        problems=(404, 416),
        tells=("ETag",),
        tag="pictures",
    )
    async def get_blob(self, http: Request) -> Response:
        """Read a picture.

        As its bytes are kept, whole or the range that is asked for; with `w` a JPEG that fits a
        square of so many pixels. Neither ever changes: keep it as long as you like.
        """
        digest, width = sha256_of(http), query_of(http, Looking).w
        host = self._inside.host
        if not await host.may_see(digest, principal_of(http)):
            raise _missing(digest)

        if width is None:
            return await self._whole(http, digest)

        if not await host.agent.images.has(digest):
            raise _missing(digest)

        tag = f'"{digest}-{width}"'
        if unchanged(http, tag):
            return not_modified(tag, UNCHANGING)

        view = await host.agent.images.view(digest, long_side=width)
        headers = {**_SAFE, "etag": tag, "content-disposition": f'inline; filename="{width}.jpg"'}
        return Response(view.data, headers=headers, media_type=view.media_type)

    async def _whole(self, http: Request, digest: str) -> Response:
        tag = f'"{digest}"'
        path = self._inside.host.agent.images.path(digest)
        found = await to_thread.run_sync(_looked_at, path)
        if found is None:
            raise _missing(digest)

        if unchanged(http, tag):
            return not_modified(tag, UNCHANGING)

        status, kind = found
        name = f"{digest[:12]}.{_ENDINGS.get(kind, kind.removeprefix('image/'))}"
        headers = {**_SAFE, "etag": tag, "content-disposition": f'inline; filename="{name}"'}
        partial(http, status.st_size, tag)
        return FileResponse(path, headers=headers, media_type=kind, stat_result=status)


def _looked_at(path: Path) -> tuple[os.stat_result, str] | None:
    """A file's size and media type; none where there is no file."""
    try:
        with path.open("rb") as file:
            status, head = os.fstat(file.fileno()), file.read(_HEAD)
    except (FileNotFoundError, IsADirectoryError):
        return None

    try:
        return status, media_type_of(head)
    except PictureError:
        return status, "application/octet-stream"


def _missing(digest: str) -> Refused:
    return Refused(404, "blob_not_found", f"there is no picture {digest[:12]}… that you may see")

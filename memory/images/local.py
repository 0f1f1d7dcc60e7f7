"""A folder that keeps pictures by the hash of their bytes."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.to_thread
from PIL.Image import Image

from ..errors import StoreDamaged, StoreError
from ..records import ImageRef
from . import disk, views
from .decode import decode
from .header import Header, probe
from .limits import DEFAULT_LIMITS, Limits
from .recent import Recent
from .views import View

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VIEWS = "views"
_VIEW = re.compile(r"-(?P<side>[0-9]+)-q(?P<quality>[0-9]+)\.jpg$")
_RECENT = 32_000_000
"""Bytes of pictures that are kept in memory after they were written or read."""

_THUMBNAIL = 512
"""Views up to this long side may be made from a larger view."""

_PIPELINE = 2


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed."""

    count: int
    """Pictures, not counting their views and unfinished files."""

    bytes: int
    """Room that was freed, views and unfinished files included."""


class LocalImages:
    """Pictures in `folder/ab/cdef…`, their views in `folder/views/ab/cdef…-768-q90.jpg`.

    All work happens in worker threads, at most `threads` at a time (the number of processors, and
    at least 2): so many pictures are decoded at once. Measured at the peak, one takes 4 bytes a
    pixel (JPEG, PNG) to 16 (WebP with alpha), so at most 1 GB each at the default limit of 64
    megapixels. Several processes may share a folder.
    """

    def __init__(
        self, folder: str | Path, limits: Limits = DEFAULT_LIMITS, *, threads: int | None = None
    ) -> None:
        self.folder = Path(folder)
        self.limits = limits
        self._limiter = anyio.CapacityLimiter(threads or max(_PIPELINE, os.cpu_count() or 1))
        self._making: dict[Path, anyio.Event] = {}
        self._recent = Recent(_RECENT)

    async def put(
        self, data: bytes, *, verify: bool = False, view: tuple[int, int] | None = None
    ) -> ImageRef:
        """Keep a picture and return its name; the same bytes again are not written again.

        `verify` decodes it once and so finds cut off and damaged pixels: for what users give. The
        header alone is read otherwise, for an editor's answer will be decoded soon. `view`, a long
        side and a quality, is made of the pixels that were verified, where decoding them again for
        it would cost as much: it is a hint, and nothing where nothing is verified.

        Raises:
            PictureError: it is refused (see `probe`), or cannot be decoded.
            StoreFull, StoreReadOnly, StoreError: it cannot be written.
        """
        return await self._run(self._put, data, verify, view)

    async def get(self, image: ImageRef | str) -> bytes:
        """Return the bytes of a picture, checked against their name.

        Raises:
            StoreDamaged: they do not match it.
            StoreError: there is no such picture, or it cannot be read.
        """
        return await self._run(self._get, _name(image))

    async def has(self, image: ImageRef | str) -> bool:
        """Whether the picture is here; its bytes are not checked."""
        return await self._run(self.path(image).is_file)

    def path(self, image: ImageRef | str) -> Path:
        """Return where a picture lies, or would lie.

        Raises:
            StoreError: that is no SHA-256 in lower-case hexadecimal.
        """
        return self._place(self.folder, _name(image))

    async def view(self, image: ImageRef | str, *, long_side: int, quality: int = 90) -> View:
        """Return a JPEG in sRGB, upright, that fits a square of `long_side` pixels.

        Made when first asked for and kept on disk by hash, size and quality; alpha is flattened
        over white. It carries no metadata. The pixels of a JPEG that is all this are not coded
        anew; where nothing has to go at all, the picture serves as its own view.

        Raises:
            ValueError: a size below 1, or a quality outside 1 to 100.
            PictureError: the picture cannot be decoded.
            StoreError: it is missing or damaged, or the view cannot be written.
        """
        if long_side < 1 or not 1 <= quality <= 100:
            raise ValueError(f"no view has {long_side} pixels and quality {quality}")

        path = self._view_path(_name(image), long_side, quality)
        while path in self._making:  # somebody is at it; look again when they are done
            await self._making[path].wait()
        self._making[path] = done = anyio.Event()
        try:
            return await self._run(self._view, _name(image), path, long_side, quality)
        finally:
            del self._making[path]
            done.set()

    async def delete(self, image: ImageRef | str) -> None:
        """Remove a picture and its views; nothing happens when it is not here.

        Raises:
            StoreReadOnly, StoreError: it cannot be removed.
        """
        await self._run(self._delete, _name(image))

    async def sweep(self, keep: AbstractSet[str], older_than_seconds: float) -> Swept:
        """Remove pictures that nobody keeps, their views, and unfinished files.

        `keep` holds SHA-256 names. What was written, or put again, within the last
        `older_than_seconds` stays: a run being opened elsewhere may not have named it yet.

        Raises:
            StoreReadOnly, StoreError: a file cannot be removed.
        """
        return await self._run(self._sweep, keep, older_than_seconds)

    async def all(self) -> tuple[tuple[str, int], ...]:
        """Return (SHA-256, bytes) of every picture, sorted by name.

        Raises:
            StoreError: the folder cannot be read.
        """
        return await self._run(self._all)

    async def _run(self, work: Callable[[*_Args], _T], *args: *_Args) -> _T:
        """Run in a worker thread; a cancelled caller waits for it, so no write is left behind."""

        def guarded() -> _T:
            with disk.storing(self.folder):
                return work(*args)

        return await anyio.to_thread.run_sync(guarded, limiter=self._limiter)

    def _put(self, data: bytes, verify: bool, view: tuple[int, int] | None) -> ImageRef:
        decoded = decode(data, self.limits) if verify else None
        header = decoded.header if decoded else probe(data, self.limits)
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if disk.size(path) == len(data):
            with suppress(OSError):  # keeps a sweep away; a folder we cannot touch is not swept
                os.utime(path)
        else:
            disk.write(path, data)
        self._recent.keep(digest, data)
        if decoded and view and header.media_type != views.JPEG:  # which is decoded small, or not
            self._keep_view(digest, decoded.image, *view)
        return _ref(digest, header, len(data))

    def _keep_view(self, digest: str, image: Image, long_side: int, quality: int) -> None:
        path = self._view_path(digest, long_side, quality)
        if not path.is_file():
            disk.write(path, views.encoded(image, long_side, quality))

    def _get(self, digest: str) -> bytes:
        return self._recent.get(digest) or self._read(digest)

    def _read(self, digest: str) -> bytes:
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise StoreError(
                f"picture {digest} is missing from {self.folder}: the runs that name it are "
                "incomplete; restore it from a backup or delete those runs"
            ) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreDamaged(
                f"{path} does not hold what its name says: restore it from a backup, or delete it "
                "and the runs that name it"
            )
        self._recent.keep(digest, data)
        return data

    def _view(self, digest: str, path: Path, long_side: int, quality: int) -> View:
        with suppress(FileNotFoundError):  # not made yet
            return View(path.read_bytes(), views.JPEG)

        data = self._larger_view(digest, long_side, quality) or self._get(digest)
        made = views.make(data, self.limits, long_side=long_side, quality=quality)
        if made != data:
            disk.write(path, made)
        return View(made, views.JPEG)

    def _larger_view(self, digest: str, long_side: int, quality: int) -> bytes | None:
        """A view that a thumbnail can be made from, which spares decoding the picture again.

        Only for thumbnails, and from at least twice the size: what a thinker looks at is made from
        the picture itself, so that it does not depend on what was asked for before.
        """
        if long_side > _THUMBNAIL:
            return None

        found = [_VIEW.search(path.name) for path in self._views_of(digest)]
        sizes = [(int(view["side"]), int(view["quality"])) for view in found if view]
        large = [view for view in sizes if view[0] >= 2 * long_side and view[1] >= quality]
        if not large:
            return None

        with suppress(FileNotFoundError):  # swept meanwhile
            return self._view_path(digest, *min(large)).read_bytes()

        return None

    def _delete(self, digest: str) -> int:
        self._recent.forget(digest)
        return disk.remove(self.path(digest)) + sum(map(disk.remove, self._views_of(digest)))

    def _sweep(self, keep: AbstractSet[str], seconds: float) -> Swept:
        count = freed = 0
        for digest, path in self._blobs():
            if digest not in keep and disk.is_old(path, seconds):
                freed += self._delete(digest)
                count += 1
        for path in (*self.folder.rglob(f"{disk.TEMPORARY}*"), *self._orphans()):
            if disk.is_old(path, seconds):
                freed += disk.remove(path)
        return Swept(count, freed)

    def _all(self) -> tuple[tuple[str, int], ...]:
        sized = ((digest, disk.size(path)) for digest, path in self._blobs())
        return tuple(sorted((digest, size) for digest, size in sized if size is not None))

    def _blobs(self) -> Iterator[tuple[str, Path]]:
        """Pictures that are here; other people's files are passed over."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            digest = path.parent.name + path.name
            if _DIGEST.fullmatch(digest):
                yield digest, path

    def _views_of(self, digest: str) -> Iterator[Path]:
        return (self.folder / _VIEWS / digest[:2]).glob(f"{digest[2:]}-*")

    def _orphans(self) -> Iterator[Path]:
        """Views of pictures that are gone."""
        for path in (self.folder / _VIEWS).glob("*/*-*"):
            digest = path.parent.name + path.name[:62]
            if _DIGEST.fullmatch(digest) and not self.path(digest).is_file():
                yield path

    def _view_path(self, digest: str, long_side: int, quality: int) -> Path:
        place = self._place(self.folder / _VIEWS, digest)
        return place.with_name(f"{place.name}-{long_side}-q{quality}.jpg")

    @staticmethod
    def _place(root: Path, digest: str) -> Path:
        return root / digest[:2] / digest[2:]


def _name(image: ImageRef | str) -> str:
    digest = image if isinstance(image, str) else image.sha256
    if not _DIGEST.fullmatch(digest):
        raise StoreError(f"{digest[:80]!r} names no picture: give 64 hexadecimal digits")
    return digest


def _ref(digest: str, header: Header, size: int) -> ImageRef:
    return ImageRef(
        sha256=digest,
        media_type=header.media_type,
        width=header.width,
        height=header.height,
        size=size,
        degraded=header.degraded,
    )

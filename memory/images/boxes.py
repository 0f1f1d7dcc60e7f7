"""The boxes of ISO base media files (ISO/IEC 14496-12), of which AVIF is one kind."""

import struct
from collections.abc import Iterator

from ..errors import PictureError
from .found import damaged, truncated

Box = tuple[bytes, int, int]
"""Type, start and end of the content."""

_CONTAINERS = {
    **dict.fromkeys((b"iprp", b"ipco", b"moov", b"trak", b"mdia", b"minf", b"stbl"), 0),
    b"meta": 4,
    b"stsd": 8,
    b"av01": 78,
}
"""Boxes that hold boxes, and how many bytes of their own come first."""

_MAX_BOXES = 4096
_MAX_NESTING = 12


def children(data: bytes, at: int, end: int) -> Iterator[Box]:
    """Yield the boxes that follow one another in a range.

    Raises:
        PictureError: one reaches beyond the end.
    """
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        after = end if size == 0 else at + size
        if after > end or (size and size < head):
            raise truncated("AVIF")
        yield kind, at + head, after
        at = after


def walk(data: bytes) -> Iterator[Box]:
    """Yield all boxes of a file, each before those inside it.

    Raises:
        PictureError: cut off, too many, or nested too deeply.
    """
    for count, box in enumerate(_nested(data, 0, len(data), _MAX_NESTING)):
        if count > _MAX_BOXES:
            raise damaged("AVIF", f"more than {_MAX_BOXES:,} boxes")
        yield box


def inside(data: bytes, box: Box, *path: bytes) -> Iterator[Box]:
    """Yield the boxes that are reached from one box by types; its children without a path."""
    kind, start, end = box
    for child in children(data, start + _CONTAINERS[kind], end):
        if not path:
            yield child
        elif child[0] == path[0]:
            yield from inside(data, child, *path[1:]) if path[1:] else (child,)


def _nested(data: bytes, at: int, end: int, nesting: int) -> Iterator[Box]:
    for kind, start, after in children(data, at, end):
        yield kind, start, after
        if kind in _CONTAINERS:
            if not nesting:
                raise PictureError("the AVIF file nests its boxes too deeply: save it again")
            yield from _nested(data, start + _CONTAINERS[kind], after, nesting - 1)

"""AVIF: the depth and colour from its boxes; the rest from the parser that will decode it."""

import struct
from collections.abc import Iterator
from io import BytesIO

from PIL.AvifImagePlugin import AvifImageFile

from ..errors import PictureError
from .exif import orientation_of
from .found import Found, damaged, truncated
from .strict import BROKEN, strict

_CONTAINERS = {
    **dict.fromkeys((b"iprp", b"ipco", b"moov", b"trak", b"mdia", b"minf", b"stbl"), 0),
    b"meta": 4,
    b"stsd": 8,
    b"av01": 78,
}
"""Boxes that hold boxes, and how many bytes of their own come first."""

_MAX_BOXES = 4096
_MAX_NESTING = 12


def read(data: bytes) -> Found:
    """Read the header.

    Raises:
        PictureError: damaged or cut off.
    """
    depth, primaries, transfer = 8, 2, 2
    sizes: list[tuple[int, int]] = []
    for count, (kind, start, end) in enumerate(_boxes(data, 0, len(data), _MAX_NESTING)):
        if count > _MAX_BOXES:
            raise damaged("AVIF", f"more than {_MAX_BOXES:,} boxes")
        if kind == b"av1C" and end - start >= 4:
            depth = max(depth, _depth(data[start + 2]))
        elif kind == b"ispe" and end - start >= 12:
            sizes.append(struct.unpack_from(">II", data, start + 4))
        elif kind == b"colr" and data[start : start + 4] == b"nclx" and primaries == 2:
            primaries, transfer = struct.unpack_from(">HH", data, start + 4)
    return _found(_parsed(data), depth, primaries, transfer, tuple(sizes))


def _found(
    image: AvifImageFile,
    depth: int,
    primaries: int,
    transfer: int,
    sizes: tuple[tuple[int, int], ...],
) -> Found:
    icc, block = image.info.get("icc_profile"), image.info.get("exif")
    block = block.removeprefix(b"Exif\0\0") if block else None
    return Found(
        size=image.size,
        mode="RGBA" if image.mode == "RGBA" else "RGB",
        bit_depth=depth,
        alpha=image.mode == "RGBA",
        frames=image.n_frames,
        frame_sizes=sizes,
        icc=icc or None,
        exif=block,
        orientation=orientation_of(block),
        primaries=primaries,
        transfer=transfer,
        private=bool(block or image.info.get("xmp")),
    )


def _parsed(data: bytes) -> AvifImageFile:
    try:
        with strict():
            return AvifImageFile(BytesIO(data))
    except BROKEN as error:
        raise damaged("AVIF", str(error)) from error


def _depth(flags: int) -> int:
    if not flags & 0x40:
        return 8
    return 12 if flags & 0x20 else 10


def _boxes(data: bytes, at: int, end: int, nesting: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start and end of the content) of all boxes, those inside containers too."""
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
        if kind in _CONTAINERS:
            if not nesting:
                raise PictureError("the AVIF file nests its boxes too deeply: save it again")
            yield from _boxes(data, at + head + _CONTAINERS[kind], after, nesting - 1)
        at = after

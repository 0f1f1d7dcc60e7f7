"""AVIF: the depth and colour from its boxes; the rest from the parser that will decode it.

A box may lie about the size: what the AV1 streams inside code is read as well.
"""

import struct
from io import BytesIO

from PIL.AvifImagePlugin import AvifImageFile

from . import av1, avif_items, boxes
from .exif import orientation_of
from .found import Found, damaged
from .strict import BROKEN, strict

_MAX_SIZES = 256  # different ones that are declared
_MAX_UNITS = 16_384  # of all streams; items may share theirs, so the file's size is no bound


def read(data: bytes) -> Found:
    """Read the header.

    Raises:
        PictureError: damaged or cut off.
    """
    depth, primaries, transfer = 8, 2, 2
    sizes: list[tuple[int, int]] = []
    for kind, start, end in boxes.walk(data):
        if kind == b"av1C" and end - start >= 4:
            depth = max(depth, _depth(data[start + 2]))
        elif kind == b"ispe" and end - start >= 12:
            sizes.append(struct.unpack_from(">II", data, start + 4))
        elif kind == b"av01" and end - start >= 28:
            sizes.append(struct.unpack_from(">HH", data, start + 24))
        elif kind == b"colr" and data[start : start + 4] == b"nclx" and primaries == 2:
            primaries, transfer = struct.unpack_from(">HH", data, start + 4)
    sizes += [*avif_items.grids(data), *_coded(data, sizes)]
    return _found(_parsed(data), depth, primaries, transfer, tuple(sizes))


def _coded(data: bytes, declared: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return every size for which a decoder may allocate; a stream must fit what is declared."""
    within, units = set(declared), 0
    if len(within) > _MAX_SIZES:
        raise damaged("AVIF", f"more than {_MAX_SIZES} sizes")
    sequences, frames = set[tuple[int, int]](), set[tuple[int, int]]()
    for stream in avif_items.streams(data):
        coded = av1.read(stream)
        units += coded.units
        if units > _MAX_UNITS:
            raise damaged("AVIF", f"more than {_MAX_UNITS:,} units in its streams")
        for width, height in set(coded.sequences) - sequences:
            if not any(width <= w and height <= h for w, h in within):
                raise damaged("AVIF", f"it codes {width}x{height}, larger than it says")
        sequences.update(coded.sequences)
        frames.update(coded.frames)
    return [*sequences, *frames]


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

"""WebP: facts from the RIFF chunks, those of every frame included."""

import struct
from collections.abc import Iterator

from . import exif
from .found import Found, damaged, truncated

_MAX_CHUNKS = 20_000
_MAX_CHUNKS_OF_FRAME = 64
_ANIMATION, _ALPHA = 0x02, 0x10


def chunks(
    data: bytes, at: int, end: int, most: int = _MAX_CHUNKS
) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, start and end of the content) of the chunks in a range.

    Raises:
        PictureError: a chunk reaches beyond the end, or there are far too many.
    """
    for _ in range(most):
        if at + 8 > end:
            return
        name, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise truncated("WebP")
        yield name, at + 8, at + 8 + length
        at += 8 + length + (length & 1)
    raise damaged("WebP", f"more than {most:,} chunks")


def riff_end(data: bytes) -> int:
    """Return where the container says that it ends.

    Raises:
        PictureError: that is beyond the file.
    """
    (length,) = struct.unpack_from("<I", data, 4)
    if 8 + length > len(data):
        raise truncated("WebP")
    return 8 + int(length)


def read(data: bytes) -> Found:
    """Read the header.

    Raises:
        PictureError: damaged or cut off.
    """
    canvas: tuple[int, int] | None = None
    icc: bytes | None = None
    block: bytes | None = None
    frames = 0
    flags = 0
    sizes: list[tuple[int, int]] = []
    streams: list[tuple[int, int, bool, bool]] = []
    private = False
    for name, start, end in chunks(data, 12, riff_end(data)):
        if name == b"VP8X" and canvas is None:
            flags, canvas = data[start], _u24_pair(data, start + 4)
        elif name in (b"VP8 ", b"VP8L"):
            streams.append(_stream(data, name, start))
        elif name == b"ANMF":
            frames += 1
            sizes.append(_u24_pair(data, start + 6))
            streams += _frame_streams(data, start + 16, end)
        elif name == b"ICCP":
            icc = icc or data[start:end]
        elif name == b"EXIF":
            block, private = block or data[start:end].removeprefix(b"Exif\0\0"), True
        elif name == b"XMP ":
            private = True
    if not streams:
        raise damaged("WebP", "no picture inside")
    alpha = bool(flags & _ALPHA) if canvas else streams[0][2]
    return Found(
        size=canvas or streams[0][:2],
        mode="RGBA" if alpha else "RGB",
        alpha=alpha,
        frames=max(1, frames) if flags & _ANIMATION else 1,
        frame_sizes=(*sizes, *(stream[:2] for stream in streams)),
        icc=icc if canvas else None,
        exif=block if exif.read(block or b"") else None,
        full_chroma=streams[0][3],
        lossless=streams[0][3],
        private=private,
    )


def _frame_streams(data: bytes, at: int, end: int) -> list[tuple[int, int, bool, bool]]:
    inner = chunks(data, at, end, _MAX_CHUNKS_OF_FRAME)
    return [_stream(data, name, start) for name, start, _ in inner if name in (b"VP8 ", b"VP8L")]


def _stream(data: bytes, name: bytes, start: int) -> tuple[int, int, bool, bool]:
    """Width, height, alpha and losslessness of a coded frame."""
    if name == b"VP8 ":
        if data[start + 3 : start + 6] != b"\x9d\x01\x2a":
            raise damaged("WebP", "no start code")
        width, height = struct.unpack_from("<HH", data, start + 6)
        return width & 0x3FFF, height & 0x3FFF, False, False

    if data[start] != 0x2F:
        raise damaged("WebP", "no lossless signature")
    (bits,) = struct.unpack_from("<I", data, start + 1)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1), True


def _u24_pair(data: bytes, at: int) -> tuple[int, int]:
    width, high, height, top = struct.unpack_from("<HBHB", data, at)
    return (width | high << 16) + 1, (height | top << 16) + 1

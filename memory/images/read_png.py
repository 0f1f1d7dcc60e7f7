"""PNG and APNG: facts from the chunks; nothing but text and the profile is inflated, with bounds."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import PictureError
from .found import Found, Mode, damaged, truncated

_MAX_CHUNKS = 100_000
_MAX_FRAMES_READ = 10_000
_MAX_INFLATED = 1_048_576  # what Pillow inflates of one chunk at most
_MAX_TEXT = 8 * _MAX_INFLATED
_MODES: dict[int, Mode] = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_TEXT = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(slots=True)
class _Seen:
    frames: int = 1
    frame_sizes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    icc: bytes | None = None
    exif: bytes | None = None
    transparent: bool = False
    palette: bool = False
    private: bool = False
    text: int = 0
    primaries: int = 2
    transfer: int = 2


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start and end of the content), up to and with `IEND`.

    Raises:
        PictureError: the file ends before, or has far too many chunks.
    """
    at = 8
    for _ in range(_MAX_CHUNKS):
        if at + 12 > len(data):
            raise truncated("PNG")
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 8 + length
        if end + 4 > len(data):
            raise truncated("PNG")
        yield kind, at + 8, end
        if kind == b"IEND":
            return
        at = end + 4
    raise damaged("PNG", f"more than {_MAX_CHUNKS:,} chunks")


def read(data: bytes) -> Found:
    """Read the header.

    Raises:
        PictureError: damaged, cut off, or holding text or a profile that inflates without measure.
    """
    header: bytes | None = None
    seen = _Seen()
    for kind, start, end in chunks(data):
        if (header is None) != (kind == b"IHDR"):
            raise damaged("PNG", "its header is not first, or not alone")
        if kind == b"IHDR":
            header = data[start:end]
        elif kind != b"IDAT":
            _note(seen, kind, data[start:end])
    if header is None or len(header) != 13:
        raise damaged("PNG", "its header has a wrong length")
    return _found(header, seen)


def _note(seen: _Seen, kind: bytes, body: bytes) -> None:
    if kind in _TEXT:
        seen.private = True
        seen.text += _text_size(kind, body)
        if seen.text > _MAX_TEXT:
            raise damaged("PNG", "its text chunks inflate beyond 8 MB")
    elif kind == b"iCCP" and seen.icc is None:  # one is allowed, and each is work
        seen.icc = _profile(body)
    elif kind == b"eXIf":
        seen.exif, seen.private = body, True
    elif kind == b"tRNS":
        seen.transparent = True
    elif kind == b"PLTE":
        seen.palette = True
    elif kind == b"acTL" and len(body) >= 8:
        seen.frames = max(1, struct.unpack_from(">I", body)[0])
    elif kind == b"fcTL" and len(body) >= 12 and len(seen.frame_sizes) < _MAX_FRAMES_READ:
        seen.frame_sizes.append(struct.unpack_from(">II", body, 4))
    elif kind == b"cICP" and len(body) >= 2:
        seen.primaries, seen.transfer = body[0], body[1]


def _found(header: bytes, seen: _Seen) -> Found:
    width, height, depth, colour = struct.unpack_from(">IIBB", header)
    if colour not in _MODES or depth not in _DEPTHS[colour]:
        raise damaged("PNG", f"colour type {colour} with {depth} bits")
    if colour == 3 and not seen.palette:
        raise damaged("PNG", "its palette is missing")

    return Found(
        size=(width, height),
        mode=_MODES[colour],
        bit_depth=8 if colour == 3 else depth,
        alpha=colour in (4, 6) or seen.transparent,
        frames=seen.frames,
        frame_sizes=tuple(seen.frame_sizes),
        icc=seen.icc,
        exif=seen.exif,
        primaries=seen.primaries,
        transfer=seen.transfer,
        lossless=True,
        private=seen.private,
    )


def _text_size(kind: bytes, body: bytes) -> int:
    """Count the characters that a text chunk holds once inflated."""
    keyword, _, rest = body.partition(b"\0")
    if kind == b"iTXt" and rest[:1] == b"\1":
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif kind == b"zTXt":
        rest = rest[1:]
    else:
        return len(body)
    return len(keyword) + len(_inflated(rest, "text"))


def _profile(body: bytes) -> bytes:
    """Inflate the profile; empty bytes when it cannot be inflated."""
    return _inflated(body.partition(b"\0")[2][1:], "colour profile")


def _inflated(packed: bytes, what: str) -> bytes:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(packed, _MAX_INFLATED)
    except zlib.error:
        return b""

    if stream.unconsumed_tail:
        raise PictureError(
            f"the {what} inside this PNG inflates beyond 1 MB: save it again without metadata"
        )
    return plain

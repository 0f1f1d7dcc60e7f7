"""Change the metadata of an encoded JPEG, PNG or WebP and leave its pixels untouched."""

import struct
import zlib
from collections.abc import Callable

from . import read_png, read_webp
from .colour import srgb_profile
from .splice_jpeg import jpeg

Splice = Callable[[bytes, bytes | None, bool], bytes]

_PNG_PRIVATE = frozenset({b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_PNG_COLOUR = frozenset({b"iCCP", b"sRGB", b"cICP"})
_ICC, _ALPHA, _EXIF, _XMP, _ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02


def png(data: bytes, exif: bytes | None, keep_text: bool) -> bytes:
    """Set the EXIF chunk and tag sRGB where nothing names a colour space."""
    parts = [(kind, data[start:end]) for kind, start, end in read_png.chunks(data)]
    tagged = any(kind in _PNG_COLOUR for kind, _ in parts)
    added = [] if tagged else [(b"sRGB", b"\0")]
    added += [(b"eXIf", exif)] if exif else []
    kept = [p for p in parts[1:] if p[0] != b"eXIf" and (keep_text or p[0] not in _PNG_PRIVATE)]
    chunks = (_chunk(kind, body) for kind, body in (parts[0], *added, *kept))
    return b"".join((data[:8], *chunks))


def webp(data: bytes, exif: bytes | None, keep_text: bool) -> bytes:
    """Set the EXIF chunk and tag sRGB where no profile is; the simple form becomes extended."""
    inside = read_webp.chunks(data, 12, read_webp.riff_end(data))
    parts = [(name, data[start:end]) for name, start, end in inside]
    given = dict(reversed(parts))
    icc = given.get(b"ICCP") or srgb_profile()
    xmp = given.get(b"XMP ") if keep_text else None
    flags, canvas = _canvas(data, given.get(b"VP8X"))
    flags = flags & (_ALPHA | _ANIMATION) | _ICC | (_EXIF if exif else 0) | (_XMP if xmp else 0)
    pixels = [p for p in parts if p[0] not in (b"VP8X", b"ICCP", b"EXIF", b"XMP ")]
    after = [(b"EXIF", exif)] if exif else []
    after += [(b"XMP ", xmp)] if xmp else []
    head = [(b"VP8X", bytes((flags, 0, 0, 0)) + canvas), (b"ICCP", icc)]
    body = b"".join(_riff(name, content) for name, content in (*head, *pixels, *after))
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


SPLICES: dict[str, Splice] = {"image/jpeg": jpeg, "image/png": png, "image/webp": webp}
"""The formats whose metadata can be changed without touching a pixel."""


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _riff(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) & 1)


def _canvas(data: bytes, extended: bytes | None) -> tuple[int, bytes]:
    """Return the flags and the six bytes of the canvas size."""
    if extended is not None:
        return extended[0], extended[4:10]

    found = read_webp.read(data)
    width, height = (side - 1 for side in found.size)
    packed = width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return _ALPHA if found.alpha else 0, packed

"""Change the metadata of an encoded JPEG, or take all of it away; its pixels stay untouched."""

import struct
from collections.abc import Iterator

from . import read_jpeg
from .colour import srgb_profile

MAX_JPEG_EXIF = 65_527
"""What fits into one JPEG segment beside its prefix."""

_SCAN, _END, _BARE = 0xDA, 0xD9, 0x01
_TABLES = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD}) - {0xC8}
"""What decoding needs: frame, Huffman and arithmetic tables, quantisation, restarts, scans."""


def jpeg(data: bytes, exif: bytes | None, keep_text: bool) -> bytes:
    """Set the EXIF block and tag sRGB where no profile is; drop what follows the picture.

    Without `keep_text` XMP, IPTC, comments and thumbnails go as well. A block above
    `MAX_JPEG_EXIF` bytes must not be given.

    Raises:
        PictureError: the file ends within its coded pixels.
    """
    head: list[bytes] = []
    body: list[bytes] = []
    scan, tagged = 0, False
    for marker, start, end in read_jpeg.segments(data):
        payload = data[start:end]
        scan = start - 4
        if marker == 0xE0 and not keep_text:
            payload = _without_thumbnail(payload)
        if marker == _SCAN or not payload or _dropped(marker, payload, keep_text):
            continue
        tagged |= marker == 0xE2 and payload.startswith(b"ICC_PROFILE\0")
        (head if marker == 0xE0 else body).append(_segment(marker, payload))
    if exif:
        head.append(_segment(0xE1, b"Exif\0\0" + exif))
    if not tagged:
        head.append(_segment(0xE2, b"ICC_PROFILE\0\1\1" + srgb_profile()))
    return b"".join((b"\xff\xd8", *head, *body, *_coded(data, scan, keep_text)))


def bare(data: bytes) -> bytes:
    """Return the picture and nothing else: no metadata, profile, thumbnail, or second picture.

    What says how the samples are to be read stays: JFIF's version and density, Adobe's transform.

    Raises:
        PictureError: the file ends within its coded pixels.
    """
    kept: list[bytes] = []
    scan = 0
    for marker, start, end in read_jpeg.segments(data):
        payload = data[start:end]
        scan = start - 4
        if marker == 0xE0:
            payload = _without_thumbnail(payload) if payload.startswith(b"JFIF\0") else b""
        elif marker == 0xEE:
            payload = payload[:12] if payload.startswith(b"Adobe") else b""
        elif marker == _SCAN or marker not in _TABLES:
            continue
        if payload:
            kept.append(_segment(marker, payload))
    return b"".join((b"\xff\xd8", *kept, *_coded(data, scan, keep_text=False)))


def _coded(data: bytes, at: int, keep_text: bool) -> Iterator[bytes]:
    """Yield the scans, the tables between them, and the end; `at` is the first scan's marker."""
    while (marker := data[at + 1]) != _END:
        length = 0 if marker == _BARE else max(2, int.from_bytes(data[at + 2 : at + 4]))
        end = at + 2 + length
        after = read_jpeg.after_scan(data, end)
        if marker == _SCAN:
            yield data[at:after]
        elif keep_text or marker in _TABLES:
            yield data[at:end]
        at = after
    yield b"\xff\xd9"


def _without_thumbnail(payload: bytes) -> bytes:
    """Return the content of an APP0 segment without its small picture; nothing if it is only that.

    JFIF: version, unit and density, then the thumbnail's size, which becomes 0x0.
    """
    if payload.startswith(b"JFIF\0"):
        return payload[:12] + b"\0\0" if len(payload) >= 14 else b""
    return b"" if payload.startswith(b"JFXX\0") else payload


def _dropped(marker: int, payload: bytes, keep_text: bool) -> bool:
    if marker == 0xE1 and payload.startswith(b"Exif\0\0"):
        return True
    if marker == 0xE2 and payload.startswith(b"MPF\0"):  # its offsets would be wrong
        return True
    return not keep_text and marker in (0xE1, 0xED, 0xFE)


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload

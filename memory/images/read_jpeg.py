"""JPEG: size, depth, profile and orientation from the marker segments before the first scan."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import PictureError
from . import exif
from .found import Found, Mode, damaged, truncated

_MAX_SEGMENTS = 4096
_MAX_SCANS = 512
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_BARE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_MODES: dict[int, Mode] = {1: "L", 3: "RGB", 4: "CMYK"}
_NUMBER_OF_IMAGES = 0xB001
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # neither stuffing, nor fill, nor a restart


@dataclass(slots=True)
class _Seen:
    frame: bytes | None = None
    progressive: bool = False
    exif: bytes | None = None
    pictures: int | None = None
    adobe: bool = False
    private: bool = False
    icc: dict[int, bytes] = field(default_factory=dict[int, bytes])
    icc_parts: int = 0


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start and end of the payload), up to and with the start of the first scan.

    Raises:
        PictureError: the file ends before, or has far too many segments.
    """
    at = 2
    for _ in range(_MAX_SEGMENTS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            raise truncated("JPEG")
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + max(2, int(struct.unpack_from(">H", data, at + 2)[0]))
        if marker == 0xD9 or end > len(data):
            raise truncated("JPEG")
        yield marker, at + 4, end
        if marker == 0xDA:
            return
        at = end
    raise damaged("JPEG", f"more than {_MAX_SEGMENTS} segments")


def after_scan(data: bytes, at: int) -> int:
    """Return where the coded pixels end that begin at `at`: the place of the next marker.

    Raises:
        PictureError: there is none.
    """
    found = _MARKER.search(data, at)
    if found is None:
        raise truncated("JPEG")
    return found.start()


def is_thumbnail(payload: bytes) -> bool:
    """Whether an APP0 segment carries a small picture of its own."""
    return payload.startswith(b"JFXX\0") or any(payload[12:14])


def read(data: bytes) -> Found:
    """Read the header.

    Raises:
        PictureError: damaged, cut off, or of a kind that is not taken.
    """
    seen = _Seen()
    scan = 0
    for marker, start, end in segments(data):
        scan = end
        _note(seen, marker, data[start:end])
    if data.rfind(b"\xff\xd9") < scan:  # stuffing keeps this pair out of the coded pixels
        raise truncated("JPEG")
    if seen.progressive and data.count(b"\xff\xda", scan) > _MAX_SCANS:
        raise damaged("JPEG", f"more than {_MAX_SCANS} scans")
    return _found(seen)


def _note(seen: _Seen, marker: int, payload: bytes) -> None:
    if marker in _FRAMES:
        if seen.frame is not None:
            raise damaged("JPEG", "two frame headers")
        seen.frame, seen.progressive = payload, marker in _PROGRESSIVE
    elif marker == 0xE1 and payload.startswith(b"Exif\0\0"):
        seen.exif = seen.exif or payload[6:]
        seen.private = True
    elif marker == 0xE2:
        _note_app2(seen, payload)
    elif marker == 0xEE and payload.startswith(b"Adobe"):
        seen.adobe = True
    elif marker in (0xE1, 0xED, 0xFE) or (marker == 0xE0 and is_thumbnail(payload)):
        seen.private = True


def _note_app2(seen: _Seen, payload: bytes) -> None:
    if payload.startswith(b"ICC_PROFILE\0") and len(payload) > 14:
        seen.icc[payload[12]] = payload[14:]
        seen.icc_parts = payload[13]
    elif payload.startswith(b"MPF\0") and seen.pictures is None:  # further ones are only work
        index = exif.read(payload[4:])
        seen.pictures = (index.number(_NUMBER_OF_IMAGES) if index else None) or 1


def _found(seen: _Seen) -> Found:
    if seen.frame is None or len(seen.frame) < 6:
        raise damaged("JPEG", "no frame header")
    precision, height, width, layers = struct.unpack_from(">BHHB", seen.frame)
    if precision != 8:
        raise PictureError(
            f"the JPEG has {precision} bits per sample, which is not taken: save it as a 16-bit PNG"
        )
    if layers not in _MODES or len(seen.frame) < 6 + 3 * layers:
        raise damaged("JPEG", f"{layers} colour layers")
    sampling = seen.frame[7 : 6 + 3 * layers : 3]
    return Found(
        size=(width, height),
        mode=_MODES[layers],
        frames=seen.pictures or 1,
        pages=(seen.pictures or 1) > 1,
        icc=_profile(seen),
        exif=seen.exif,
        inverted=layers == 4 and seen.adobe,
        full_chroma=len(set(sampling)) == 1,
        private=seen.private,
    )


def _profile(seen: _Seen) -> bytes | None:
    """Join the parts of the profile; empty bytes where parts are missing."""
    if not seen.icc:
        return None

    whole = set(seen.icc) == set(range(1, seen.icc_parts + 1))
    return b"".join(seen.icc[n] for n in sorted(seen.icc)) if whole else b""

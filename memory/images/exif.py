"""EXIF blocks (TIFF structures): read with bounds, rewritten from a list of harmless tags.

Only whole, in-bounds entries are copied, byte by byte, and nothing is interpreted; a hostile block
yields fewer tags and no exception.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_MAX_VALUE = 4096
_MAX_ENTRIES = 512

ORIENTATION = 0x0112
_EXIF_IFD = 0x8769
_GPS_IFD = 0x8825

# Make, Model, DateTime, Artist, Copyright.
_IMAGE_TAGS = frozenset({0x010F, 0x0110, 0x0132, 0x013B, 0x8298})
# Exposure, aperture, sensitivity, times and their zones, focal length, flash, lens.
_PHOTO_TAGS = frozenset(
    {0x829A, 0x829D, 0x8827, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9204, 0x9209, 0x920A}
    | {0x9290, 0x9291, 0x9292, 0xA405, 0xA433, 0xA434}
)


class Entry(NamedTuple):
    """One value of a directory, in the byte order of its block."""

    tag: int
    kind: int
    length: int
    value: bytes
    at: int
    """Where the value lies in the block."""


@dataclass(frozen=True, slots=True)
class Block:
    """The directories of an EXIF block that can be reached and read."""

    order: str
    image: dict[int, Entry]
    photo: dict[int, Entry]
    gps: dict[int, Entry]

    def number(self, tag: int) -> int | None:
        """Return a short or long of the image directory."""
        entry = self.image.get(tag)
        if entry is None or entry.kind not in (3, 4) or not entry.length:
            return None

        return _number(self.order, entry)


def read(block: bytes) -> Block | None:
    """Read what can be read; None when it is no TIFF structure at all."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8 or struct.unpack_from(order + "H", block, 2)[0] != 42:
        return None

    image = _directory(block, order, struct.unpack_from(order + "I", block, 4)[0])
    return Block(order, image, *(_child(block, order, image, t) for t in (_EXIF_IFD, _GPS_IFD)))


def orientation_of(block: bytes | None) -> int:
    """Return 1 to 8; 1 when the block says nothing, or nothing sensible."""
    found = read(block) if block else None
    value = found.number(ORIENTATION) if found else None
    return value if value is not None and 1 <= value <= 8 else 1


def safe(block: bytes) -> bytes | None:
    """Keep author, copyright, camera, exposure and time; drop place, thumbnail, serials, the rest.

    None when nothing is left.
    """
    return _rewritten(block, gps=False)


def upright(block: bytes) -> bytes | None:
    """Return the block with its orientation set to 1, and otherwise as it is."""
    found = read(block)
    entry = found.image.get(ORIENTATION) if found else None
    if found is None or entry is None or entry.kind != 3:
        return block

    one = struct.pack(found.order + "H", 1)
    return block[: entry.at] + one + block[entry.at + 2 :]


def carve(block: bytes) -> bytes | None:
    """Copy the descriptive tags, place included, out of a whole TIFF file."""
    return _rewritten(block, gps=True)


def words(block: bytes) -> dict[int, str]:
    """Return the texts among the harmless tags of the image directory."""
    found = read(block)
    entries = found.image.values() if found else ()
    texts = (e for e in entries if e.tag in _IMAGE_TAGS and e.kind == 2)
    return {e.tag: e.value.rstrip(b"\0").decode("ascii", "replace") for e in texts}


def _rewritten(block: bytes, *, gps: bool) -> bytes | None:
    found = read(block)
    if found is None:
        return None

    image = [e for e in found.image.values() if e.tag in _IMAGE_TAGS]
    photo = [e for e in found.photo.values() if e.tag in _PHOTO_TAGS]
    place = list(found.gps.values()) if gps else []
    return _block(found.order, image, photo, place) if image or photo or place else None


def _number(order: str, entry: Entry) -> int:
    return int(struct.unpack_from(order + ("H" if entry.kind == 3 else "I"), entry.value)[0])


def _child(block: bytes, order: str, parent: dict[int, Entry], tag: int) -> dict[int, Entry]:
    pointer = parent.get(tag)
    if pointer is None or pointer.kind != 4 or pointer.length != 1:
        return {}

    return _directory(block, order, _number(order, pointer))


def _directory(block: bytes, order: str, start: int) -> dict[int, Entry]:
    if start < 8 or start + 2 > len(block):
        return {}

    count = min(struct.unpack_from(order + "H", block, start)[0], _MAX_ENTRIES)
    entries: dict[int, Entry] = {}
    for at in range(start + 2, min(start + 2 + 12 * count, len(block) - 11), 12):
        entry = _entry(block, order, at)
        if entry is not None:
            entries.setdefault(entry.tag, entry)
    return entries


def _entry(block: bytes, order: str, at: int) -> Entry | None:
    tag, kind, count = struct.unpack_from(order + "HHI", block, at)
    size = _WIDTHS.get(kind, 0) * count
    if not 0 < size <= _MAX_VALUE:
        return None

    start = at + 8 if size <= 4 else int(struct.unpack_from(order + "I", block, at + 8)[0])
    if start + size > len(block):
        return None

    return Entry(tag, kind, count, block[start : start + size], start)


def _block(order: str, image: list[Entry], photo: list[Entry], gps: list[Entry]) -> bytes:
    """Lay out the directories one after another: image, photo, gps."""
    children = [(tag, part) for tag, part in ((_EXIF_IFD, photo), (_GPS_IFD, gps)) if part]
    links = [Entry(tag, 4, 1, bytes(4), 0) for tag, _ in children]
    at = 8 + len(_laid_out(order, [*image, *links], 8))
    bodies: list[bytes] = []
    for number, (_, part) in enumerate(children):
        links[number] = links[number]._replace(value=struct.pack(order + "I", at))
        bodies.append(_laid_out(order, part, at))
        at += len(bodies[-1])
    mark = {"<": b"II", ">": b"MM"}[order]
    first = _laid_out(order, [*image, *links], 8)
    return mark + struct.pack(order + "HI", 42, 8) + first + b"".join(bodies)


def _laid_out(order: str, entries: Iterable[Entry], start: int) -> bytes:
    """One directory with its values behind it, for a place in the block."""
    ordered = sorted(entries)
    table = struct.pack(order + "H", len(ordered))
    values = b""
    behind = start + 2 + 12 * len(ordered) + 4
    for entry in ordered:
        table += struct.pack(order + "HHI", entry.tag, entry.kind, entry.length)
        if len(entry.value) <= 4:
            table += entry.value.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", behind + len(values))
            values += entry.value + bytes(len(entry.value) & 1)
    return table + bytes(4) + values

"""AVIF: where the coded pictures lie that a decoder may open: items, and first samples of tracks."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from .boxes import Box, children, inside
from .found import damaged, truncated

_MAX_ITEMS = 65_536
_SPARE = 16_000_000  # bytes; items may share theirs, but not without measure


def streams(data: bytes) -> Iterator[bytes]:
    """Yield each AV1 stream that may be decoded for the first picture of the file.

    Raises:
        PictureError: a place lies outside the file or cannot be told, or far too much is named.
    """
    total = 0
    for stream in _streams(data):
        total += len(stream)
        if total > len(data) + _SPARE:
            raise damaged("AVIF", "its items overlap")
        yield stream


def _streams(data: bytes) -> Iterator[bytes]:
    for box in children(data, 0, len(data)):
        if box[0] == b"meta":
            items = _items(data, box)
            yield from (items.content(item) for item in items.of_kind(b"av01"))
        elif box[0] == b"moov":
            for table in inside(data, box, b"trak", b"mdia", b"minf", b"stbl"):
                yield from _first_sample(data, table)


def grids(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the sizes of the pictures that are put together from tiles.

    Raises:
        PictureError: as for `streams`.
    """
    for box in children(data, 0, len(data)):
        if box[0] == b"meta":
            items = _items(data, box)
            yield from (_grid_size(items.content(item)) for item in items.of_kind(b"grid"))


@dataclass(slots=True)
class _Items:
    data: bytes
    kinds: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    places: dict[int, list[tuple[int, int, int]]] = field(
        default_factory=dict[int, list[tuple[int, int, int]]]
    )
    """Of an item: construction method, offset and length of its extents."""

    inner: int | None = None
    """Where the box begins that holds items itself."""

    def of_kind(self, kind: bytes) -> Iterator[int]:
        """Yield the items of a type."""
        return (item for item, its in self.kinds if its == kind)

    def content(self, item: int) -> bytes:
        """Return the bytes of an item."""
        parts: list[bytes] = []
        if sum(place[2] for place in self.places.get(item, ())) > len(self.data):
            raise damaged("AVIF", "an item larger than the file")
        for method, start, length in self.places.get(item, ()):
            origin = {0: 0, 1: self.inner}.get(method)
            if origin is None:
                raise damaged("AVIF", "an item whose place cannot be told")
            parts.append(_cut(self.data, origin + start, length))
        return b"".join(parts)


def _items(data: bytes, meta: Box) -> _Items:
    items = _Items(data)
    for kind, start, end in inside(data, meta):
        if kind == b"idat":
            items.inner = start
        elif kind == b"iloc":
            _locate(items, _Reader(data, start, end))
        elif kind == b"iinf":
            first = start + (8 if data[start] else 6)
            for inner, at, _ in children(data, first, end):
                if inner == b"infe" and data[at] >= 2:  # earlier versions name no type
                    items.kinds.append(_kind(data, at))
                _checked(len(items.kinds))
    return items


def _kind(data: bytes, at: int) -> tuple[int, bytes]:
    number, form = (4, ">I") if data[at] > 2 else (2, ">H")
    (item,) = struct.unpack_from(form, data, at + 4)
    return item, data[at + 6 + number : at + 10 + number]


def _locate(items: _Items, read: "_Reader") -> None:
    version = read.take(1)
    read.take(3)
    widths = read.take(2)
    offset, length, base, index = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    number = 4 if version == 2 else 2
    pieces = 0
    for _ in range(_checked(read.take(number))):
        item = read.take(number)
        method = read.take(2) & 15 if version else 0
        read.take(2)  # in which file; decoders look into this one only
        start = read.take(base)
        places = items.places.setdefault(item, [])
        count = read.take(2)
        pieces = _checked(pieces + count)
        for _ in range(count):
            read.take(index if version else 0)
            places.append((method, start + read.take(offset), read.take(length)))


def _checked(count: int) -> int:
    if count > _MAX_ITEMS:
        raise damaged("AVIF", f"more than {_MAX_ITEMS:,} items")
    return count


def _first_sample(data: bytes, table: Box) -> Iterator[bytes]:
    """Yield what the first frame of an AV1 track is coded as."""
    boxes = {kind: start for kind, start, _ in inside(data, table)}
    coded = any(box[0] == b"av01" for box in inside(data, table, b"stsd", b"av01"))
    if not coded or b"stsz" not in boxes:
        return

    (same,) = struct.unpack_from(">I", data, boxes[b"stsz"] + 4)
    size = same or struct.unpack_from(">I", data, boxes[b"stsz"] + 12)[0]
    for kind, form in ((b"stco", ">I"), (b"co64", ">Q")):
        if kind in boxes:
            (at,) = struct.unpack_from(form, data, boxes[kind] + 8)
            yield _cut(data, at, size)


def _cut(data: bytes, start: int, length: int) -> bytes:
    if not length or start + length > len(data):
        raise truncated("AVIF")
    return data[start : start + length]


def _grid_size(content: bytes) -> tuple[int, int]:
    wide = len(content) > 1 and content[1] & 1
    width, height = struct.unpack_from(">4xII" if wide else ">4xHH", content)
    return width, height


class _Reader:
    """Numbers of any width, one after another."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data = data
        self.at = at
        self.end = end

    def take(self, width: int) -> int:
        """Return the next `width` bytes as a number."""
        self.at += width
        if self.at > self.end:
            raise truncated("AVIF")
        return int.from_bytes(self.data[self.at - width : self.at])

"""TIFF and BigTIFF: the directories, and whether the pixels that they point to are there."""

import struct
from dataclasses import dataclass

from ..errors import PictureError
from . import exif
from .found import MAX_PROFILE, Found, Mode, damaged, truncated

_MAX_PAGES = 4096
_MAX_ENTRIES = 4096
_MAX_ENTRIES_OF_ALL = 200_000  # directories may overlap, so the file's size is no bound
_MAX_NUMBERS = 1_000_000  # of one tag: the strips or tiles of a picture
_TYPES = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 16: "Q"}
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8}
_MODES: dict[int, Mode] = {0: "L", 1: "L", 2: "RGB", 3: "P", 5: "CMYK", 6: "RGB", 8: "LAB"}
_PRIVATE = (270, 700, 33723, 34377, 34853)  # description, XMP, IPTC, Photoshop, GPS


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the numbers of this file stand: classic or big, low or high byte first."""

    order: str
    big: bool

    def header(self, data: bytes) -> int:
        return int(
            struct.unpack_from(self.order + ("Q" if self.big else "I"), data, 8 if self.big else 4)[
                0
            ]
        )


class _Directory:
    """One page's tags, read when asked for."""

    def __init__(self, data: bytes, layout: _Layout, at: int) -> None:
        self.data = data
        self.layout = layout
        self.places: dict[int, tuple[int, int, int]] = {}
        big = layout.big
        (count,) = struct.unpack_from(layout.order + ("Q" if big else "H"), data, at)
        if count > _MAX_ENTRIES:
            raise damaged("TIFF", f"a directory of {count:,} entries")
        self.entries: int = count
        start, step = at + (8 if big else 2), 20 if big else 12
        for entry in range(start, start + step * count, step):
            tag, kind, n = struct.unpack_from(layout.order + ("HHQ" if big else "HHI"), data, entry)
            self.places.setdefault(tag, (kind, n, entry + (12 if big else 8)))
        end = start + step * count
        (self.next,) = struct.unpack_from(layout.order + ("Q" if big else "I"), data, end)

    def raw(self, tag: int) -> bytes:
        """Return the bytes of a tag; none where it is absent."""
        at, size = self._place(tag)
        return self.data[at : at + size]

    def _place(self, tag: int) -> tuple[int, int]:
        """Where the bytes of a tag begin, and how many there are."""
        kind, count, at = self.places.get(tag, (1, 0, 0))
        size = _WIDTHS.get(kind, 1) * count
        if size > (8 if self.layout.big else 4):
            (at,) = struct.unpack_from(
                self.layout.order + ("Q" if self.layout.big else "I"), self.data, at
            )
        if at + size > len(self.data):
            raise truncated("TIFF")
        return at, size

    def numbers(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Return the whole numbers of a tag."""
        kind, count, _ = self.places.get(tag, (0, 0, 0))
        if kind not in _TYPES or not count:
            return default
        if count > _MAX_NUMBERS:
            raise damaged("TIFF", f"a tag of {count:,} numbers")
        return struct.unpack(f"{self.layout.order}{count}{_TYPES[kind]}", self.raw(tag))

    def number(self, tag: int, default: int = 0) -> int:
        """Return the first number of a tag."""
        kind, count, _ = self.places.get(tag, (0, 0, 0))
        if kind not in _TYPES or not count:
            return default
        form = self.layout.order + _TYPES[kind]
        return int(struct.unpack_from(form, self.data, self._place(tag)[0])[0])

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows as stored."""
        return self.number(256), self.number(257)


def read(data: bytes) -> Found:
    """Read all directories; the first page is the picture.

    Raises:
        PictureError: damaged, cut off, or with samples that are not whole numbers of 1 to 16 bits.
    """
    order = "<" if data[:2] == b"II" else ">"
    layout = _Layout(order, big=struct.unpack_from(order + "H", data, 2)[0] == 43)
    pages = _pages(data, layout)
    first = pages[0]
    _check_pixels(first)
    mode, depth, alpha = _samples(first)
    icc = first.raw(34675) if first.places.get(34675, (0, 0, 0))[1] <= MAX_PROFILE else b""
    tile = (first.number(322, 1), first.number(323, 1))
    return Found(
        size=first.size,
        mode=mode,
        bit_depth=depth,
        alpha=alpha,
        frames=len(pages),
        pages=True,
        frame_sizes=(*(page.size for page in pages[1:]), tile),
        icc=icc if 34675 in first.places else None,
        exif=None if layout.big else exif.carve(data),
        orientation=max(1, min(8, first.number(274, 1))),
        lossless=first.number(259, 1) not in (6, 7),
        private=any(tag in first.places for tag in _PRIVATE),
    )


def _pages(data: bytes, layout: _Layout) -> list[_Directory]:
    at, visited, pages = layout.header(data), set[int](), list[_Directory]()
    entries = 0
    while at:
        if at in visited or len(pages) >= _MAX_PAGES:
            raise damaged("TIFF", "its pages go round in a circle, or never end")
        visited.add(at)
        pages.append(_Directory(data, layout, at))
        entries += pages[-1].entries
        if entries > _MAX_ENTRIES_OF_ALL:
            raise damaged("TIFF", "its pages have far too many tags")
        at = pages[-1].next
    if not pages:
        raise damaged("TIFF", "no page inside")
    return pages


def _check_pixels(page: _Directory) -> None:
    """Every strip or tile lies inside the file."""
    starts = page.numbers(273) or page.numbers(324)
    lengths = page.numbers(279) or page.numbers(325)
    if not starts:
        raise damaged("TIFF", "it points to no pixels")
    if any(s + n > len(page.data) for s, n in zip(starts, lengths, strict=False)):
        raise truncated("TIFF")


def _samples(page: _Directory) -> tuple[Mode, int, bool]:
    """Colour model, bits per sample and whether there is alpha."""
    depth = max(page.numbers(258, (1,)))
    if depth > 16 or set(page.numbers(339, (1,))) - {1, 4}:
        raise PictureError(
            f"the TIFF has {depth}-bit or signed or fractional samples, whose range is unknown: "
            "save it with 8 or 16 bits"
        )
    photometric = page.number(262)
    if photometric not in _MODES:
        raise PictureError(f"the TIFF has colour model {photometric}, which is not taken: use RGB")

    mode, alpha = _MODES[photometric], any(e in (1, 2) for e in page.numbers(338))
    if alpha and mode in ("L", "RGB"):
        mode = "LA" if mode == "L" else "RGBA"
    return mode, 8 if mode == "P" else depth, alpha

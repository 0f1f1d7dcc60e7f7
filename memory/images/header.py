"""Look at a picture without decoding it: what it is, how large, and what will be lost."""

import struct
from dataclasses import dataclass
from importlib import import_module

from . import named
from .colour import Judgement, Space, judge
from .exif import orientation_of
from .found import Found, Mode, Reader, truncated
from .limits import DEFAULT_LIMITS, Limits
from .sniff import media_type_of

_WIDE_PRIMARIES = frozenset({9, 11, 12})  # BT.2020, DCI-P3, Display P3
_HDR_TRANSFERS = frozenset({16, 18})  # PQ, HLG
_SPACES: dict[Mode, Space] = {"L": "GRAY", "LA": "GRAY", "CMYK": "CMYK"}


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture is, read without decoding a pixel."""

    media_type: str
    width: int
    """Columns as a person sees the picture, orientation applied."""

    height: int
    """Rows as a person sees the picture, orientation applied."""

    orientation: int
    """1 to 8 as in EXIF; 1 is upright."""

    mode: Mode
    """The colour model, whatever the depth."""

    bit_depth: int
    """Bits of one sample; 8 for palettes, whose colours have 8."""

    frames: int
    """Frames, pages or further pictures in the file; the first one is used."""

    alpha: bool
    icc: bool
    """A colour profile is embedded, usable or not."""

    degraded: tuple[str, ...]
    """What the 8-bit sRGB work image loses: `bit_depth` (more than 8), `gamut` (colours outside
    sRGB), `cmyk`, `hdr`, `profile` (a broken one, read as sRGB), `animation` and `pages` (all but
    the first). Alpha is kept and so is not named."""


def probe(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Header:
    """Identify a picture by its content and hold it against the limits, decoding nothing.

    A file that is visibly cut off is refused here; damage inside the coded pixels shows only in
    `decode`.

    Raises:
        PictureError: empty, too large, cut off, damaged, disguised, or of a format not taken.
    """
    return judged(*examined(data, limits))


def examined(data: bytes, limits: Limits) -> tuple[str, Found]:
    """Return the media type and the facts of a file that keeps the limits.

    Raises:
        PictureError: as for `probe`.
    """
    limits.check_bytes(data)
    media_type = media_type_of(data)
    try:
        found = _reader(media_type)(data)
    except (struct.error, IndexError, OverflowError):
        raise truncated(media_type.removeprefix("image/").upper()) from None
    for size in (found.size, *found.frame_sizes):
        limits.check_size(*size)
    return media_type, found


def judged(media_type: str, found: Found) -> Header:
    """Turn facts into a header."""
    orientation = found.orientation or orientation_of(found.exif)
    width, height = found.size if orientation < 5 else found.size[::-1]
    return Header(
        media_type=media_type,
        width=width,
        height=height,
        orientation=orientation,
        mode=found.mode,
        bit_depth=found.bit_depth,
        frames=found.frames,
        alpha=found.alpha,
        icc=found.icc is not None,
        degraded=_losses(found),
    )


def profile_of(found: Found) -> tuple[bytes | None, Judgement | None]:
    """Return the profile that explains the colours, embedded or named by number, and its judgement.

    Neither where there is none.
    """
    icc = found.icc
    if icc is None and named.is_known(found.primaries, found.transfer):
        icc = named.profile(found.primaries)
    return icc, None if icc is None else judge(icc, _SPACES.get(found.mode, "RGB"))


def _losses(found: Found) -> tuple[str, ...]:
    _, profile = profile_of(found)
    unread = found.primaries in _WIDE_PRIMARIES and profile in (None, "broken")
    losses = {
        "bit_depth": found.bit_depth > 8,
        "gamut": profile == "wide" or unread or found.mode == "LAB",
        "cmyk": found.mode == "CMYK",
        "hdr": found.transfer in _HDR_TRANSFERS,
        "profile": profile == "broken",
        "animation": found.frames > 1 and not found.pages,
        "pages": found.frames > 1 and found.pages,
    }
    return tuple(name for name, lost in losses.items() if lost)


def _reader(media_type: str) -> Reader:
    """Load the reader of one format; only AVIF's needs its codec to be loaded."""
    name = media_type.removeprefix("image/")
    reader: Reader = import_module(f".read_{name}", __package__).read
    return reader

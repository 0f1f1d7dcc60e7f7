"""What the header readers find, before anything is judged."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ..errors import PictureError

Mode = Literal["L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB"]
"""A colour model, whatever its depth: a 16-bit grey picture is `L`."""

Reader = Callable[[bytes], "Found"]

MAX_PROFILE = 4_000_000
"""Bytes of an ICC profile; the largest press profiles in use have about 3 million."""


@dataclass(frozen=True, slots=True)
class Found:
    """The facts of one file, sizes as stored (orientation not yet applied)."""

    size: tuple[int, int]
    mode: Mode
    bit_depth: int = 8
    """Bits of one sample; of the colour in the palette where there is one."""

    alpha: bool = False
    frames: int = 1
    pages: bool = False
    """The frames are separate pictures (pages, stereo, gain map), not an animation."""

    frame_sizes: tuple[tuple[int, int], ...] = field(default=())
    """Every other size that the file declares and a decoder might allocate."""

    icc: bytes | None = None
    exif: bytes | None = None
    """A TIFF structure, without the `Exif` prefix that JPEG puts before it."""

    orientation: int | None = None
    """1 to 8 where the container says it itself; else it is read from `exif`."""

    primaries: int = 2
    """Colour primaries as numbered by ITU-T H.273, where the file names them; 2 is unspecified."""

    transfer: int = 2
    """Transfer function as numbered by ITU-T H.273; 16 and 18 are high dynamic range."""

    inverted: bool = False
    """CMYK samples are stored as light instead of ink (Adobe's habit in JPEG)."""

    full_chroma: bool = True
    """No chroma subsampling."""

    lossless: bool = False
    """Written by a lossless codec."""

    private: bool = False
    """Carries what may say more than the picture does: XMP, IPTC, comments, EXIF, a thumbnail."""


def truncated(what: str) -> PictureError:
    """Return the refusal of a file that ends too early."""
    return PictureError(f"the {what} file is cut off: fetch or save it again")


def damaged(what: str, why: str) -> PictureError:
    """Return the refusal of a file whose structure makes no sense."""
    return PictureError(
        f"the {what} file is damaged ({why}): open it in a viewer and save it again"
    )

"""How large a picture may be before anything is decoded."""

from dataclasses import dataclass

from ..errors import PictureError

_Data = bytes  # the field of that name hides the type inside the class


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one picture; all are checked from its header."""

    bytes: int = 50_000_000
    """Encoded size."""

    pixels: int = 64_000_000
    """Width times height of the largest frame; the work image takes 3 or 4 bytes for each."""

    side: int = 16_383
    """Columns or rows; the most that WebP can hold."""

    def check_bytes(self, data: _Data) -> None:
        """Refuse an empty file and one that is too heavy.

        Raises:
            PictureError: says which.
        """
        if not data:
            raise PictureError("the picture is empty (0 bytes): send the file again")

        if len(data) > self.bytes:
            raise PictureError(
                f"the picture has {len(data):,} bytes, more than {self.bytes:,}: "
                "save it smaller, as a JPEG for instance"
            )

    def check_size(self, width: int, height: int) -> None:
        """Refuse a size that is zero or too large.

        Raises:
            PictureError: says which.
        """
        if width < 1 or height < 1:
            raise PictureError(f"the picture is {width}x{height}, it holds no pixel: save it again")

        if width > self.side or height > self.side:
            raise PictureError(
                f"the picture is {width}x{height}, longer than {self.side} pixels: scale it down"
            )

        if width * height > self.pixels:
            raise PictureError(
                f"the picture is {width}x{height}, {width * height / 1e6:.0f} megapixels and more "
                f"than {self.pixels / 1e6:.0f}: scale it down"
            )


DEFAULT_LIMITS = Limits()
"""50 MB, 64 megapixels, 16,383 pixels a side."""

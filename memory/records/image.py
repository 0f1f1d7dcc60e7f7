"""A picture, by the hash of its bytes."""

from typing import Annotated

from pydantic import Field, StringConstraints

from .frozen import Frozen

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hexadecimal."""


class ImageRef(Frozen):
    """A picture that the image store holds, as received; never re-encoded."""

    sha256: Digest
    """The name of the bytes."""

    media_type: str
    """What the bytes are, from their content and not from a file name: `image/png`."""

    width: int = Field(ge=1)
    """Columns in pixels as a person sees the picture, orientation applied."""

    height: int = Field(ge=1)
    """Rows in pixels as a person sees the picture, orientation applied."""

    size: int = Field(ge=1)
    """Bytes."""

    degraded: tuple[str, ...] = ()
    """What the 8-bit sRGB view loses: `bit_depth`, `gamut`, `cmyk`, `hdr`, `profile`, `animation`,
    `pages` (see `memory.images.Header`)."""

    @property
    def uri(self) -> str:
        """`sha256:…`, the form used in spans, exports and tool metadata."""
        return f"sha256:{self.sha256}"

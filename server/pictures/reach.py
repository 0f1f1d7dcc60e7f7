"""What a door may reach for a caller."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Nothing at all by default, as behind HTTP; the doors of this machine are given more."""

    roots: tuple[Path, ...] = ()
    """Folders below which paths may be read."""

    inbox: Path | None = None
    """A folder whose newest pictures are listed; it is readable as a root is."""

    urls: bool = False
    """Whether `https://` addresses are fetched."""

    private_hosts: frozenset[str] = frozenset()
    """Names of hosts that may be fetched from although their address is private, and although no
    other is: with a port, only there."""

    url_bytes: int = 50_000_000
    url_seconds: float = 20.0
    redirects: int = 3
    data_bytes: int = 8_000_000
    """A `data:` URL, decoded."""

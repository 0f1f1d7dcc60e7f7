"""A folder in which people leave pictures for a chat; blocks."""

import heapq
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from .roots import sayable

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif"})
_MOST = 20_000  # files that are looked at


class Left(NamedTuple):
    """A file that looks like a picture by its name."""

    when: datetime
    path: Path


def newest(folder: Path, limit: int) -> list[Left]:
    """Return the newest files, newest first.

    Links, folders, hidden files, and names that nobody can say are passed over.
    """
    try:
        found = heapq.nlargest(limit, _pictures(Path(os.path.realpath(folder.expanduser()))))
    except OSError:
        return []
    return [Left(datetime.fromtimestamp(seconds, UTC), path) for seconds, path in found]


def _pictures(folder: Path) -> Iterator[tuple[float, Path]]:
    with os.scandir(folder) as entries:
        for _, entry in zip(range(_MOST), entries, strict=False):
            name = entry.name
            if (
                name.startswith(".")
                or not sayable(entry.path)
                or Path(name).suffix.lower() not in _SUFFIXES
            ):
                continue
            try:
                if entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_mtime, Path(entry.path)
            except OSError:  # taken away meanwhile
                continue

"""Pictures that are written for a caller: into one folder, under a new name, and over nothing."""

import os
import re
from contextlib import suppress
from pathlib import Path

from ...memory import Forbidden, InputError, PictureError, StoreError
from ...memory.images import media_type_of_path, suffix_of

_ODD = re.compile(r"[^\w.\- ]+")
_LONGEST = 200  # bytes of a name; folders take 255, the number and the end among them
_TRIES = 1000
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(said: str) -> str:
    """Make a file's name of what somebody said: no folders, no hidden file, nothing odd."""
    last = re.split(r"[/\\]", said)[-1]
    plain = _cut(_ODD.sub("_", last).strip(" ._-")).strip(" ._-")
    return f"_{plain}" if _RESERVED.fullmatch(plain) else plain or "picture"


def _cut(name: str) -> str:
    """As many letters as fit."""
    return name.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")


def write_new(folder: Path, name: str, data: bytes, media_type: str) -> Path:
    """Write a picture below a folder as `name`, or `name-2` where that is taken, and so on.

    What is there stays, links included. The folder is made where it is missing; its parents must be
    there. Blocks.

    Raises:
        Forbidden: the folder is none, or may not be written to.
        InputError: a thousand such names are taken.
        StoreError: there is no room, or the disk does not take it.
    """
    stem = safe_name(name)
    suffix = suffix_of(media_type)
    with suppress(PictureError):  # `cat.png` may have become a JPEG
        media_type_of_path(stem)
        stem = Path(stem).stem
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise Forbidden(f"{folder} is no folder to write to: {error.strerror}") from None

    for number in range(1, _TRIES + 1):
        path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        if _written(path, data):
            return path
    raise InputError(f"{folder} holds {_TRIES} pictures called {stem!r}: choose another name")


def _written(path: Path, data: bytes) -> bool:
    """Write a file that was not there; False where something is there already."""
    try:
        file = os.open(path, _NEW, 0o644)
    except FileExistsError:
        return False
    except OSError as error:
        raise Forbidden(f"{path} cannot be written: {error.strerror}") from None

    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error.strerror}; make room") from None
    return True

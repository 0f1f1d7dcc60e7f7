"""Files that are whole or not there, and the operating system's refusals in our words."""

import errno
import os
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import StoreError, StoreFull, StoreReadOnly

TEMPORARY = ".tmp-"
"""How the names of unfinished files begin."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@contextmanager
def storing(path: Path) -> Generator[None, None, None]:
    """Turn the `OSError`s of a block into errors of the store.

    Raises:
        StoreFull: no room, quota or file size left.
        StoreReadOnly: no permission.
        StoreError: anything else.
    """
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        if error.errno in _FULL:
            raise StoreFull(f"no room left for {path} ({why}): free some space") from error
        if error.errno in _READ_ONLY:
            raise StoreReadOnly(
                f"{path} may not be written ({why}): change its permissions or the store's folder"
            ) from error
        raise StoreError(f"{path} cannot be used ({why}): look at its disk") from error


def write(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the whole file or none under its name.

    Temporary name in the same folder, fsync, rename, fsync of the folder.

    Raises:
        OSError: from the operating system; the temporary file is then gone.
    """
    _make_folder(path.parent)
    temporary = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
    try:
        _write_new(temporary, data)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):  # it may never have come to be; the first error is the one to tell
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def size(path: Path) -> int | None:
    """The bytes of a file; None where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def is_old(path: Path, seconds: float) -> bool:
    """Whether a file was last touched longer ago; a vanished one is not."""
    try:
        return time.time() - path.stat().st_mtime >= seconds
    except FileNotFoundError:
        return False


def remove(path: Path) -> int:
    """Remove a file and return its size; 0 when somebody else was faster."""
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    return size


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return

    missing = [folder]
    while not missing[-1].parent.is_dir():
        missing.append(missing[-1].parent)
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _sync_folder(made.parent)


def _write_new(path: Path, data: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with open(number, "wb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(number)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there
        return

    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

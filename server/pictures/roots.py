"""Files that a caller names by path: below the allowed folders, wherever links lead.

A path is resolved, links and all, and what it leads to is held against the folders. Then the file
is opened step by step from its folder, and no step may be a link: whoever puts a link there in the
meantime finds the door shut. The opened file itself is looked at, never its name again.
"""

import os
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from ...memory import Forbidden, InputError, PictureError

_STEP = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = _STEP | getattr(os, "O_DIRECTORY", 0)
_FILE = _STEP | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_SYSTEM = tuple(Path(each) for each in ("/proc", "/sys", "/dev"))
_LONGEST = 4096
_STEPWISE = os.open in os.supports_dir_fd


class Roots:
    """Folders below which files may be read. All methods block: call them in a worker thread."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(Path(os.path.realpath(each.expanduser())) for each in folders)

    def read(self, said: str, limit: int) -> bytes:
        """Return what is in a file: an absolute path, `file:`, `~/…`, or relative to a folder.

        Raises:
            Forbidden: it is outside, hidden, or no plain file.
            InputError: there is no such file, or it cannot be read.
            PictureError: it is empty, or larger than `limit` bytes.
        """
        if not self.folders:
            raise Forbidden(
                "no folder may be read here: send the picture as an upload, or start the server "
                "with --allow FOLDER"
            )
        path = self._found(_path(said))
        with self._opened(path) as file:
            return _content(file, limit)

    def _found(self, path: Path) -> Path:
        """Where a path leads, once all links are followed; below a folder, and not hidden."""
        places = [path] if path.is_absolute() else [root / path for root in self.folders]
        reals = [Path(os.path.realpath(place)) for place in places]
        inside = [real for real in reals if self._root_of(real)]
        if not inside:
            raise _outside()

        return next((real for real in inside if os.path.exists(real)), inside[0])

    def _root_of(self, real: Path) -> Path | None:
        """The folder that lets a place be read, if one does."""
        return next((root for root in self.folders if _lets(root, real)), None)

    @contextmanager
    def _opened(self, real: Path) -> Generator[int]:
        root = self._root_of(real)
        if root is None:
            raise _outside()

        file = -1
        try:
            file = _walked(root, real.relative_to(root).parts)
            yield file
        except FileNotFoundError:
            raise InputError(f"there is no file {real.name!r} there: look at the path") from None
        except IsADirectoryError:
            raise InputError(f"{real.name!r} is a folder: name a picture in it") from None
        except PermissionError:
            raise InputError(f"{real.name!r} may not be read by the server") from None
        except OSError:  # a link, or no folder, where there was none a moment ago
            raise _outside() from None
        finally:
            if file >= 0:
                os.close(file)


def _lets(root: Path, real: Path) -> bool:
    """Hidden files are where keys and passwords are; what the system itself makes is no picture."""
    if not real.is_relative_to(root):
        return False

    below = real.relative_to(root).parts
    system = any(real.is_relative_to(each) and not root.is_relative_to(each) for each in _SYSTEM)
    return not system and not any(part.startswith(".") for part in below)


def _walked(root: Path, steps: Sequence[str]) -> int:
    """Open a file by going down to it, following no link. The descriptor is the caller's."""
    if not _STEPWISE:
        return os.open(root.joinpath(*steps), _FILE)

    here = os.open(root, _FOLDER)
    try:
        for step in steps[:-1]:
            below = os.open(step, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        name = steps[-1] if steps else "."
        _plain(os.stat(name, dir_fd=here, follow_symlinks=False))  # opening a device may do things
        return os.open(name, _FILE, dir_fd=here)
    finally:
        os.close(here)


def _content(file: int, limit: int) -> bytes:
    found = os.fstat(file)
    _plain(found)
    if found.st_size > limit:
        raise PictureError(
            f"the file has {found.st_size:,} bytes, more than {limit:,}: save it smaller"
        )
    # What grows meanwhile, or has no size of its own, is read as long as it was said to be.
    with os.fdopen(os.dup(file), "rb") as opened:
        return opened.read(found.st_size)


def _plain(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError
    if stat.S_ISLNK(found.st_mode):
        raise _outside()
    if not stat.S_ISREG(found.st_mode):
        raise Forbidden("only plain files are read, and this is a device, a pipe or a socket")


def _path(said: str) -> Path:
    text = _unquoted(said) if said[:5].lower() == "file:" else said
    if not sayable(text):
        raise InputError("this is no path of a picture: give it as the system writes it")

    return Path(text).expanduser() if text.startswith("~/") else Path(text)


def sayable(path: str) -> bool:
    """Whether a path can be said in an answer and a request: text without control characters."""
    try:
        length = len(path.encode())
    except UnicodeError:  # bytes on the disk that are no text
        return False
    return 0 < length <= _LONGEST and not any(c < " " or c == "\x7f" for c in path)


def _unquoted(said: str) -> str:
    """The path of a `file:` address of this machine."""
    try:
        parts = urlsplit(said)
        path = unquote_to_bytes(parts.path).decode("utf-8")
    except ValueError:
        raise InputError("this file: address cannot be read") from None
    if parts.netloc.lower() not in ("", "localhost") or parts.query or parts.fragment:
        raise Forbidden("a file: address of another machine is not read: write file:///path")
    if not path.startswith("/"):
        raise InputError("a file: address needs a whole path: write file:///path")

    return path


def _outside() -> Forbidden:
    return Forbidden(
        "this path leads outside of the folders that may be read, or to something hidden: copy the "
        "picture there, or send it as an upload"
    )

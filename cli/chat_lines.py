"""What a line of a chat means: a command, pictures dropped into it, words."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".tif", ".tiff", ".heic", ".bmp"}
)

HELP = """\
/attach PATH...    talk about these pictures too; or drop files into a line
/images            the pictures of this conversation and their handles
/save PICTURE PATH write a picture: its handle, its number in /images, or last
/undo              forget the last exchange; its runs stay on record
/quit              leave; Ctrl-D does too"""
"""What a person may type beside words."""

USAGE = {
    "attach": "/attach PATH...",
    "images": "/images",
    "save": "/save PICTURE PATH",
    "undo": "/undo",
}
"""How the commands are written that take other words than were given."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, understood."""

    command: str = ""
    """Without its slash; empty: it is something to say."""

    words: tuple[str, ...] = ()
    """What follows the command."""

    text: str = ""
    pictures: tuple[str, ...] = ()
    """Paths of files that exist, which were dropped into the line."""


def understood(line: str) -> Line:
    """Read a line as a person types it, or as a terminal pastes dropped files.

    A line that begins with a slash is a command, unless it begins with the path of a picture; where
    there is no such file, that is what attaching it will say.
    """
    line = line.strip()
    words = _words(line)
    paths = [path for word in words if (path := _dropped(word))]
    if line.startswith("/") and words and not _dropped(words[0]):
        if _is_path(words[0]):
            return Line(command="attach", words=(words[0],))
        return Line(command=words[0][1:].lower(), words=tuple(words[1:]))

    if not paths:
        return Line(text=line)

    return Line(text=" ".join(w for w in words if not _dropped(w)), pictures=tuple(paths))


def _words(line: str) -> Sequence[str]:
    try:
        return shlex.split(line)
    except ValueError:  # an apostrophe, as in "don't"
        return line.split()


def _is_path(word: str) -> bool:
    return "/" in word[1:] and Path(word).suffix.lower() in _SUFFIXES


def _dropped(word: str) -> str | None:
    """The path of a picture that a word names, when there is such a file."""
    if word.startswith("file://"):
        word = unquote(urlsplit(word).path)

    path = Path(word).expanduser()
    try:
        return str(path) if path.suffix.lower() in _SUFFIXES and path.is_file() else None
    except OSError:  # a name that is too long for the system
        return None

"""Where pictures come from and go to: checked before anything is spent, written all at once."""

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..memory import InputError, PictureError, SettingsError
from ..memory.images import DEFAULT_LIMITS, media_type_of_path, probe, suffix_of
from .argv import DASH


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that the user named, read."""

    name: str
    """As given; `-` for standard input."""

    data: bytes

    @property
    def stem(self) -> str:
        """The name of the file without folder and suffix."""
        return "stdin" if self.name == "-" else Path(self.name).stem


@dataclass(frozen=True, slots=True)
class Target:
    """Where an answer goes, and as what."""

    path: Path | None
    """None is standard output."""

    media_type: str
    overwrite: bool = False


def read(name: str) -> Source:
    """Read a picture that the user named; `-` is standard input.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    if name in (DASH, "-"):
        return Source("-", sys.stdin.buffer.read(DEFAULT_LIMITS.bytes + 1))

    try:
        return Source(name, Path(name).read_bytes())
    except FileNotFoundError:
        raise InputError(f"there is no file {name!r}") from None
    except IsADirectoryError:
        raise InputError(f"{name!r} is a folder; name a picture") from None
    except OSError as error:
        raise InputError(f"cannot read {name!r}: {error.strerror or error}") from None


def planned(
    sources: Sequence[Source], output: str | None, *, format: str | None, overwrite: bool
) -> list[Target]:
    """Return one target per source.

    Raises:
        SettingsError: a file exists and may not be replaced, two answers would be one file, or the
            name, the format and the number of pictures do not go together.
        PictureError: a source is no picture that is taken.
    """
    asked = f"image/{format}" if format else None
    if output in (DASH, "-"):
        _only_one(sources, "one picture fits on stdout; name a folder with -o")
        return [Target(None, asked or probe(sources[0].data).media_type)]

    folder = _folder(output, many=len(sources) > 1)
    targets = [_target(source, output, folder, asked, overwrite) for source in sources]
    _check(targets)
    return targets


def check_free(target: Target) -> None:
    """Check that a file can be written before anything is spent.

    Raises:
        SettingsError: it exists and may not be replaced, or there is no permission.
    """
    path = target.path
    if path is None:
        return
    if path.is_dir():
        raise SettingsError(f"{str(path)!r} is a folder; name a file or write a slash behind")
    if path.exists() and not target.overwrite:
        raise _exists(path)
    _check_folder(path)


def write(target: Target, data: bytes) -> None:
    """Write a whole file or none; an existing one is replaced only when that was asked for.

    Raises:
        SettingsError: the file has appeared meanwhile, or cannot be written.
    """
    if target.path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return

    try:
        _write(target.path, data, target.overwrite)
    except FileExistsError:
        raise _exists(target.path) from None
    except OSError as error:
        raise SettingsError(f"cannot write {str(target.path)!r}: {error.strerror}") from None


def _write(path: Path, data: bytes, overwrite: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        if overwrite:
            os.replace(temporary, path)
        else:
            _move_to_free_name(Path(temporary), path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _move_to_free_name(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)  # fails when there is a file: no gap between look and leap
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(path) from None
        os.replace(temporary, path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _folder(output: str | None, *, many: bool) -> Path | None:
    """The folder that answers go to; None when `output` names a file."""
    if output is None:
        return Path()

    path = Path(output)
    if path.is_dir() or output.endswith(("/", os.sep)):
        return path
    if not many:
        return None
    if path.exists() or path.suffix:
        raise SettingsError(f"-o {output!r} is one file for several pictures; name a folder")

    return path


def _target(
    source: Source, output: str | None, folder: Path | None, asked: str | None, overwrite: bool
) -> Target:
    own = probe(source.data).media_type
    if folder is None:
        path = Path(output or "")
        return Target(path, _agreed(path, asked), overwrite)

    media_type = asked or own
    name = f"{source.stem}-edited{_suffix(source, media_type)}"
    return Target(folder / name, media_type, overwrite)


def _suffix(source: Source, media_type: str) -> str:
    """The suffix that the user wrote, where it tells the truth."""
    suffix = Path(source.name).suffix
    try:
        told = media_type_of_path(source.name)
    except PictureError:
        told = None
    return suffix if told == media_type else suffix_of(media_type)


def _agreed(path: Path, asked: str | None) -> str:
    try:
        named = media_type_of_path(path)
    except PictureError as error:
        if asked:
            return asked
        raise SettingsError(f"{error}, or add --format") from None
    if asked and asked != named:
        raise SettingsError(f"--format {asked.removeprefix('image/')} contradicts {str(path)!r}")

    return named


def _check(targets: Sequence[Target]) -> None:
    seen: set[Path] = set()
    for target in targets:
        path = target.path
        if path is None:
            continue
        if path.resolve() in seen:
            raise SettingsError(f"two answers would be {str(path)!r}; edit them one by one")
        seen.add(path.resolve())
        check_free(target)


def _check_folder(path: Path) -> None:
    place = path.parent
    while not place.exists() and place != place.parent:
        place = place.parent
    if not os.access(place, os.W_OK):
        raise SettingsError(f"cannot write in {str(place)!r}; name another place with -o")


def _only_one(sources: Sequence[Source], why: str) -> None:
    if len(sources) != 1:
        raise SettingsError(why)


def _exists(path: Path) -> SettingsError:
    return SettingsError(
        f"{str(path)!r} exists; add --overwrite to replace it, or name another file with -o"
    )

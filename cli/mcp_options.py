"""Options of `mcp serve` as words of a command line, for clients that start it anywhere."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..agent.addresses import masked
from ..memory import SettingsError

if TYPE_CHECKING:
    from .choose import LoopOptions
    from .mcp import FileOptions
    from .options import Common

_FLAGS = {"quality": "quality-target"}


def args_of(
    files: "FileOptions", loop: "LoopOptions", common: "Common", allowed: Sequence[str]
) -> tuple[str, ...]:
    """What stands behind `mcp serve`; paths are made absolute.

    Raises:
        SettingsError: an option holds a password, or names no folder.
    """
    return (*_files(files, allowed), *_loop(loop), *_common(common))


def open_text(text: str, option: str) -> str:
    """Refuse to copy a password into somebody's file.

    Raises:
        SettingsError: there is one.
    """
    if masked(text) == text:
        return text

    variable = f"EDITLOOP_{option.lstrip('-').upper()}"
    raise SettingsError(
        f"{option} {masked(text)} holds a password, which is not copied into the client's file: set "
        f"{variable} and say --env {variable}"
    )


def out_folder(name: str) -> Path | None:
    """The folder that answers are written into, made when the first one is; None where none is named.

    Raises:
        SettingsError: it is something else.
    """
    path = Path(name).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise SettingsError(f"--out {name!r} is no folder; name one, or one that can be made")

    return path if name else None


def _files(files: "FileOptions", allowed: Sequence[str]) -> Iterator[str]:
    for folder in allowed:
        yield from ("--allow", _folder(folder))
    if files.inbox:
        yield from ("--inbox", _absolute(files.inbox))
    if out := out_folder(files.out):
        yield from ("--out", str(out))
    if files.allow_urls:
        yield "--allow-urls"
    for host in files.allow_private_hosts:
        yield from ("--allow-private-hosts", host)
    if files.images != "auto":
        yield from ("--images", files.images)


def _loop(loop: "LoopOptions") -> Iterator[str]:
    for name, value in loop.flags().items():
        if value is not None:
            flag = f"--{_FLAGS.get(name, name)}"
            yield from (flag, open_text(str(value), flag))


def _common(common: "Common") -> Iterator[str]:
    if common.store:
        yield from ("--store", _store(common.store))
    if common.config:
        yield from ("--config", _absolute(common.config))


def _folder(name: str) -> str:
    path = _absolute(name)
    if not Path(path).is_dir():
        raise SettingsError(f"--allow {name!r} is no folder")
    return path


def _store(store: str) -> str:
    """The store by its full name."""
    path = store.removeprefix("sqlite:///")
    return open_text(store, "--store") if "://" in path else _absolute(path)


def _absolute(name: str) -> str:
    return str(Path(name).expanduser().absolute())

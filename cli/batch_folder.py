"""The folder of a batch: whose it is, what has ended, and answers that are whole or not there.

ID.EXT              the answers
summary.jsonl       one line per ended job, the last one of a job counts
summary.json        the totals of the last call
batch.json          the batch's id and the settings that it was begun with
"""

import json
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..memory import SettingsError, new_run_id
from ..memory.images.disk import storing

Line = dict[str, Any]
"""What is on record of one ended job."""

LINES, TOTALS, ABOUT, _LOCK = "summary.jsonl", "summary.json", "batch.json", ".lock"


class Known(NamedTuple):
    """Where the line of an ended job is."""

    run: str | None
    offset: int
    settled: bool
    answered: bool
    """The run has an answer, delivered or not."""


@dataclass(slots=True)
class BatchFolder:
    """A folder that this process alone works in."""

    path: Path
    id: str
    fresh: bool
    """Nothing was ever done here."""

    settings: Mapping[str, Any]
    """Those that the batch was begun with."""

    known: dict[str, Known] = field(default_factory=dict[str, Known])
    """By the digest of the job."""

    def line(self, known: Known) -> Line:
        """Read the line of an ended job again."""
        with storing(self.path), (self.path / LINES).open("rb") as file:
            file.seek(known.offset)
            line: Line = json.loads(file.readline())
        return line

    def there(self, line: Line) -> bool:
        """Whether the answer of a line still lies where it was put, by its size."""
        if line["path"] is None:
            return True

        with suppress(OSError):
            return bool((self.path / line["path"]).stat().st_size == line["bytes"])
        return False

    def put(self, place: str, digest: str, data: bytes) -> None:
        """Write an answer under its name, at once; an earlier one of the same job is replaced.

        Raises:
            StoreFull, StoreReadOnly, StoreError: it cannot be written.
        """
        target = self.path / place
        part = target.with_name(f".{digest}.part")  # one name, so that kills leave one file
        with storing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(target)

    def note(self, line: Line) -> None:
        """Append the line of a job that has ended, in one write.

        Raises:
            StoreFull, StoreReadOnly, StoreError: it cannot be written.
        """
        _append(self.path / LINES, line)

    def conclude(self, totals: Mapping[str, Any]) -> Path:
        """Write the totals and return their file.

        Raises:
            StoreFull, StoreReadOnly, StoreError: they cannot be written.
        """
        return _whole(self.path / TOTALS, totals)


@contextmanager
def batch_folder(
    path: Path, settings: Mapping[str, Any], *, redo: bool = False, overwrite: bool = False
) -> Generator[BatchFolder]:
    """Take hold of a folder, made where it is missing; `redo` begins a batch anew.

    Raises:
        SettingsError: another process works in it, or it holds files of somebody else.
        StoreFull, StoreReadOnly, StoreError: it cannot be used.
    """
    if path.exists() and not path.is_dir():
        raise SettingsError(f"--out {str(path)!r} is a file; name a folder")
    if not (path / ABOUT).exists() and not overwrite:
        _check_empty(path)
    with storing(path):
        path.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        about = look(path)
        if about is None or redo:
            about = _begun(path, settings)
            yield BatchFolder(path, about["batch"], True, about["settings"])
            return

        known = dict(known_in(path / LINES))
        yield BatchFolder(path, about["batch"], False, about["settings"], known)


def look(path: Path) -> dict[str, Any] | None:
    """What is said of the batch in a folder; None when there is none.

    Raises:
        SettingsError: the file is damaged.
    """
    try:
        about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
        return {"batch": str(about["batch"]), "settings": dict(about["settings"])}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"{str(path / ABOUT)!r} cannot be read ({error}): remove it to begin anew"
        ) from None


def settled(line: Line) -> bool:
    """Whether a job needs no other try: it has an answer, or what was given cannot be edited.

    An editor's refusal does not settle a job: a wrong key is one, too.
    """
    error = line["error"]
    return line["path"] is not None or bool(error and error["border"] == "input")


def _begun(path: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the folder to a new batch; what an earlier one noted is kept under another name."""
    about = {"batch": new_run_id(), "settings": dict(settings)}
    lines = path / LINES
    with storing(path):
        if lines.exists():
            lines.replace(path / f"summary-before-{about['batch']}.jsonl")
        _whole(path / ABOUT, {**about, "begun": datetime.now(UTC).isoformat(timespec="seconds")})
    return about


def known_in(path: Path) -> Iterator[tuple[str, Known]]:
    """The lines of ended jobs; one that a crash cut off is passed over."""
    if not path.exists():
        return

    with storing(path), path.open("rb") as file:
        offset = 0
        for raw in file:
            with suppress(ValueError, KeyError, TypeError):
                line: Line = json.loads(raw)
                answered = line["answer"] is not None
                yield line["digest"], Known(line["run"], offset, settled(line), answered)
            offset += len(raw)


def _append(path: Path, line: Line) -> None:
    data = _encoded(line) + b"\n"
    with storing(path), path.open("ab+", buffering=0) as file:
        if end := file.seek(0, os.SEEK_END):
            file.seek(end - 1)
            if file.read(1) != b"\n":
                data = b"\n" + data  # after a line that a crash cut off
        file.write(data)


def _whole(path: Path, found: Mapping[str, Any]) -> Path:
    part = path.with_name(f".{path.name}.part")
    with storing(path):
        part.write_bytes(_encoded(found, indent=2) + b"\n")
        part.replace(path)
    return path


def _encoded(found: Mapping[str, Any], indent: int | None = None) -> bytes:
    return json.dumps(found, ensure_ascii=False, indent=indent).encode()


def _check_empty(path: Path) -> None:
    if path.is_dir() and any(not each.name.startswith(".") for each in path.iterdir()):
        raise SettingsError(
            f"{str(path)!r} holds files that no batch made; name another folder, or add "
            "--overwrite to write among them"
        )


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """Keep other processes of this machine out; the system lets go of it when we die."""
    if os.name != "posix":
        yield
        return

    import fcntl

    with storing(path):
        file = (path / _LOCK).open("a")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(f"another process works in {str(path)!r}; wait for it") from None
        except OSError:
            pass  # a file system without locks
        yield

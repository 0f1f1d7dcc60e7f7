"""Files of jobs: JSON lines, or the metadata layout of ImgEdit; read lazily and checked whole."""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from ..memory import InputError, PictureError
from ..memory.images import media_type_of_path
from .argv import DASH
from .jobs import BatchJob, Place, job_of

Layout = Literal["jsonl", "imgedit"]

_LINE = 1_000_000
"""Bytes; a longer line is no job."""

_SHOWN = 5
_BLANKS = " \t\n\r"


class Wrong(NamedTuple):
    """A job that cannot be done, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class JobsFile:
    """A file of jobs that can be read more than once."""

    path: Path
    shown: str
    """Its name for a person."""

    layout: Layout
    place: Place

    def read(self) -> Iterator[tuple[int, BatchJob | InputError]]:
        """Yield the number of each line with its job, or with what is wrong with it."""
        lines = _json_lines(self.path) if self.layout == "jsonl" else _imgedit(self.path)
        for number, asked in lines:
            yield number, asked if isinstance(asked, InputError) else self._job(asked)

    def jobs(self) -> Iterator[BatchJob]:
        """Yield the jobs, one at a time.

        Raises:
            InputError: one is wrong.
        """
        for number, job in self.read():
            if isinstance(job, InputError):
                raise InputError(f"line {number} of {self.shown}: {job}")
            yield job

    def check(self) -> int:
        """Read everything once and return how many jobs there are.

        Keeps 16 bytes of every id and of every answer's path, and nothing else.

        Raises:
            InputError: a line is wrong, or two have one id or one answer; all lines are named.
        """
        ids, places = set[bytes](), set[bytes]()
        wrong: list[Wrong] = []
        count = 0
        for number, job in self.read():
            if isinstance(job, InputError):
                wrong.append(Wrong(number, str(job)))
                continue
            count += 1
            if why := _again(job, ids, places):
                wrong.append(Wrong(number, why))
        if wrong:
            raise self._refused(wrong)
        if not count:
            raise InputError(f"there is no job in {self.shown}")

        return count

    def _job(self, asked: object) -> BatchJob | InputError:
        try:
            return job_of(asked, self.place)
        except InputError as error:
            return error

    def _refused(self, wrong: list[Wrong]) -> InputError:
        first, *others = wrong
        said = f"line {first.line} of {self.shown}: {first.why}"
        if others:
            lines = ", ".join(str(each.line) for each in others[:_SHOWN])
            more = ", …" if len(others) > _SHOWN else ""
            said += f"; {len(others)} more cannot be done (line {lines}{more})"
        return InputError(f"{said}; nothing was begun")


def jobs_file(name: str, layout: Layout | None, images: Path | None) -> JobsFile:
    """Find a file of jobs and tell its layout; `-` is standard input, kept aside to be read twice.

    Raises:
        InputError: it cannot be read, or is neither layout.
    """
    stdin = name in (DASH, "-")
    path = _spooled() if stdin else Path(name)
    shown = "standard input" if stdin else repr(name)
    try:
        with path.open("rb") as file:
            head = file.read(65_536)
    except OSError as error:
        raise InputError(f"cannot read {shown}: {error.strerror or error}") from None

    found = layout or ("jsonl" if path.suffix == ".jsonl" else _told(head, shown))
    if images is not None and not images.is_dir():
        raise InputError(f"--images {str(images)!r} is no folder")

    root = images or (Path() if stdin else path.parent)
    return JobsFile(path, shown, found, Place(root, found == "imgedit" or images is not None))


def suffix_told(output: str) -> str | None:
    """The media type that the name of an answer asks for; None when it names no format."""
    try:
        return media_type_of_path(output)
    except PictureError:
        return None


def _again(job: BatchJob, ids: set[bytes], places: set[bytes]) -> str | None:
    """What is wrong with a job because of those before it."""
    place = job.place
    if job.output and suffix_told(place):
        place = place.rpartition(".")[0]
    for what, value, seen in (("id", job.id, ids), ("answer", place, places)):
        key = _short(value)
        if key in seen:
            return f"an earlier job has the same {what} {value!r}"
        seen.add(key)
    return None


def _short(value: str) -> bytes:
    return blake2b(value.encode(), digest_size=16).digest()


def _spooled() -> Path:
    """Standard input in a file that goes with the process."""
    import atexit

    with tempfile.NamedTemporaryFile("wb", prefix="editloop-jobs-", delete=False) as file:
        atexit.register(Path(file.name).unlink, missing_ok=True)
        while chunk := sys.stdin.buffer.read(1 << 20):
            file.write(chunk)
    return Path(file.name)


def _told(head: bytes, shown: str) -> Layout:
    """Tell the layout by the beginning of a file."""
    text = head.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("["):
        raise InputError(f"{shown} is a JSON list; write one object per line instead")

    try:
        first = json.loads(text.split("\n", 1)[0])
    except (ValueError, RecursionError):
        return "imgedit" if text.startswith("{") else "jsonl"  # an object of several lines

    values = list(cast("dict[str, Any]", first).values()) if isinstance(first, dict) else []
    return "imgedit" if values and all(isinstance(each, dict) for each in values) else "jsonl"


def _json_lines(path: Path) -> Iterator[tuple[int, object]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LINE):
            number += 1
            if len(line) == _LINE:
                yield number, InputError(f"it is longer than {_LINE:,} bytes")
                return
            if not line.strip():
                continue
            try:
                asked: object = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                asked = InputError(f"it is no JSON ({error})")
            yield number, asked


def _imgedit(path: Path) -> Iterator[tuple[int, object]]:
    """The entries of one object `key -> {id: path, prompt, edit_type}`, one at a time.

    The text is in memory, 200 bytes an entry; the entries are not.
    """
    line, before = 1, 0
    try:
        text = path.read_text(encoding="utf-8-sig")
        for at, key, entry in _entries(text):
            line, before = line + text.count("\n", before, at), at
            yield line, _from_imgedit(key, entry)
    except (ValueError, RecursionError) as error:
        yield getattr(error, "lineno", line), InputError(f"it is no JSON ({error})")


def _entries(text: str) -> Iterator[tuple[int, str, object]]:
    read = json.JSONDecoder().raw_decode
    at = _next(text, 0, "{")
    while text[at : at + 1] != "}":
        begin = at
        key, at = read(text, at)
        at = _next(text, at, ":")
        entry, at = read(text, at)
        yield begin, str(key), entry
        at = _blank(text, at)
        if text[at : at + 1] == ",":
            at = _blank(text, at + 1)
        elif text[at : at + 1] != "}":
            raise json.JSONDecodeError("expected , or }", text, at)


def _next(text: str, at: int, mark: str) -> int:
    at = _blank(text, at)
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"expected {mark}", text, at)

    return _blank(text, at + 1)


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


def _from_imgedit(key: str, entry: object) -> object:
    if not isinstance(entry, dict):
        return InputError(f"{key!r} is no entry of ImgEdit, which has id, prompt and edit_type")

    said = cast("dict[str, Any]", entry)
    told = said.get("prompt", said.get("instruction"))
    kind = {"edit_type": said["edit_type"]} if isinstance(said.get("edit_type"), str) else {}
    image = said.get("id", said.get("path", key))
    return {"id": key, "image": image, "instruction": told, "labels": kind}

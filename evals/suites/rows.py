"""Rows of any layout that the benchmarks are published in, each with the place that it came from."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ...memory.errors import InputError
from .arrow import SUFFIXES, TableFile

_NOT_ROWS = frozenset(
    {"dataset_info.json", "dataset_dict.json", "dataset_infos.json", "state.json"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read, its key where the layout has one, and its place for messages."""

    file: Path
    place: str
    """`row 3`, `line 7` or `key '41'`."""

    key: str | None
    """The key in a JSON object, or the position in a list; None elsewhere."""

    fields: Mapping[str, Any]

    def wrong(self, what: str) -> InputError:
        """The error that says what is wrong with this row."""
        return InputError(f"{self.file}, {self.place}: {what}")

    def text(self, *names: str, required: bool = True) -> str:
        """The first of these fields that is present and not null; empty if none need be.

        Raises:
            InputError: the field is absent, or is not text.
        """
        for name in names:
            if (value := self.fields.get(name)) is not None:
                if isinstance(value, str):
                    return value
                raise self.wrong(f"{name!r} is {_kind(value)}, not text")
        if required:
            raise self.wrong(f"has no {' or '.join(map(repr, names))}")
        return ""

    def name(self, *names: str) -> str:
        """The first of these fields, a text or a whole number; else the key of the row.

        Raises:
            InputError: there is neither, or the field is something else.
        """
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            if value is not None:
                return self.text(name)
        if self.key is None:
            raise self.wrong(f"has no {' or '.join(map(repr, names))}")
        return self.key


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of one file: JSON list or object of objects, JSON lines, Arrow or Parquet.

    Raises:
        InputError: the file or a row is not what its name promises.
    """
    if path.suffix in SUFFIXES:
        for number, fields in enumerate(TableFile(path).rows()):
            yield Row(path, f"row {number}", None, fields)
    elif path.suffix == ".jsonl":
        yield from _lines(path)
    else:
        yield from _json(path)


def _json(path: Path) -> Iterator[Row]:
    held = _loads(_text(path), path, "the file")
    if isinstance(held, list):
        for number, value in enumerate(cast(list[object], held)):
            yield _row(path, f"row {number}", str(number), value)
    elif isinstance(held, dict):
        for key, value in cast(dict[str, object], held).items():
            yield _row(path, f"key {key!r}", key, value)
    else:
        raise InputError(f"{path} holds {_kind(held)}, not a list or an object of rows")


def _lines(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    place = f"line {number}"
                    yield _row(path, place, None, _loads(line, path, place))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _loads(text: str, path: Path, place: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}, {place}: not JSON: {error}") from error


def _row(path: Path, place: str, key: str | None, value: object) -> Row:
    if not isinstance(value, dict):
        raise InputError(f"{path}, {place}: is {_kind(value)}, not an object with fields")
    return Row(path, place, key, cast(dict[str, Any], value))


def _kind(value: object) -> str:
    return "null" if value is None else f"of type {type(value).__name__}"


def table_files(folder: Path) -> list[Path]:
    """The files of a data set's `train` split in a folder (or the one file given): Parquet, else
    Arrow, else JSON lines, else JSON; files of other splits are left aside.

    Raises:
        InputError: there is no such folder, or nothing in it that could hold rows.
    """
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}")
    for suffix in (*SUFFIXES, ".jsonl", ".json"):
        found = sorted(
            each
            for each in folder.rglob(f"*{suffix}")
            if each.name not in _NOT_ROWS and not each.name.startswith("cache-")
        )
        if found:
            return [each for each in found if _in_train(each, folder)] or found
    raise InputError(f"{folder} holds no table: no Parquet, Arrow, JSON lines or JSON file")


def _in_train(path: Path, folder: Path) -> bool:
    return any(part.startswith("train") for part in path.relative_to(folder).parts)


def first_file(folder: Path, names: tuple[str, ...], what: str) -> Path:
    """The first of these names that is a file in the folder, or the folder itself if it is a file.

    Raises:
        InputError: none of them is there.
    """
    if folder.is_file():
        return folder
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise InputError(f"{folder} holds no {what}: looked for {', '.join(names)}")

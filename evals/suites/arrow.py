"""Arrow files, Arrow streams and Parquet: rows now, pictures when they are asked for.

The only file that knows pyarrow; it comes with the extra `editloop[evals]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from ...memory.errors import InputError
from .pictures import PictureFile

SUFFIXES = (".parquet", ".arrow")


def _pyarrow(name: str) -> Any:
    """A module of pyarrow, loaded here and nowhere else.

    Raises:
        InputError: pyarrow is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(
            "Arrow and Parquet files need pyarrow: pip install 'editloop[evals]'"
        ) from error


class TableFile:
    """One table file. Keeps the last block of one picture column, so that reading in order is cheap."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is opened when rows or pictures are wanted."""
        self.path = path
        self._held: tuple[int, str, Any] | None = None

    def rows(self) -> Iterator[dict[str, Any]]:
        """All rows; picture cells (structs of bytes and path) become `PictureCell`s, unread.

        Raises:
            InputError: the file is damaged or of another format, or pyarrow is missing.
        """
        blocks, schema = self._blocks()
        pictures = [each.name for each in schema if _holds_picture(each.type)]
        plain = [each.name for each in schema if each.name not in pictures]
        for block in range(len(blocks)):
            table = self._columns(blocks, block, plain)
            for row, fields in enumerate(table.to_pylist()):
                cells = {name: PictureCell(self, block, row, name) for name in pictures}
                yield fields | cells

    def cell(self, block: int, row: int, column: str) -> dict[str, Any] | None:
        """The struct of one picture cell: `bytes` and `path`, either of them None."""
        if self._held is None or self._held[:2] != (block, column):
            blocks, _ = self._blocks()
            self._held = (block, column, self._columns(blocks, block, [column])[column])
        held: dict[str, Any] | None = self._held[2][row].as_py()
        return held

    def _columns(self, blocks: Any, block: int, names: list[str]) -> Any:
        try:
            return blocks.columns(block, names)
        except (_pyarrow("pyarrow").ArrowException, OSError) as error:
            raise InputError(f"{self.path}: block {block} is damaged: {error}") from error

    def _blocks(self) -> tuple[Any, Any]:
        arrow = _pyarrow("pyarrow")
        try:
            blocks = _parquet(self.path) if self.path.suffix == ".parquet" else _arrow(self.path)
        except (arrow.ArrowException, OSError) as error:
            raise InputError(f"{self.path} cannot be read as a table: {error}") from error
        return blocks, blocks.schema


@dataclass(frozen=True, slots=True)
class PictureCell:
    """A picture inside a table file."""

    table: TableFile = field(repr=False)
    block: int
    row: int
    column: str

    @property
    def name(self) -> str:
        """File, block, row and column."""
        return f"{self.table.path} (block {self.block}, row {self.row}, column {self.column!r})"

    def present(self) -> bool:
        """Whether the file is there; the cell itself is looked at by `read`."""
        return self.table.path.is_file()

    def read(self) -> bytes:
        """The bytes of the cell, or those of the file that it names.

        Raises:
            InputError: the cell is empty, or what it names cannot be read.
        """
        held = self.table.cell(self.block, self.row, self.column) or {}
        inside: bytes | None = held.get("bytes")
        if inside is not None:
            return inside
        if held.get("path"):
            return PictureFile(self.table.path.parent / held["path"]).read()
        raise InputError(f"{self.name} holds no picture")


def _holds_picture(kind: Any) -> bool:
    names = {kind.field(at).name for at in range(kind.num_fields)}
    return {"bytes", "path"} <= names


class _Parquet:
    def __init__(self, file: Any) -> None:
        self._file, self.schema = file, file.schema_arrow

    def __len__(self) -> int:
        return int(self._file.num_row_groups)

    def columns(self, block: int, names: list[str]) -> Any:
        return self._file.read_row_group(block, columns=names)


class _Batches:
    def __init__(self, batches: list[Any], schema: Any) -> None:
        self._batches, self.schema = batches, schema

    def __len__(self) -> int:
        return len(self._batches)

    def columns(self, block: int, names: list[str]) -> Any:
        return self._batches[block].select(names)


def _parquet(path: Path) -> _Parquet:
    return _Parquet(_pyarrow("pyarrow.parquet").ParquetFile(path))


def _arrow(path: Path) -> _Batches:
    """Batches of a memory map: their pages are read when they are touched."""
    arrow, ipc = _pyarrow("pyarrow"), _pyarrow("pyarrow.ipc")
    with path.open("rb") as start:
        is_file = start.read(6) == b"ARROW1"
    mapped = arrow.memory_map(str(path))
    if is_file:
        opened = ipc.open_file(mapped)
        batches = [opened.get_batch(at) for at in range(opened.num_record_batches)]
    else:
        opened = ipc.open_stream(mapped)
        batches = list(opened)
    return _Batches(batches, opened.schema)

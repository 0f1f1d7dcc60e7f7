"""What the tests of the four suites share."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from editloop.evals.suites.unscored import Unscored

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def _numbers_in(text: str) -> set[float]:
    """Every whole number written in a text, in the widest reading of its digits."""
    return {float(each) for each in _NUMBERS.findall(text)}


@pytest.fixture(scope="session")
def numbers_in() -> Callable[[str], set[float]]:
    return _numbers_in


@pytest.fixture(scope="session")
def reason() -> Callable[[object], str]:
    def why(reading: object) -> str:
        assert isinstance(reading, Unscored), reading
        return reading.reason

    return why


def _arrow_file(path: Path, rows: list[dict[str, Any]]) -> Path:
    arrow: Any = pytest.importorskip("pyarrow")
    table = arrow.Table.from_pylist(rows)
    with arrow.OSFile(str(path), "wb") as sink, arrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return path


def _arrow_stream(path: Path, rows: list[dict[str, Any]]) -> Path:
    arrow: Any = pytest.importorskip("pyarrow")
    table = arrow.Table.from_pylist(rows)
    with arrow.OSFile(str(path), "wb") as sink, arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return path


def _parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    arrow: Any = pytest.importorskip("pyarrow")
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.Table.from_pylist(rows), path, row_group_size=2)
    return path


@pytest.fixture(scope="session")
def write_table() -> dict[str, Callable[[Path, list[dict[str, Any]]], Path]]:
    """A file name for each table layout, and what writes it; blocks of two rows."""
    return {"file.arrow": _arrow_file, "stream.arrow": _arrow_stream, "data.parquet": _parquet}

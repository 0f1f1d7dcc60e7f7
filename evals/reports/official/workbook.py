"""The first sheet of an .xlsx file as rows: RISEBench keeps its per-case table in one."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from ....memory.errors import InputError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"  # a name, never fetched
_STRINGS, _SHEET = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
_MOST = 200_000_000
"""Bytes of one part unpacked; a larger one is no table of scores."""

_REFERENCE = re.compile(r"([A-Z]+)\d+")


def read_workbook(path: Path) -> Iterator[dict[str, str]]:
    """Rows by the titles of the first row; empty cells are absent.

    Raises:
        InputError: it cannot be read as a workbook.
    """
    try:
        with zipfile.ZipFile(path) as book:
            strings = _strings(book)
            sheet = _part(book, _SHEET, path)
    except (OSError, zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
        raise InputError(f"cannot read {path} as a workbook: {error}") from error
    titles: dict[str, str] | None = None
    for row in sheet.iter(f"{_MAIN}row"):
        cells = dict(_cells(row, strings))
        if titles is None:
            titles = cells
        else:
            yield {titles[at]: value for at, value in cells.items() if at in titles}


def _part(book: zipfile.ZipFile, name: str, path: Path) -> ElementTree.Element:
    if book.getinfo(name).file_size > _MOST:
        raise InputError(f"{path}: {name} is too large for a table of scores")
    return ElementTree.fromstring(book.read(name))


def _strings(book: zipfile.ZipFile) -> list[str]:
    if _STRINGS not in book.namelist():
        return []
    held = _part(book, _STRINGS, Path(str(book.filename)))
    return ["".join(text.text or "" for text in each.iter(f"{_MAIN}t")) for each in held]


def _cells(row: ElementTree.Element, strings: list[str]) -> Iterator[tuple[str, str]]:
    for cell in row.iter(f"{_MAIN}c"):
        place = _REFERENCE.fullmatch(cell.get("r", ""))
        value = cell.findtext(f"{_MAIN}v")
        if cell.get("t") == "inlineStr":
            value = "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
        elif cell.get("t") == "s" and value is not None:
            value = strings[int(value)] if int(value) < len(strings) else None
        if place and value:
            yield place[1], value

"""RISEBench from a folder: the full set of 360, or the 64 of the benchmark's repository."""

from collections.abc import Iterator
from math import isnan
from pathlib import Path

from ..found import Found, look
from ..pictures import PictureFolder
from ..rows import Row, first_file, read_rows
from .cases import COUNTS, SMALL_COUNTS, Flag, RiseCase

FULL = "datav2_total_w_subtask.json"
SMALL = "data_total.json"
FILES = (FULL, f"data/{FULL}", SMALL, f"data/{SMALL}")


def read_cases(folder: Path) -> Iterator[RiseCase]:
    """The cases in the order of the file; the full set where both lie in the folder.

    Raises:
        InputError: neither file is there, or a row is not a case, named with its place.
    """
    path = first_file(folder, FILES, "RISEBench")
    pictures = PictureFolder((path.parent, path.parent / "data"))
    for row in read_rows(path):
        yield _case(row, pictures)


def check(folder: Path) -> Found:
    """Count the cases per category against the set that the file belongs to, and look for their
    pictures.

    Raises:
        InputError: neither file is there.
    """
    path = first_file(folder, FILES, "RISEBench")
    expected = SMALL_COUNTS if path.name == SMALL else COUNTS
    return look("rise", folder, read_cases(folder), expected)


def _case(row: Row, pictures: PictureFolder) -> RiseCase:
    category = row.text("category")
    if category not in COUNTS:
        raise row.wrong(f"category is {category!r}, not one of {', '.join(COUNTS)}")
    picture = row.text("reference_img", required=False)
    return RiseCase(
        index=row.text("index"),
        category=category,
        subtask=row.text("subtask", required=False) or None,
        instruction=row.text("instruction"),
        source=pictures.file(row.text("image")),
        reference=row.text("reference", required=False) or None,
        reference_picture=pictures.file(picture) if picture else None,
        reference_text=row.text("reference_txt", required=False) or None,
        reasoning_img=_flag(row, "reasoning_img"),
        consistency_free=_flag(row, "consistency_free"),
        reasoning_wo_ins=_flag(row, "reasoning_wo_ins"),
    )


def _flag(row: Row, name: str) -> Flag:
    value = row.fields.get(name)
    if name not in row.fields or (isinstance(value, float) and isnan(value)):
        return "missing"
    if value is None:
        return "null"
    return "true" if value else "false"

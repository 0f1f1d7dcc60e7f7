"""GEdit-Bench from a folder: Parquet, Arrow stream or file, JSON lines or JSON."""

from collections.abc import Iterator
from pathlib import Path

from ..arrow import PictureCell
from ..found import Found, look
from ..pictures import Picture, PictureFolder
from ..rows import Row, read_rows, table_files
from .cases import COUNTS, LANGUAGES, GEditCase

EXPECTED = {f"{language}/{group}": n for language in LANGUAGES for group, n in COUNTS.items()}


def read_cases(folder: Path) -> Iterator[GEditCase]:
    """The cases in the order of their files, pictures unread.

    Raises:
        InputError: no table in the folder, or a row that is not a case, named with its place.
    """
    for path in table_files(folder):
        pictures = PictureFolder((path.parent, folder if folder.is_dir() else path.parent))
        for row in read_rows(path):
            yield _case(row, pictures)


def check(folder: Path) -> Found:
    """Count the cases per language and group, and look for their pictures."""
    return look("gedit", folder, read_cases(folder), EXPECTED)


def _case(row: Row, pictures: PictureFolder) -> GEditCase:
    language = row.text("instruction_language")
    if language not in LANGUAGES:
        raise row.wrong(f"instruction_language is {language!r}, not 'en' or 'cn'")
    source = _picture(row, "input_image", pictures)
    if source is None:
        raise row.wrong("has no 'input_image'")
    return GEditCase(
        key=row.name("key"),
        group=row.text("task_type"),
        instruction=row.text("instruction"),
        language=language,
        intersection=_intersection(row),
        source=source,
        raw=_picture(row, "input_image_raw", pictures),
    )


def _picture(row: Row, name: str, pictures: PictureFolder) -> Picture | None:
    held = row.fields.get(name)
    if isinstance(held, PictureCell):
        return held
    path = row.text(name, required=False)
    return pictures.file(path) if path else None


def _intersection(row: Row) -> bool | None:
    flag = row.fields.get("Intersection_exist", row.fields.get("intersection_exist"))
    if flag is None or isinstance(flag, bool):
        return flag
    if flag in (0, 1):
        return bool(flag)
    raise row.wrong(f"Intersection_exist is {flag!r}, not true or false")

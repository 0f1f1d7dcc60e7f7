"""KRIS-Bench from a folder: an annotation file per category, or the merged file."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from ....memory.errors import InputError
from ..found import Found, look
from ..pictures import PictureFile, PictureFolder
from ..rows import Row, read_rows
from .cases import CATEGORIES, COUNTS, KrisCase

MERGED_FILES = ("final_data.json", "final_data.jsonl")


def read_cases(folder: Path) -> Iterator[KrisCase]:
    """The cases: from `<category>/annotation.json` (here or under `KRIS_Bench`), else from the
    merged file.

    Raises:
        InputError: neither is there, or a row is not a case, named with its place.
    """
    root = folder / "KRIS_Bench" if (folder / "KRIS_Bench").is_dir() else folder
    files = sorted(root.glob("*/annotation.json"), key=_order)
    if files:
        for path in files:
            pictures = PictureFolder((path.parent,))
            for row in read_rows(path):
                yield _case(row, path.parent.name, pictures)
    else:
        yield from _merged(folder, root)


def check(folder: Path) -> Found:
    """Count the cases per category, and look for their pictures."""
    return look("kris", folder, read_cases(folder), COUNTS)


def _order(path: Path) -> tuple[int, str]:
    names = list(CATEGORIES)
    name = path.parent.name
    return (names.index(name) if name in names else len(names), name)


def _merged(folder: Path, root: Path) -> Iterator[KrisCase]:
    candidates = [folder] if folder.is_file() else [root / each for each in MERGED_FILES]
    path = next((each for each in candidates if each.is_file()), None)
    if path is None:
        raise InputError(
            f"{folder} holds no KRIS-Bench: neither <category>/annotation.json nor {MERGED_FILES[0]}"
        )
    for row in read_rows(path):
        category = row.text("type")
        base = path.parent
        pictures = PictureFolder((base / category, base / "KRIS_Bench" / category))
        yield _case(row, category, pictures)


def _case(row: Row, category: str, pictures: PictureFolder) -> KrisCase:
    truth = row.text("gt_img", required=False)
    return KrisCase(
        id=row.name("id"),
        category=category,
        instruction=row.text("ins_en"),
        explanation=row.text("explain_en", required=False),
        sources=_sources(row, pictures),
        ground_truth=pictures.file(truth) if truth else None,
    )


def _sources(row: Row, pictures: PictureFolder) -> tuple[PictureFile, ...]:
    held = row.fields.get("ori_img")
    if not isinstance(held, list):
        return (pictures.file(row.text("ori_img")),)
    names = cast(list[object], held)
    if not names:
        raise row.wrong("'ori_img' is an empty list")
    for name in names:
        if not isinstance(name, str):
            raise row.wrong(f"'ori_img' lists {name!r}, which is not text")
    return tuple(pictures.file(str(name)) for name in names)

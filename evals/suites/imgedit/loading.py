"""ImgEdit-Bench from a folder, as its archive or its repository lays it out."""

from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path

from ....memory.errors import InputError
from ..found import Found, look
from ..pictures import PictureFolder
from ..rows import Row, first_file, read_rows
from .cases import COUNTS, HARD_COUNT, ImgEditCase, ImgEditConversation

BASIC_FILES = ("singleturn.json", "basic_edit.json", "Basic/basic_edit.json", "singleturn.jsonl")
HARD_FILES = ("UGE_edit.json", "UGE/UGE_edit.json")


def read_cases(folder: Path) -> Iterator[ImgEditCase]:
    """The basic cases, in the order of the file.

    Raises:
        InputError: the file is absent, or a row is not a case, named with its place.
    """
    yield from _cases(first_file(folder, BASIC_FILES, "basic cases of ImgEdit-Bench"), typed=True)


def read_hard_cases(folder: Path) -> Iterator[ImgEditCase]:
    """The hard cases (UGE), in the order of the file.

    Raises:
        InputError: the file is absent, or a row is not a case, named with its place.
    """
    yield from _cases(first_file(folder, HARD_FILES, "hard cases of ImgEdit-Bench"), typed=False)


def read_conversations(folder: Path) -> Iterator[ImgEditConversation]:
    """The conversations of every JSON file in the folder whose rows have turns.

    Raises:
        InputError: no such file, or a row is not a conversation, named with its place.
    """
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.json"))
    read = 0
    for path in files:
        pictures = _pictures(path, folder)
        for row in read_rows(path):
            if "turn1" not in row.fields and not folder.is_file():
                break  # another file of the archive
            read += 1
            yield _conversation(row, pictures)
    if not read:
        raise InputError(f"{folder} holds no conversations: no JSON file has rows with 'turn1'")


def check(folder: Path) -> Found:
    """Count the basic cases per edit type, and look for their pictures."""
    return look("imgedit", folder, read_cases(folder), COUNTS)


def check_hard(folder: Path) -> Found:
    """Count the hard cases, and look for their pictures."""
    return look("imgedit hard", folder, read_hard_cases(folder), {"hard": HARD_COUNT})


def _pictures(path: Path, folder: Path) -> PictureFolder:
    root = folder if folder.is_dir() else path.parent
    return PictureFolder((path.parent, root))


def _cases(path: Path, *, typed: bool) -> Iterator[ImgEditCase]:
    pictures = _pictures(path, path.parent)
    for row in read_rows(path):
        yield ImgEditCase(
            key=row.key if row.key is not None else row.name("key"),
            edit_type=row.text("edit_type") if typed else None,
            instruction=row.text("prompt", "instruction"),
            source=pictures.file(_picture_name(row)),
        )


def _picture_name(row: Row) -> str:
    """The field that the official loader takes: `id`, else `path`, else the key itself."""
    return row.text("id", "path", required=False) or row.name("key")


def _conversation(row: Row, pictures: PictureFolder) -> ImgEditConversation:
    turns = takewhile(lambda name: name in row.fields, (f"turn{number}" for number in count(1)))
    instructions = tuple(row.text(name) for name in turns)
    if len(instructions) < 2:
        raise row.wrong("has fewer than two turns ('turn1', 'turn2')")
    return ImgEditConversation(
        key=row.key if row.key is not None else row.name("key"),
        category=row.file.stem,
        instructions=instructions,
        source=pictures.file(_picture_name(row)),
    )

"""ImgEdit-Bench: reading and checking a folder."""

import json
from pathlib import Path

import pytest

from editloop.evals.suites.imgedit.loading import (
    check,
    check_hard,
    read_cases,
    read_conversations,
    read_hard_cases,
)
from editloop.memory.errors import InputError

ROW = {"id": "daily object/1.jpg", "prompt": "Replace the hat.", "edit_type": "replace"}


def write(folder: Path, name: str, rows: object) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows))


@pytest.mark.parametrize("name", ["singleturn.json", "basic_edit.json", "Basic/basic_edit.json"])
def test_basic_cases_of_every_layout(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, {"41": ROW})
    picture = (tmp_path / name).parent / ROW["id"]
    picture.parent.mkdir()
    picture.write_bytes(b"hat")
    (case,) = read_cases(tmp_path)
    assert (case.key, case.edit_type, case.instruction) == ("41", "replace", "Replace the hat.")
    assert case.source.read() == b"hat"
    found = check(tmp_path)
    assert (found.cases, found.missing_pictures, found.complete) == (1, 0, False)


def test_the_other_names_of_picture_and_instruction(tmp_path: Path) -> None:
    rows = {
        "a.jpg": {"instruction": "Go.", "edit_type": "add"},
        "2": {"path": "b.jpg", "prompt": "Go.", "edit_type": "add"},
    }
    write(tmp_path, "singleturn.json", rows)
    first, second = read_cases(tmp_path)
    assert (first.source.name, first.instruction) == (str(tmp_path / "a.jpg"), "Go.")
    assert second.source.name == str(tmp_path / "b.jpg")


def test_json_lines_hold_their_keys(tmp_path: Path) -> None:
    (tmp_path / "singleturn.jsonl").write_text(json.dumps(ROW | {"key": 41}))
    (case,) = read_cases(tmp_path)
    assert case.key == "41"


def test_a_case_without_type_is_named(tmp_path: Path) -> None:
    write(tmp_path, "basic_edit.json", {"41": {"id": "a", "prompt": "b"}})
    with pytest.raises(InputError, match="key '41': has no 'edit_type'"):
        list(read_cases(tmp_path))


def test_hard_cases_have_no_type(tmp_path: Path) -> None:
    write(tmp_path, "UGE_edit.json", {"1": {"id": "a.jpg", "prompt": "b"}})
    (case,) = read_hard_cases(tmp_path)
    assert (case.edit_type, case.part) == (None, "hard")
    found = check_hard(tmp_path)
    assert [(part.found, part.expected) for part in found.parts] == [(1, 47)]


def test_conversations_have_two_turns_or_three_and_the_category_of_their_file(
    tmp_path: Path,
) -> None:
    two = {"id": "a.jpg", "turn1": "x", "turn2": "y"}
    write(tmp_path, "Multiturn/content_memory.json", {"1": two, "2": two | {"turn3": "z"}})
    write(tmp_path, "basic_edit.json", {"41": ROW})
    first, second = read_conversations(tmp_path)
    assert (first.instructions, second.instructions) == (("x", "y"), ("x", "y", "z"))
    assert first.name == "content_memory/1"


def test_a_conversation_of_one_turn_is_named(tmp_path: Path) -> None:
    write(tmp_path, "memory.json", {"1": {"id": "a.jpg", "turn1": "x"}})
    with pytest.raises(InputError, match="fewer than two turns"):
        list(read_conversations(tmp_path))


def test_a_folder_without_the_suite_is_named(tmp_path: Path) -> None:
    for read in (read_cases, read_hard_cases, read_conversations):
        with pytest.raises(InputError, match="holds no"):
            list(read(tmp_path))

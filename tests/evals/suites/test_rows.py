"""Rows of every layout, and what is said about rows that are wrong."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from editloop.evals.suites.arrow import PictureCell
from editloop.evals.suites.pictures import PictureFile
from editloop.evals.suites.rows import Row, first_file, read_rows, table_files
from editloop.memory.errors import InputError

Write = Callable[[Path, list[dict[str, Any]]], Path]


def keys(path: Path) -> list[str | None]:
    return [row.key for row in read_rows(path)]


def test_a_json_object_gives_its_keys_a_list_its_positions_and_lines_none(tmp_path: Path) -> None:
    object_ = tmp_path / "a.json"
    object_.write_text('{"41": {"a": 1}, "7": {"a": 2}}')
    list_ = tmp_path / "b.json"
    list_.write_text('[{"a": 1}, {"a": 2}]')
    lines = tmp_path / "c.jsonl"
    lines.write_text('{"a": 1}\n\n{"a": 2}\n')
    assert keys(object_) == ["41", "7"]
    assert keys(list_) == ["0", "1"]
    assert keys(lines) == [None, None]
    assert [row.place for row in read_rows(lines)] == ["line 1", "line 3"]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('\ufeff[{"a": 1}]', encoding="utf-8")
    assert keys(path) == ["0"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", "not JSON"),
        ("a.json", "3", "of type int, not a list or an object"),
        ("a.json", "[3]", "row 0: is of type int, not an object"),
        ("a.json", '{"7": null}', "key '7': is null"),
        ("a.jsonl", '{"a": 1}\n{', "line 2: not JSON"),
        ("a.jsonl", '{"a": 1}\n[1]', "line 2: is of type list"),
        ("a.parquet", "no table", "cannot be read as a table"),
        ("a.arrow", "no table", "cannot be read as a table"),
        ("a.arrow", "", "cannot be read as a table"),
    ],
)
def test_wrong_files_are_named_with_the_place(
    name: str, text: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        list(read_rows(path))
    assert str(path) in str(caught.value)


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    for name in ("a.json", "a.jsonl"):
        (tmp_path / name).write_bytes(b'{"a": "\xff"}')
        with pytest.raises(InputError, match="cannot read"):
            list(read_rows(tmp_path / name))


def test_fields_are_checked_and_the_message_names_the_row() -> None:
    row = Row(Path("f.json"), "row 3", None, {"n": 4, "b": True, "s": "x", "z": None})
    assert (row.text("z", "s"), row.text("z", required=False), row.name("n")) == ("x", "", "4")
    with pytest.raises(InputError, match=r"f\.json, row 3: 'n' is of type int, not text"):
        row.text("n")
    with pytest.raises(InputError, match="has no 'y' or 'z'"):
        row.text("y", "z")
    with pytest.raises(InputError, match="'b' is of type bool"):
        row.name("b")
    with pytest.raises(InputError, match="has no 'y'"):
        row.name("y")


def test_the_train_split_is_chosen_and_caches_and_descriptions_are_left(tmp_path: Path) -> None:
    for name in ("data/test-0.parquet", "data/train-1.parquet", "data/train-0.parquet", "x.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [each.name for each in table_files(tmp_path)] == ["train-0.parquet", "train-1.parquet"]
    other = tmp_path / "saved"
    for name in ("train/data-0.arrow", "train/cache-1.arrow", "train/state.json"):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).touch()
    assert [each.name for each in table_files(other)] == ["data-0.arrow"]


def test_a_folder_without_tables_or_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{}")
    with pytest.raises(InputError, match="holds no table"):
        table_files(tmp_path)
    with pytest.raises(InputError, match="there is no folder"):
        table_files(tmp_path / "nowhere")


def test_pictures_in_tables_are_read_late_and_from_their_own_row(
    write_table: dict[str, Write], tmp_path: Path
) -> None:
    (tmp_path / "beside.png").write_bytes(b"beside")
    cells = [{"bytes": b"one", "path": None}, {"bytes": b"two", "path": "x"}]
    cells += [{"bytes": None, "path": "beside.png"}, {"bytes": None, "path": None}]
    rows = [{"key": str(n), "picture": cell} for n, cell in enumerate(cells)]
    for name, write in write_table.items():
        path = write(tmp_path / name, rows)
        held = [row.fields["picture"] for row in read_rows(path)]
        assert all(isinstance(each, PictureCell) and each.present() for each in held)
        assert [each.read() for each in (held[1], held[0], held[2])] == [b"two", b"one", b"beside"]
        with pytest.raises(InputError, match="column 'picture'"):
            held[3].read()


def test_without_pyarrow_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.parquet").touch()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"editloop\[evals\]"):
        list(read_rows(tmp_path / "a.parquet"))


def test_a_picture_file_that_is_gone_is_named(tmp_path: Path) -> None:
    picture = PictureFile(tmp_path / "gone.png")
    assert not picture.present()
    with pytest.raises(InputError, match=r"gone\.png"):
        picture.read()


def test_json_rows_are_plain(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"a": {"b": [1]}}]))
    assert [dict(row.fields) for row in read_rows(path)] == [{"a": {"b": [1]}}]


def test_one_file_can_be_given_instead_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text("[]")
    assert table_files(path) == [path]
    assert first_file(path, ("other.json",), "rows") == path


def test_a_damaged_block_is_named(write_table: dict[str, Write], tmp_path: Path) -> None:
    rows = [{"key": str(n), "text": "x" * 100} for n in range(4)]
    path = write_table["data.parquet"](tmp_path / "data.parquet", rows)
    held = bytearray(path.read_bytes())
    held[4:60] = bytes(56)
    path.write_bytes(held)
    with pytest.raises(InputError, match=r"data\.parquet: block 0 is damaged"):
        list(read_rows(path))

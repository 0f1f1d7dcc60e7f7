"""GEdit-Bench: reading and checking a folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from editloop.evals.suites.gedit.cases import COUNTS
from editloop.evals.suites.gedit.loading import check, read_cases
from editloop.memory.errors import InputError

Write = Callable[[Path, list[dict[str, Any]]], Path]


def row(number: int = 1, **more: Any) -> dict[str, Any]:
    plain = {
        "task_type": "color_alter",
        "key": f"k{number}",
        "instruction": "Make the kite red.",
        "instruction_language": "en",
        "input_image": {"bytes": f"small {number}".encode(), "path": None},
        "input_image_raw": {"bytes": f"large {number}".encode(), "path": None},
        "Intersection_exist": number % 2 == 0,
    }
    return plain | more


@pytest.mark.parametrize("name", ["file.arrow", "stream.arrow", "data.parquet"])
def test_every_table_layout_gives_the_same_cases(
    name: str, write_table: dict[str, Write], tmp_path: Path
) -> None:
    write_table[name](tmp_path / name, [row(n) for n in range(5)])
    cases = list(read_cases(tmp_path))
    assert [case.key for case in cases] == ["k0", "k1", "k2", "k3", "k4"]
    assert [case.source.read() for case in cases] == [f"small {n}".encode() for n in range(5)]
    assert cases[3].raw is not None
    assert cases[3].raw.read() == b"large 3"
    assert [case.intersection for case in cases] == [True, False, True, False, True]
    assert cases[0].name == "en/color_alter/k0"


def test_json_rows_name_their_pictures(tmp_path: Path) -> None:
    fields = row(input_image="a.png", input_image_raw=None, Intersection_exist=1)
    (tmp_path / "rows.jsonl").write_text(json.dumps(fields))
    (tmp_path / "a.png").write_bytes(b"picture")
    (case,) = read_cases(tmp_path)
    assert (case.source.read(), case.raw, case.intersection) == (b"picture", None, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"instruction_language": "zh"}, "instruction_language is 'zh', not 'en' or 'cn'"),
        ({"input_image": None}, "has no 'input_image'"),
        ({"instruction": None}, "has no 'instruction'"),
        ({"instruction": 4}, "'instruction' is of type int"),
        ({"Intersection_exist": "no"}, "Intersection_exist is 'no'"),
        ({"task_type": None}, "has no 'task_type'"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    good = row(input_image="a.png", input_image_raw=None)
    (tmp_path / "rows.json").write_text(json.dumps([good, good | change]))
    with pytest.raises(InputError, match=f"rows.json, row 1: .*{message}"):
        list(read_cases(tmp_path))


def test_a_complete_folder_is_complete(write_table: dict[str, Write], tmp_path: Path) -> None:
    rows = [
        row(task_type=group, key=f"{group}{n}", instruction_language=language)
        for language in ("en", "cn")
        for group, count in COUNTS.items()
        for n in range(count)
    ]
    write_table["data.parquet"](tmp_path / "train.parquet", rows)
    found = check(tmp_path)
    assert (found.complete, found.cases, found.pictures) == (True, 1212, 2424)


def test_a_check_names_what_is_missing_repeated_and_unknown(tmp_path: Path) -> None:
    rows = [row(1, input_image="a.png"), row(1, input_image="a.png"), row(2, input_image="b.png")]
    rows.append(row(3, input_image="a.png", task_type="magic"))
    for each in rows:
        each["input_image_raw"] = None
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    (tmp_path / "a.png").touch()
    found = check(tmp_path)
    assert not found.complete
    assert (found.cases, found.pictures, found.missing_pictures) == (4, 1, 1)
    assert found.missing_examples == (str(tmp_path / "b.png"),)
    assert found.problems == ("'en/color_alter/k1' is there 2 times",)
    parts = {part.name: (part.found, part.expected) for part in found.parts}
    assert parts["en/color_alter"] == (3, 40)
    assert parts["cn/ps_human"] == (0, 70)
    assert parts["en/magic"] == (1, None)


def test_a_check_of_nothing_says_so(tmp_path: Path) -> None:
    assert "holds no table" in check(tmp_path).problems[0]

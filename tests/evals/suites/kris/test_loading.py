"""KRIS-Bench: reading and checking a folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from editloop.evals.suites.kris.cases import predicted_frame
from editloop.evals.suites.kris.loading import check, read_cases
from editloop.memory.errors import InputError

PLAIN: dict[str, Any] = {"ori_img": "4.JPG", "gt_img": "", "ins_en": "Add one.", "explain_en": ""}
FRAMES = PLAIN | {"ori_img": ["7-1.jpg", "7-2.jpg", "7-4.jpg"], "gt_img": "7-3.jpg"}


def write(path: Path, rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows))


@pytest.mark.parametrize("root", [".", "KRIS_Bench"])
def test_annotations_per_category(root: str, tmp_path: Path) -> None:
    folder = tmp_path / root
    abstract = {name: value for name, value in PLAIN.items() if name != "gt_img"}
    write(folder / "temporal_prediction" / "annotation.json", {"7": FRAMES})
    write(folder / "abstract_reasoning" / "annotation.json", {"1": abstract})
    write(folder / "count_change" / "annotation.json", {"4": PLAIN})
    (folder / "count_change" / "4.JPG").write_bytes(b"four")
    first, second, third = read_cases(tmp_path)
    assert (first.name, first.sources[0].read(), first.ground_truth) == (
        "count_change/4",
        b"four",
        None,
    )
    assert second.ground_truth is not None
    assert predicted_frame([Path(each.name).name for each in second.sources]) == 3
    assert third.category == "abstract_reasoning"
    found = check(tmp_path)
    assert (found.cases, found.pictures, found.missing_pictures) == (3, 1, 5)


@pytest.mark.parametrize(
    "rows",
    [
        [PLAIN | {"id": "4", "type": "count_change"}],
        [PLAIN | {"id": 4, "type": "count_change"}],
        {"4": PLAIN | {"type": "count_change"}},
    ],
)
def test_the_merged_file_as_list_or_object(rows: object, tmp_path: Path) -> None:
    write(tmp_path / "final_data.json", rows)
    write(tmp_path / "count_change" / "4.JPG", "picture")
    (case,) = read_cases(tmp_path)
    assert (case.name, case.sources[0].present()) == ("count_change/4", True)


def test_without_an_id_the_position_in_the_list_is_the_id(tmp_path: Path) -> None:
    write(tmp_path / "final_data.json", [PLAIN | {"type": "biology"}] * 2)
    assert [case.id for case in read_cases(tmp_path)] == ["0", "1"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ori_img": []}, "'ori_img' is an empty list"),
        ({"ori_img": ["1-1.jpg", None]}, "'ori_img' lists None"),
        ({"ori_img": 4}, "'ori_img' is of type int"),
        ({"ins_en": None}, "has no 'ins_en'"),
        ({"type": None}, "has no 'type'"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    write(tmp_path / "final_data.json", [PLAIN | {"type": "biology", "id": "1"} | change])
    with pytest.raises(InputError, match=f"final_data.json, row 0: .*{message}"):
        list(read_cases(tmp_path))


def test_a_folder_without_the_suite_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no KRIS-Bench"):
        list(read_cases(tmp_path))

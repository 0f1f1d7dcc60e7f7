"""RISEBench: reading and checking a folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from editloop.evals.suites.rise.cases import COUNTS, SMALL_COUNTS, is_set
from editloop.evals.suites.rise.loading import FULL, SMALL, check, read_cases
from editloop.memory.errors import InputError

ROW: dict[str, Any] = {
    "index": "spatial_reasoning_4",
    "category": "spatial_reasoning",
    "instruction": "Move the cup.",
    "image": "spatial_reasoning_images/4.png",
}


def write(path: Path, rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows))


@pytest.mark.parametrize("pictures", [".", "data"])
def test_sparse_rows_and_pictures_beside_the_file_or_in_the_unpacked_archive(
    pictures: str, tmp_path: Path
) -> None:
    more = {"subtask": "Layout Reasoning", "reference_img": "r.png", "reasoning_img": True}
    write(tmp_path / FULL, [ROW, ROW | more | {"index": "spatial_reasoning_5"}])
    write(tmp_path / pictures / ROW["image"], "picture")
    plain, full = read_cases(tmp_path)
    assert plain.source.present()
    assert (plain.subtask, plain.reference, plain.reference_picture) == (None, None, None)
    assert (full.subtask, full.reasoning_img) == ("Layout Reasoning", "true")
    assert full.reference_picture is not None
    found = check(tmp_path)
    assert (found.pictures, found.missing_pictures) == (1, 1)


def test_absent_null_false_and_true_flags_are_told_apart(tmp_path: Path) -> None:
    values: list[dict[str, Any]] = [{}, *({"consistency_free": each} for each in (None, False, 1))]
    rows = [ROW | each | {"index": str(at)} for at, each in enumerate(values)]
    write(tmp_path / FULL, rows)
    cases = list(read_cases(tmp_path))
    assert [case.consistency_free for case in cases] == ["missing", "null", "false", "true"]
    assert [is_set(case.consistency_free) for case in cases] == [False, False, True, True]


@pytest.mark.parametrize(
    ("name", "counts"), [(f"data/{SMALL}", SMALL_COUNTS), (SMALL, SMALL_COUNTS), (FULL, COUNTS)]
)
def test_each_set_is_checked_against_its_own_counts(
    name: str, counts: dict[str, int], tmp_path: Path
) -> None:
    rows = [
        ROW | {"index": f"{category}_{n}", "category": category}
        for category, count in counts.items()
        for n in range(count)
    ]
    write(tmp_path / name, rows)
    write((tmp_path / name).parent / ROW["image"], "picture")
    assert check(tmp_path).complete
    assert check(tmp_path).cases == sum(counts.values())


def test_the_full_set_wins_over_the_small_one(tmp_path: Path) -> None:
    write(tmp_path / SMALL, [ROW])
    write(tmp_path / "data" / FULL, [ROW, ROW | {"index": "2"}])
    assert len(list(read_cases(tmp_path))) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"category": "moral_reasoning"}, "category is 'moral_reasoning'"),
        ({"image": None}, "has no 'image'"),
        ({"index": 4}, "'index' is of type int"),
        ({"reference": ["a"]}, "'reference' is of type list"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    write(tmp_path / FULL, [ROW, ROW | change])
    with pytest.raises(InputError, match=f"row 1: {message}"):
        list(read_cases(tmp_path))


def test_a_folder_without_the_suite_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no RISEBench"):
        check(tmp_path)

"""Files of jobs: the two layouts, and everything that is refused before anything is spent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import png

from editloop.cli.jobs_file import jobs_file
from editloop.memory import InputError

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    (tmp_path / "a.png").write_bytes(png(1))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.png").write_bytes(png(2))

    def written(*jobs: Any, name: str = "jobs.jsonl") -> Path:
        lines = [job if isinstance(job, str) else json.dumps(job) for job in jobs]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        return tmp_path / name

    return written


def job(**other: Any) -> dict[str, Any]:
    return {"id": "one", "image": "a.png", "instruction": "lighter"} | other


def test_a_line_says_everything_that_a_task_can_hold(write: Write) -> None:
    more = job(mask="a.png", references=["sub/b.png"], seed=7, labels={"x": "y", "n": 3})
    (read,) = jobs_file(str(write(more, "")), None, None).jobs()
    folder = read.image.parent
    assert (read.id, read.instruction, read.seed) == ("one", "lighter", 7)
    assert (read.mask, read.references) == (folder / "a.png", (folder / "sub" / "b.png",))
    assert read.labels == {"x": "y", "n": "3"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "../up"}, "no safe file name"),
        ({"id": "a/b"}, "no safe file name"),
        ({"id": ".hidden"}, "no safe file name"),
        ({"id": "x" * 201}, "no safe file name"),
        ({"id": None}, "needs an 'id'"),
        ({"id": "two", "output": "../../etc/x.png"}, "leads out"),
        ({"id": "two", "output": "/etc/x.png"}, "leads out"),
        ({"id": "two", "output": "sub/.x.png"}, "no safe path"),
        ({"id": "two", "output": "C:\\x.png"}, "leads out"),
        ({"id": "two", "image": "none.png"}, "there is no image"),
        ({"id": "two", "image": "sub"}, "is a folder"),
        ({"id": "two", "image": "nul\0.png"}, "there is no image"),
        ({"id": "two", "mask": "none.png"}, "there is no mask"),
        ({"id": "two", "references": "a.png"}, "must be a list"),
        ({"id": "two", "instruction": "half \ud83d"}, "half a character"),
        ({"id": "two", "instruction": "  "}, "needs an 'instruction'"),
        ({"id": "two", "seed": -1}, "no whole number|not a whole number"),
        ({"id": "two", "labels": {"batch": "x"}}, "is ours"),
        ({"id": "two", "promt": "x"}, "'promt' is no field"),
        ({}, "same id 'one'"),
        ({"id": "two", "output": "one.png"}, "same answer 'one'"),
    ],
)
def test_a_wrong_line_is_named_with_its_number(
    write: Write, wrong: dict[str, Any], said: str
) -> None:
    file = jobs_file(str(write(job(), job(**wrong))), None, None)
    with pytest.raises(InputError, match=f"line 2 of .*({said}).*nothing was begun"):
        file.check()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "expected an object"),
        ('"text"', "expected an object"),
    ],
)
def test_a_line_that_is_no_object_is_refused(write: Write, line: str, said: str) -> None:
    with pytest.raises(InputError, match=f"line 2 of .*{said}"):
        jobs_file(str(write(job(), line)), None, None).check()


def test_all_wrong_lines_are_told_at_once(write: Write) -> None:
    file = jobs_file(str(write(job(), "{", job(id="two"), "{", "{")), None, None)
    with pytest.raises(InputError, match=r"line 2 .*; 2 more cannot be done \(line 4, 5\)"):
        file.check()


def test_a_file_without_a_job_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="no job"):
        jobs_file(str(write("")), None, None).check()


@pytest.mark.parametrize("indent", [None, 2])
def test_the_layout_of_imgedit_is_told_by_its_content(
    write: Write, tmp_path: Path, indent: int | None
) -> None:
    entries = {
        "41": {"id": "sub/b.png", "prompt": "a crown for the hat", "edit_type": "replace"},
        "42": {"id": "a.png", "prompt": "no hat"},
    }
    file = jobs_file(str(write(json.dumps(entries, indent=indent), name="s.json")), None, None)
    first, second = file.jobs()
    assert (file.layout, file.check()) == ("imgedit", 2)
    assert (first.id, first.image, first.instruction) == (
        "41",
        tmp_path / "sub" / "b.png",
        "a crown for the hat",
    )
    assert (first.labels, second.labels) == ({"edit_type": "replace"}, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"1": {"id": "a.png", "prompt": "x"},\n "1": {"id": "a.png", "prompt": "y"}}', "same id"),
        ('{"0": {"id": "a.png", "prompt": "x"},\n "1": {"id": "../a.png", "prompt": "x"}}', "out"),
        ('{"0": {"id": "a.png", "prompt": "x"},\n "1": {"id": "a.png"}}', "instruction"),
        ('{"0": {"id": "a.png", "prompt": "x"},\n "1": 5}', "no entry"),
        ('{"0": {"id": "a.png", "prompt": "x"},\n "1": {"id": "a.png",}}', "no JSON"),
    ],
)
def test_a_wrong_entry_of_imgedit_is_named_with_its_line(
    write: Write, text: str, said: str
) -> None:
    with pytest.raises(InputError, match=f"line 2 of .*{said}"):
        jobs_file(str(write(text, name="s.json")), None, None).check()


def test_images_are_looked_for_in_their_folder_and_nowhere_else(
    write: Write, tmp_path: Path
) -> None:
    path = write(job(image="b.png"))
    (read,) = jobs_file(str(path), None, tmp_path / "sub").jobs()
    assert read.image == tmp_path / "sub" / "b.png"
    with pytest.raises(InputError, match="leads out"):
        jobs_file(str(write(job(image="../a.png"))), None, tmp_path / "sub").check()


def test_another_picture_under_the_same_name_is_another_job(write: Write, tmp_path: Path) -> None:
    path = write(job())
    (before,) = jobs_file(str(path), None, None).jobs()
    (tmp_path / "a.png").write_bytes(png(200, (64, 64)))
    (after,) = jobs_file(str(path), None, None).jobs()
    assert before.digest != after.digest


def test_a_json_list_is_told_what_to_be_instead(write: Write) -> None:
    with pytest.raises(InputError, match="one object per line"):
        jobs_file(str(write([job()], name="jobs.json")), None, None)

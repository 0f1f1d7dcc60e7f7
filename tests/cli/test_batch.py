"""`editloop batch`: answers, record, exit codes."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import images_server
import pytest
from making import png
from PIL import Image

Cli = Callable[..., subprocess.CompletedProcess[str]]
GREY = ("--out", "out", "--editor", "grey", "--thinker", "second")


@pytest.fixture
def jobs(home: Path) -> Callable[..., Path]:
    """Write a file of jobs."""

    def write(*jobs: dict[str, Any]) -> Path:
        usual = {"image": "photo.png", "instruction": "lighter"}
        lines = [json.dumps({"id": f"j{n}", **usual, **job}) for n, job in enumerate(jobs)]
        (home / "jobs.jsonl").write_text("\n".join(lines), encoding="utf-8")
        return home / "jobs.jsonl"

    return write


def totals(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "out" / "summary.json").read_text("utf-8"))
    return found


def lines(home: Path) -> list[dict[str, Any]]:
    text = (home / "out" / "summary.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def pictures(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "out").glob("[!.]*") if "json" not in path.name)


def test_every_job_has_its_answer_its_line_and_its_run(cli: Cli, home: Path, jobs: Any) -> None:
    jobs({}, {"seed": 4, "labels": {"part": "hats"}}, {})
    done = cli("batch", "jobs.jsonl", *GREY, "-j", "2", "--tag", "who=me")
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == ["out/j0.png", "out/j1.png", "out/j2.png"]
    assert pictures(home) == ["j0.png", "j1.png", "j2.png"]
    found = totals(home)
    assert (found["accepted"], found["failed"], found["left"], found["edits"]) == (3, 0, 0, 6)
    assert (found["mean_first"], found["mean_answer"]) == (5.0, 9.0)
    (line,) = [line for line in lines(home) if line["job"] == "j1"]
    run = json.loads(cli("runs", "show", line["run"], "--json").stdout)
    assert run["task"]["seed"] == 4
    assert run["task"]["labels"].items() >= {"part": "hats", "who": "me", "job": "j1"}.items()
    stored = home / "store" / "images" / line["sha256"][:2] / line["sha256"][2:]
    assert (home / "out" / "j1.png").read_bytes() == stored.read_bytes()


def test_the_same_command_again_does_nothing_twice(cli: Cli, home: Path, jobs: Any) -> None:
    jobs({}, {})
    first = cli("batch", "jobs.jsonl", *GREY)
    jobs({}, {}, {})
    again = cli("batch", "jobs.jsonl", *GREY)
    assert (first.returncode, again.returncode) == (0, 0)
    assert again.stdout == "out/j2.png\n"
    assert (totals(home)["ended"], totals(home)["ended_before"]) == (3, 2)
    assert len(json.loads(cli("runs", "list", "--json").stdout)) == 3


def test_a_lost_answer_is_delivered_again_from_the_record(cli: Cli, home: Path, jobs: Any) -> None:
    jobs({}, {})
    assert cli("batch", "jobs.jsonl", *GREY).returncode == 0
    (home / "out" / "j0.png").unlink()
    (home / "out" / "j1.png").write_bytes(b"cut")
    assert cli("batch", "jobs.jsonl", *GREY).returncode == 0
    assert all((home / "out" / name).read_bytes()[:4] == b"\x89PNG" for name in pictures(home))
    assert len(json.loads(cli("runs", "list", "--json").stdout)) == 2


def test_a_lost_summary_is_made_again_from_the_record(cli: Cli, home: Path, jobs: Any) -> None:
    jobs({}, {}, {})
    assert cli("batch", "jobs.jsonl", *GREY).returncode == 0
    first, second, _ = (home / "out" / "summary.jsonl").read_text("utf-8").splitlines()
    cut = f"{first}\n{second[:40]}"
    (home / "out" / "summary.jsonl").write_text(cut, encoding="utf-8")
    assert cli("batch", "jobs.jsonl", *GREY).returncode == 0
    found = (home / "out" / "summary.jsonl").read_text("utf-8").splitlines()
    whole = [json.loads(line)["job"] for line in found if line != second[:40]]
    assert sorted(whole) == ["j0", "j1", "j2"]
    assert len(json.loads(cli("runs", "list", "--json").stdout)) == 3


def test_redo_begins_a_new_batch(cli: Cli, home: Path, jobs: Any) -> None:
    jobs({})
    cli("batch", "jobs.jsonl", *GREY)
    before = totals(home)["batch"]
    assert cli("batch", "jobs.jsonl", *GREY, "--redo").returncode == 0
    assert totals(home)["batch"] != before
    assert (totals(home)["ended_before"], len(lines(home))) == (0, 1)
    assert len(json.loads(cli("runs", "list", "--json").stdout)) == 2


def test_scores_below_the_target_are_3_and_the_best_may_be_taken(
    cli: Cli, home: Path, jobs: Any
) -> None:
    jobs({}, {})
    words = ("batch", "jobs.jsonl", "--out", "out", "--editor", "grey", "--thinker", "poor")
    below = cli(*words, "--turns", "2")
    assert below.returncode == 3
    assert totals(home)["below_target"] == 2
    assert cli(*words, "--turns", "2", "--accept-best").returncode == 0


def test_jobs_that_an_editor_failed_are_tried_again_and_the_others_are_not(
    cli: Cli, home: Path, jobs: Any
) -> None:
    (home / "torn.png").write_bytes(png(3)[:30])
    jobs({}, {"image": "torn.png"}, {})
    failed = cli("batch", "jobs.jsonl", "--out", "out", "--editor", "broken")
    assert failed.returncode == 4
    assert totals(home)["failures"]["EditorError"] == {
        "count": 2,
        "job": lines(home)[0]["job"] if lines(home)[0]["job"] != "j1" else lines(home)[1]["job"],
        "says": "the editor is away",
    }
    assert "the editor is away" in failed.stderr
    again = cli("batch", "jobs.jsonl", *GREY)
    assert again.returncode == 5  # the torn picture stays torn
    assert (totals(home)["accepted"], totals(home)["failed"]) == (2, 1)
    assert totals(home)["ended_before"] == 1
    assert "editor was broken when this batch was begun" in again.stderr


def test_no_job_is_begun_after_too_many_failures(cli: Cli, home: Path, jobs: Any) -> None:
    jobs(*[{} for _ in range(9)])
    words = ("batch", "jobs.jsonl", "--out", "out", "--editor", "broken", "-j", "1")
    stopped = cli(*words, "--max-failures", "3")
    assert stopped.returncode == 4
    assert (totals(home)["failed"], totals(home)["left"]) == (3, 6)
    assert "3 jobs failed" in totals(home)["stopped"]
    assert "next:    editloop batch" in stopped.stderr
    assert cli(*words, "--fail-fast", "--redo").returncode == 4
    assert totals(home)["failed"] == 1


def test_a_budget_that_is_spent_ends_the_batch_and_not_every_job(
    cli: Cli, home: Path, jobs: Any
) -> None:
    jobs(*[{} for _ in range(9)])
    words = ("--out", "out", "--editor", "costly", "--thinker", "second", "-j", "1")
    done = cli("batch", "jobs.jsonl", *words, "--cost", "1.70", "--json")
    assert done.returncode == 6
    assert totals(home)["left"] >= 6
    assert "budget" in totals(home)["stopped"]
    assert totals(home)["cost"] == pytest.approx(1.6)


def test_answers_take_the_format_the_size_and_the_place_that_were_asked_for(
    cli: Cli, home: Path, jobs: Any
) -> None:
    jobs({"output": "hats/one.webp"}, {"output": "hats/two"}, {})
    done = cli("batch", "jobs.jsonl", *GREY, "--format", "jpeg", "--match-size")
    assert done.returncode == 0, done.stderr
    for name, kind in (("hats/one.webp", "WEBP"), ("hats/two.jpg", "JPEG"), ("j2.jpg", "JPEG")):
        with Image.open(home / "out" / name) as image:
            assert (image.format, image.size) == (kind, (64, 48))


def test_a_wrong_line_keeps_everything_from_being_done(cli: Cli, home: Path, jobs: Any) -> None:
    jobs({}, {"image": "none.png"})
    done = cli("batch", "jobs.jsonl", *GREY)
    assert done.returncode == 5
    assert "line 2 of 'jobs.jsonl': there is no image" in done.stderr
    assert not (home / "out").exists()


def test_a_folder_of_somebody_else_is_left_alone(cli: Cli, home: Path, jobs: Any) -> None:
    jobs({})
    (home / "out").mkdir()
    (home / "out" / "mine.txt").write_text("mine")
    refused = cli("batch", "jobs.jsonl", *GREY)
    assert refused.returncode == 2
    assert "--overwrite" in refused.stderr
    assert cli("batch", "jobs.jsonl", *GREY, "--overwrite").returncode == 0
    assert (home / "out" / "mine.txt").read_text() == "mine"


def test_jobs_come_from_standard_input_and_may_be_few_of_many(cli: Cli, home: Path) -> None:
    lines_ = [
        json.dumps({"id": n, "image": "photo.png", "instruction": "lighter"}) for n in range(5)
    ]
    done = cli("batch", "-", *GREY, "--limit", "2", "--json", input="\n".join(lines_))
    assert done.returncode == 0, done.stderr
    *ended, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["type"] for each in ended] == ["job.ended"] * 2
    assert (last["type"], last["jobs"], last["exit_code"]) == ("batch.ended", 2, 0)
    assert pictures(home) == ["0.png", "1.png"]


def test_events_tell_every_turn_of_every_run(cli: Cli, jobs: Any) -> None:
    jobs({}, {})
    done = cli("batch", "jobs.jsonl", *GREY, "--events")
    kinds = [json.loads(line)["type"] for line in done.stdout.splitlines()]
    assert kinds.count("run.opened") == kinds.count("job.ended") == 2
    assert kinds.count("turn.completed") == 4
    assert kinds[-1] == "batch.ended"


def test_a_dry_run_says_what_is_left_and_makes_nothing(cli: Cli, home: Path, jobs: Any) -> None:
    jobs({}, {})
    found = json.loads(cli("batch", "jobs.jsonl", *GREY, "--dry-run", "--json").stdout)
    assert (found["jobs"], found["done"], found["left"]) == (2, 0, 2)
    assert not (home / "out").exists()
    assert not (home / "store").exists()
    cli("batch", "jobs.jsonl", *GREY, "--limit", "1")
    found = json.loads(cli("batch", "jobs.jsonl", *GREY, "--dry-run", "--json").stdout)
    assert (found["done"], found["left"]) == (1, 1)


def test_two_real_edit_servers_share_a_batch(cli: Cli, home: Path, jobs: Any) -> None:
    jobs(*[{} for _ in range(12)])
    with images_server.edit_server() as one, images_server.edit_server() as two:
        editors = f"{one.address},{two.address}"
        words = ("--out", "out", "--editors", editors, "--thinker", "second", "-j", "6")
        done = cli("batch", "jobs.jsonl", *words)
        assert done.returncode == 0, done.stderr
        assert len({*one.answered, *two.answered}) == 24  # a slow one may have been asked twice
        assert one.answered
        assert two.answered
    assert totals(home)["accepted"] == 12


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("batch", "jobs.jsonl"), "--out"),
        (("batch", "jobs.jsonl", *GREY, "--limit", "0"), "--limit 0"),
        (("batch", "jobs.jsonl", *GREY, "--quality", "0"), "--quality 0"),
        (("batch", "jobs.jsonl", *GREY, "--tag", "batch=x"), "--tag batch"),
        (("batch", "jobs.jsonl", "--out", "-"), "--out DIR"),
        (("batch", "jobs.jsonl", "--out", "photo.png"), "is a file"),
    ],
)
def test_options_that_make_no_sense_are_2(
    cli: Cli, jobs: Any, words: tuple[str, ...], said: str
) -> None:
    jobs({})
    done = cli(*words)
    assert done.returncode == 2
    assert said in done.stderr

"""Pipes, signals and terminals."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Cli = Callable[..., subprocess.CompletedProcess[str]]
RISING = ("--editor", "grey", "--thinker", "rising")


def test_a_picture_goes_in_and_out_through_pipes(
    home: Path, environment: dict[str, str], command: list[str]
) -> None:
    done = subprocess.run(
        [*command, "-", "lighter", "-o", "-", *RISING],
        input=(home / "photo.png").read_bytes(),
        capture_output=True,
        cwd=home,
        env=environment,
        check=True,
    )
    assert done.stdout.startswith(b"\x89PNG")
    assert done.stderr.count(b"turn ") >= 3
    assert [path.name for path in home.glob("*.png")] == ["photo.png"]


def test_a_reader_who_leaves_is_no_error(
    home: Path, environment: dict[str, str], command: list[str], cli: Cli
) -> None:
    assert cli("photo.png", "lighter", *RISING).returncode == 0
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(
        [*command, "runs", "list"], stdout=write, stderr=subprocess.PIPE, cwd=home, env=environment
    ) as process:
        os.close(write)
        _, stderr = process.communicate(timeout=300)
    assert process.returncode == 141
    assert b"rror" not in stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_run_that_can_be_resumed(
    number: signal.Signals,
    code: int,
    home: Path,
    environment: dict[str, str],
    command: list[str],
    cli: Cli,
) -> None:
    with subprocess.Popen(
        [*command, "photo.png", "lighter", "--editor", "slow", "--thinker", "rising"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "editing\n"  # the editor is at work now
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=300)
    assert (process.returncode, stdout) == (code, "")
    resume = stderr.splitlines()[-1].removeprefix("next:").split()
    assert resume[:2] == ["editloop", "resume"]
    assert [run["status"] for run in json.loads(cli("runs", "list", "--json").stdout)] == ["open"]

    done = cli("resume", resume[2], *RISING)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "photo-edited.png\n"


def test_an_interruption_of_several_pictures_names_the_runs_that_can_be_resumed(
    home: Path, environment: dict[str, str], command: list[str], cli: Cli
) -> None:
    Image.new("RGB", (8, 8)).save(home / "a.png")
    with subprocess.Popen(
        [*command, "a.png", "photo.png", "lighter", "--editor", "slow", "--thinker", "rising"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment,
    ) as process:
        assert process.stderr is not None
        for _ in range(2):
            assert process.stderr.readline() == "editing\n"
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    open_runs = [run["id"] for run in json.loads(cli("runs", "list", "--json").stdout)]
    assert len(open_runs) == 2
    assert all(run_id[-6:] in stderr for run_id in open_runs)
    assert "are saved up to here" in stderr


def test_a_person_at_a_terminal_sees_the_turns_redrawn(
    home: Path, environment: dict[str, str], command: list[str]
) -> None:
    seen = _in_terminal([*command, "photo.png", "lighter", *RISING], home, environment)
    assert "\x1b[" in seen
    assert "instruction" in seen
    assert "● answer" in seen
    assert "next:" in seen


def test_a_long_instruction_leaves_the_table_on_the_screen(
    home: Path, environment: dict[str, str], command: list[str]
) -> None:
    words = f"lighter,{' please' * 1000}"
    seen = _in_terminal([*command, "photo.png", words, *RISING], home, environment)
    last = seen[seen.rindex("instruction") :]  # the table as it was drawn last
    assert "● answer" in last
    assert "…" in last
    assert 0 < last.count("please") < 500


def test_what_an_instruction_would_do_to_a_terminal_is_shown_and_not_done(
    home: Path, environment: dict[str, str], command: list[str]
) -> None:
    words = "lighter \x1b]0;a title\x07please"
    seen = _in_terminal([*command, "photo.png", words, *RISING], home, environment)
    seen += _in_terminal([*command, "runs", "show", "last"], home, environment)
    seen += _in_terminal([*command, "runs", "list"], home, environment)
    assert seen.count("lighter ␛]0;a title␇please") >= 3
    assert "\x1b]" not in seen


@pytest.mark.parametrize("variable", ["CLAUDECODE", "NO_COLOR"])
def test_a_terminal_with_an_agent_or_without_colour_has_none(
    variable: str, home: Path, environment: dict[str, str], command: list[str]
) -> None:
    words = [*command, "photo.png", "lighter", *RISING]
    seen = _in_terminal(words, home, environment | {variable: "1"})
    assert "\x1b[3" not in seen
    if variable == "CLAUDECODE":
        assert "\x1b" not in seen


def test_runs_are_removed_only_by_someone_who_means_it(cli: Cli) -> None:
    made = json.loads(cli("photo.png", "lighter", *RISING, "--json").stdout)
    refused = cli("runs", "rm", made["run"])
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert cli("runs", "rm", made["run"], "--yes").stdout == f"{made['run']}\n"
    assert cli("runs", "show", made["run"]).returncode == 2


def test_the_record_can_be_moved_and_swept(cli: Cli, home: Path) -> None:
    made = json.loads(cli("photo.png", "lighter", *RISING, "--json").stdout)
    assert cli("runs", "export", "--all", "-o", "all.jsonl").returncode == 0
    exported = (home / "all.jsonl").read_text(encoding="utf-8")
    assert json.loads(exported)["run"]["id"] == made["run"]
    assert cli("runs", "export", made["run"][-6:]).stdout == exported

    other = ("--store", "other.db")
    assert cli("runs", "import", "-", *other, input=exported).returncode == 0
    assert made["run"] in cli("runs", "show", "last", *other).stdout

    assert cli("runs", "rm", "last", "-y").returncode == 0
    for picture in (home / "store" / "images").glob("??/*"):
        os.utime(picture, (time.time() - 7200, time.time() - 7200))
    would = json.loads(cli("runs", "gc", "--dry-run", "--json").stdout)
    gone = json.loads(cli("runs", "gc", "--json").stdout)
    assert would["pictures"] == gone["pictures"] == 4
    assert list((home / "store" / "images").glob("??/*")) == []


def test_a_run_is_shown_whole_by_turn_and_as_pictures(cli: Cli, home: Path) -> None:
    made = json.loads(cli("photo.png", "lighter", *RISING, "--json").stdout)
    page = cli("runs", "show").stdout
    assert "make it a little lighter" in page
    assert "turn 3 ●" in page
    assert cli("runs", "show", made["run"], "--turn", "2").stdout.startswith("turn        2 of 3")
    assert json.loads(cli("runs", "show", "--json").stdout)["answer"] == 3
    assert cli("runs", "show", "-o", "answer.png").stdout == "answer.png\n"
    with Image.open(home / "answer.png") as image:
        assert image.convert("L").tobytes()[0] == 120
    assert cli("runs", "show", "--turn", "0", "-o", "source.png").returncode == 0
    assert (home / "source.png").read_bytes() == (home / "photo.png").read_bytes()
    assert cli("runs", "show", "--turn", "9").returncode == 2


def _in_terminal(words: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run with stdout and stderr on a pseudo-terminal, and return what a person would see."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not chunk:
                break
            seen += chunk
        assert process.wait(timeout=300) == 0, seen.decode()
    os.close(ours)
    return seen.decode()


def test_a_resumed_run_keeps_the_settings_that_it_was_begun_with(cli: Cli) -> None:
    poor = ("--editor", "grey", "--thinker", "poor", "--turns", "2", "--semantic", "3")
    made = cli("photo.png", "lighter", *poor, "--quality-target", "3", "--json")
    assert made.returncode == 0
    run = json.loads(made.stdout)["run"]
    again = cli("resume", run, "-o", "again.png", "--json")
    assert (again.returncode, json.loads(again.stdout)["run"]) == (0, run)
    stricter = cli("resume", run, "-o", "third.png", "--semantic", "9")
    assert stricter.returncode == 3

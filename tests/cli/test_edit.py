"""`editloop IMAGE "INSTRUCTION"`."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Cli = Callable[..., subprocess.CompletedProcess[str]]
RISING = ("--editor", "grey", "--thinker", "rising")
POOR = ("--editor", "grey", "--thinker", "poor")


def grey_of(path: Path) -> int:
    with Image.open(path) as image:
        return int(image.convert("L").tobytes()[0])


def test_stdout_is_the_path_and_stderr_the_rest(process: Cli, home: Path) -> None:
    done = process("photo.png", "lighter", *RISING)
    assert done.returncode == 0
    assert done.stdout == "photo-edited.png\n"
    lines = done.stderr.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["turn", "turn", "turn"]
    assert lines[-1].startswith("next:")
    assert "\x1b" not in done.stderr
    assert len(lines) <= 12
    assert grey_of(home / "photo-edited.png") == 120


def test_a_missed_target_is_3_and_the_best_is_written(cli: Cli, home: Path) -> None:
    done = cli("photo.png", "lighter", *POOR, "--turns", "2")
    assert done.returncode == 3
    assert grey_of(home / "photo-edited.png") == 110
    again = cli("photo.png", "lighter", *POOR, "--turns", "2", "--accept-best", "--overwrite")
    assert again.returncode == 0


def test_an_existing_file_is_kept_and_nothing_is_spent(cli: Cli, home: Path) -> None:
    (home / "photo-edited.png").write_bytes(b"mine")
    done = cli("photo.png", "lighter", *RISING)
    assert done.returncode == 2
    assert "--overwrite" in done.stderr
    assert (home / "photo-edited.png").read_bytes() == b"mine"
    assert not (home / "store").exists()


def test_what_cannot_be_done_is_5_and_on_record(cli: Cli, home: Path) -> None:
    done = cli("photo.png", "add a cat on the roof")
    assert done.returncode == 5
    assert done.stdout == ""
    error = next(line for line in done.stderr.splitlines() if line.startswith("error:"))
    assert "add a cat on the roof" in error
    assert not (home / "photo-edited.png").exists()
    listed = cli("runs", "list", "--json")
    assert [run["status"] for run in json.loads(listed.stdout)] == ["refused"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("gone.png", "x"), 5, "no file 'gone.png'"),
        (("photo.png", " "), 5, "instruction is empty"),
        (("photo.png",), 2, "say what to change"),
        (("rnus",), 2, "did you mean `editloop runs`"),
        (("rnus", "list"), 2, "no file 'rnus'; did you mean `editloop runs`"),
        (("photo.png", "x", "--bogus"), 2, "--bogus"),
        (("photo.png", "x", "--turns", "0"), 2, "'turns' to 0"),
        (("photo.png", "x", "--time", "soon"), 2, "no length of time"),
        (("photo.png", "x", "--editor", "none"), 2, "no editor 'none'"),
        (("photo.png", "x", "--quality", "0"), 2, "1 to 100"),
        (("photo.png", "x", "-o", "-", "--events"), 2, "stdout cannot carry both"),
        (("photo.png", "x", "--editor", "broken"), 4, "the editor is away"),
        (("photo.png", "x", "--editor", "costly", "--budget", "$0.1"), 6, "budget"),
        (("runs", "show", "nothing"), 2, "no run is called"),
        (("photo.png", "x", "--editor", "openai:gpt-image-2"), 2, "a key; set OPENAI_API_KEY"),
        (("photo.png", "x", "--thinker", "expert:openai:x"), 2, "a key; set OPENAI_API_KEY"),
        (("chat", "--model", "openai:x", "-p", "hi"), 2, "a key; set OPENAI_API_KEY"),
        (("retouch", "photo.png"), 2, "only 'photo.png' was given"),
        (("retouch", "photo.png", "--recipe", "x.json"), 5, "'x.json': No such file"),
        (("serve", "api", "--port", "99999"), 2, "there is no port 99999"),
        (("serve", "editor", "--preset", "none"), 2, "there is no preset 'none'"),
        (("serve", "editor", "--editor", "none"), 2, "there is no editor 'none'"),
        (("eval", "check", "gedit", "--data", "nowhere"), 5, "--data 'nowhere' is no folder"),
        (("eval", "world", "-p", "none"), 2, "there is no policy 'none'"),
        (("eval", "report", "gedit"), 5, "nothing of GEdit-Bench is on record"),
        (("driver", "x", "--store", "mysql://x"), 5, "no file"),
    ],
)
def test_an_error_is_one_sentence_and_a_code(
    words: tuple[str, ...], code: int, says: str, cli: Cli
) -> None:
    done = cli(*words)
    assert (done.returncode, done.stdout) == (code, "")
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert says in errors[0]
    assert "Traceback" not in done.stderr


def test_an_error_is_an_object_where_json_was_asked_for(cli: Cli) -> None:
    done = cli("gone.png", "x", "--json")
    error = json.loads(done.stdout)["error"]
    assert error["code"] == done.returncode == 5
    assert (error["kind"], error["retryable"]) == ("InputError", False)
    assert done.stderr == ""


def test_a_refusal_on_record_is_an_object_too(cli: Cli) -> None:
    done = cli("photo.png", "add a cat on the roof", "--json")
    found = json.loads(done.stdout)
    assert (found["status"], found["output"]) == ("refused", None)
    assert found["error"]["kind"] == "UnsupportedInstruction"


def test_json_says_what_was_written(cli: Cli, home: Path) -> None:
    done = cli("photo.png", "lighter", *RISING, "--json", "-o", "out.webp", "--tag", "case=7")
    found = json.loads(done.stdout)
    assert (found["status"], found["score"], found["turns"]) == ("accepted", 9.0, 3)
    assert found["output"]["path"] == "out.webp"
    assert found["output"]["media_type"] == "image/webp"
    listed = json.loads(cli("runs", "list", "--json", "--where", "tag:case=7").stdout)
    assert [run["id"] for run in listed] == [found["run"]]
    assert (home / "out.webp").exists()


def test_events_are_lines_with_stable_names(cli: Cli) -> None:
    done = cli("photo.png", "lighter", *RISING, "--events")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    turn = ["turn.editing", "turn.edited", "turn.completed"]
    names = ["run.opened", *turn * 3, "run.closed", "answer.written"]
    assert [event["type"] for event in events] == names
    assert [event["score"] for event in events if event["type"] == turn[2]] == [5.0, 7.0, 9.0]


def test_several_pictures_are_edited_and_one_bad_one_disturbs_none(cli: Cli, home: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 8)).save(home / name)
    done = cli("a.png", "photo.png", "b.png", "lighter", *RISING, "-o", "out", "--json")
    assert done.returncode in (0, 3)  # the scripts are shared: each run hears other scores
    written = [json.loads(line)["output"]["path"] for line in done.stdout.splitlines()]
    assert sorted(written) == ["out/a-edited.png", "out/b-edited.png", "out/photo-edited.png"]


def test_the_events_of_several_pictures_are_told_as_they_happen(cli: Cli, home: Path) -> None:
    Image.new("RGB", (8, 8)).save(home / "a.png")
    done = cli("a.png", "photo.png", "lighter", *RISING, "--events", "-o", "out")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    opened = [event["run"] for event in events if event["type"] == "run.opened"]
    closed = [event["run"] for event in events if event["type"] == "run.closed"]
    assert len(set(opened)) == 2
    assert sorted(opened) == sorted(closed)
    assert [event["type"] for event in events].count("answer.written") == 2


def test_a_mask_that_is_missing_refuses_its_pictures(cli: Cli, home: Path) -> None:
    Image.new("RGB", (8, 8)).save(home / "a.png")
    done = cli("a.png", "photo.png", "lighter", *RISING, "--mask", "gone.png", "--json")
    assert done.returncode == 5
    kinds = [json.loads(line)["error"]["kind"] for line in done.stdout.splitlines()]
    assert kinds == ["InputError", "InputError"]


def test_without_a_store_nothing_stays(cli: Cli, home: Path) -> None:
    done = cli("photo.png", "lighter", *RISING, "--no-store")
    assert done.returncode == 0
    assert not (home / "store").exists()
    assert (home / "photo-edited.png").exists()


def test_a_dry_run_tells_the_recipe_and_does_nothing(cli: Cli, home: Path) -> None:
    done = cli("photo.png", "warmer, then crop to 4:5", "--dry-run", "--json")
    plan = json.loads(done.stdout)
    operations = [each["op"] for clause in plan["clauses"] for each in clause["operations"]]
    assert operations == ["temperature", "crop_aspect"]
    assert plan["outputs"] == ["photo-edited.png"]
    assert sorted(path.name for path in home.iterdir()) == ["photo.png"]
    refused = cli("photo.png", "add a cat", "--dry-run")
    assert refused.returncode == 5


def test_variables_and_files_are_read(cli: Cli, home: Path) -> None:
    (home / "editloop.toml").write_text("turns = 1\neditor = 'grey'\n", encoding="utf-8")
    done = cli("photo.png", "x", "--json", env={"EDITLOOP_THINKER": "poor"})
    assert done.returncode == 3
    assert json.loads(done.stdout)["turns"] == 1


def test_the_agents_variables_make_it_plain_and_colour_can_be_forced(cli: Cli) -> None:
    plain = cli("version", env={"CLAUDECODE": "1"})
    assert "\x1b" not in plain.stdout
    loud = cli("photo.png", "lighter", *RISING, "--color", "always")
    assert "\x1b[" in loud.stderr
    assert "\x1b" not in loud.stdout

"""`retouch`, `demo`, `doctor`, `config`, `version`."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Cli = Callable[..., subprocess.CompletedProcess[str]]


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_retouch_edits_once_and_keeps_no_record(cli: Cli, home: Path) -> None:
    done = cli("retouch", "photo.png", "grayscale, then crop to 1:1")
    assert (done.returncode, done.stdout) == (0, "photo-edited.png\n")
    assert size_of(home / "photo-edited.png") == (48, 48)
    assert not (home / "store").exists()


def test_a_recipe_that_was_explained_can_be_applied(cli: Cli, home: Path) -> None:
    explained = cli("retouch", "--explain", "grayscale, then crop to 1:1")
    assert "crop to 1:1" in explained.stderr
    (home / "recipe.json").write_text(explained.stdout, encoding="utf-8")
    done = cli("retouch", "photo.png", "--recipe", "recipe.json", "-o", "square.png")
    assert done.returncode == 0, done.stderr
    assert size_of(home / "square.png") == (48, 48)
    assert cli("retouch", "photo.png", "x", "--recipe", "recipe.json").returncode == 2
    (home / "recipe.json").write_text('{"operations": [{"op": "cat"}]}', encoding="utf-8")
    assert cli("retouch", "photo.png", "--recipe", "recipe.json").returncode == 5


def test_the_schema_is_json(cli: Cli) -> None:
    assert "operations" in json.loads(cli("retouch", "--schema").stdout)["properties"]


def test_the_demo_gets_better_by_itself(cli: Cli, home: Path) -> None:
    done = cli("demo", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["turns"] >= 2
    assert found["answer"] > 1
    assert size_of(home / "demo-source.png") == (960, 640)
    assert size_of(home / "demo-out.png") == (960, 640)
    assert "not yet what was meant" in done.stderr


def test_the_demo_replaces_its_own_files_and_nobody_elses(cli: Cli, home: Path) -> None:
    (home / "demo-out.png").write_bytes(b"mine")
    done = cli("demo")
    assert done.returncode == 2
    assert (home / "demo-out.png").read_bytes() == b"mine"
    assert not (home / "demo-source.png").exists()


def test_a_healthy_house_passes_and_nothing_is_made(cli: Cli, home: Path) -> None:
    done = cli("doctor", "--json")
    found = {each["what"]: each for each in json.loads(done.stdout)}
    assert done.returncode == 0
    assert {each["state"] for each in found.values()} == {"ok"}
    assert {"store", "images", "room", "editor", "thinker", "formats", "versions"} <= set(found)
    assert not (home / "store").exists()


def test_what_fails_is_named_with_its_cure(cli: Cli, home: Path) -> None:
    (home / "editloop.db").write_text("this is no database, whatever its name says" * 50)
    done = cli("doctor", "--store", "editloop.db", env={"EDITLOOP_EDITOR": "none"})
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert done.returncode == 1
    assert "FAIL" in lines["store"]
    assert "FAIL" in lines["editor"]
    assert "→" in lines["editor"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs permissions to bite")
def test_a_read_only_store_is_7(cli: Cli, home: Path) -> None:
    (home / "store").mkdir(mode=0o500)
    assert cli("photo.png", "x").returncode == 7


def test_a_damaged_store_is_7_and_says_so(cli: Cli, home: Path) -> None:
    (home / "bad.db").write_text("this is no database, whatever its name says" * 50)
    done = cli("photo.png", "warmer", "--store", "bad.db")
    assert done.returncode == 7
    assert "bad.db" in done.stderr
    assert cli("runs", "list", "--store", "bad.db").returncode == 7


def test_settings_name_their_origin(cli: Cli, home: Path) -> None:
    (home / "editloop.toml").write_text("turns = 2\n", encoding="utf-8")
    done = cli("config", "show", "--origin", "--json", env={"EDITLOOP_QUALITY": "7"})
    found = json.loads(done.stdout)
    assert found["turns"] == {"value": 2, "origin": str(home / "editloop.toml")}
    assert found["quality"] == {"value": 7.0, "origin": "the environment"}
    assert found["semantic"]["origin"] == "default"
    assert cli("config", "path").stdout.strip().endswith("config.toml")


def test_a_password_is_not_shown(cli: Cli) -> None:
    done = cli("config", "show", "--store", "postgresql://me:secret@host/db")
    assert "secret" not in done.stdout
    assert "me:***@host" in done.stdout


def test_the_version_is_that_of_the_package(cli: Cli) -> None:
    from importlib.metadata import version

    assert cli("version").stdout == f"editloop {version('editloop')}\n"
    assert json.loads(cli("version", "--json").stdout)["editloop"] == version("editloop")


def test_a_bug_is_one_line_with_a_report(home: Path, environment: dict[str, str]) -> None:
    code = (
        "import sys; from editloop.cli import border, version\n"
        "version.version = lambda **_: 1 / 0\n"
        "sys.exit(border.run(['version']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"TMPDIR": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error:   internal error")
    assert "Traceback" not in done.stderr
    (report,) = home.glob("editloop-*.txt")
    assert "ZeroDivisionError" in report.read_text(encoding="utf-8")

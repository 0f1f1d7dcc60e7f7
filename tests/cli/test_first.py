"""`--first` and `--rules exhaustive` from the command line."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Cli = Callable[..., subprocess.CompletedProcess[str]]
SERVER = "chat+http://127.0.0.1:9/v1?model=tiny"


def _json(done: subprocess.CompletedProcess[str]) -> Mapping[str, Any]:
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def test_a_dry_run_names_the_rewriter_and_asks_nobody(cli: Cli, home: Path) -> None:
    words = ("photo.png", "warmer", "--dry-run", "--first", SERVER)
    assert _json(cli(*words, "--json"))["first"] == "think_once:tiny"
    assert "first     worded by think_once:tiny" in cli(*words).stdout


def test_a_dry_run_says_that_exhaustive_rules_make_all_turns(cli: Cli, home: Path) -> None:
    done = cli("photo.png", "warmer", "--dry-run", "--rules", "exhaustive", "--turns", "3")
    assert "until     3 turns are made" in done.stdout


def test_an_address_that_is_no_rewriter_is_refused_before_anything_is_done(
    cli: Cli, home: Path
) -> None:
    done = cli("photo.png", "warmer", "--first", "somebody")
    assert done.returncode != 0
    assert "there is no rewriter 'somebody'" in done.stderr
    assert not list(home.glob("*edited*"))


def test_doctor_says_whether_the_rewriter_can_be_made(cli: Cli, home: Path) -> None:
    good = cli("doctor", env={"EDITLOOP_FIRST": SERVER}).stdout
    assert "think_once:tiny" in good
    bad = cli("doctor", env={"EDITLOOP_FIRST": "somebody"})
    assert bad.returncode == 1
    assert "there is no rewriter 'somebody'" in bad.stdout
    assert "think_once" not in cli("doctor").stdout

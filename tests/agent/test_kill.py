"""A hard kill anywhere loses nothing that was finished and repeats nothing that was."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("kill")  # one fixture for all
HERE = Path(__file__).parent
Case = dict[str, Any]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """The uninterrupted run first, then one kill at every await point."""
    folder = tmp_path_factory.mktemp("killed")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / "killing.py"), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=400,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def finished(journal: list[str], what: str) -> set[str]:
    """The turns whose half is on record: the write has returned."""
    start = f"after store.{what} "
    return {line.removeprefix(start) for line in journal if line.startswith(start)}


def asked(journal: list[str], what: str) -> list[str]:
    start = f"before {what} "
    return [line.removeprefix(start) for line in journal if line.startswith(start)]


def test_the_run_is_killed_at_every_await_point(cases: list[Case]) -> None:
    whole, *kills = cases
    assert whole["killed"] == 0
    assert len(kills) == len(whole["before"]) >= 40
    assert {case["killed"] for case in kills} == {-9}
    assert {case["resumed"] for case in kills} == {0}


def test_a_resumed_run_ends_as_the_uninterrupted_one(cases: list[Case]) -> None:
    whole, *kills = cases

    def told(run: Case) -> Any:
        turns = [
            (t["instruction"], t["edited"]["sha256"], t["critique"], len(t["samples"]))
            for t in run["turns"]
        ]
        return run["answer"], run["stop"], turns

    expected = told(whole["run"])
    opened = [case for case in kills if "after store.opened" in case["before"]]
    assert len(opened) >= 30
    assert [case["fatal"] for case in opened if told(case["run"]) != expected] == []


def test_no_half_turn_that_was_on_record_is_done_again(cases: list[Case]) -> None:
    for case in cases[1:]:
        edits = finished(case["before"], "edited") & set(asked(case["after"], "editor.edit"))
        critiques = finished(case["before"], "critiqued") & set(
            asked(case["after"], "thinker.critique")
        )
        assert not edits, f"killed at {case['fatal']}: edits {edits} were made twice"
        assert not critiques, f"killed at {case['fatal']}: critiques {critiques} were made twice"


def test_at_most_the_half_turn_under_way_is_made_again(cases: list[Case]) -> None:
    for case in cases[1:]:
        made = asked(case["before"], "editor.edit") + asked(case["after"], "editor.edit")
        thought = asked(case["before"], "thinker.critique") + asked(
            case["after"], "thinker.critique"
        )
        if "after store.opened" in case["before"]:
            assert len(made) <= 5
            assert len(thought) <= 5
            assert set(made) == set(thought) == {"1", "2", "3", "4"}

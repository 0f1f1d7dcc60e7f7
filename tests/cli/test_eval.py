"""`editloop eval list|check|run|score` in this process."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eval_layouts import LAYOUTS
from scripted_judge import Said, fair, scripted_judge

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def data(home: Path) -> Path:
    LAYOUTS["imgedit"](home / "data", 5)
    return home


def last(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_suites_are_listed(cli: Cli) -> None:
    found = json.loads(cli("eval", "list", "--json").stdout)
    assert [each["suite"] for each in found] == ["gedit", "imgedit", "imgedit-hard", "kris", "rise"]
    assert "1,267 cases" in cli("eval", "list").stdout


def test_a_check_says_what_is_there_and_what_it_costs(cli: Cli, data: Path) -> None:
    judge = "http://nowhere/v1?model=q&price_in=2&price_out=10"
    done = cli("eval", "check", "imgedit", "--data", "data", "--judge", judge, "--seeds", "2",
               "--json")  # fmt: skip
    assert done.returncode == 3  # five of 737 cases
    found = last(done)
    assert (found["cases"], found["missing_pictures"]) == (5, 0)
    plan = found["plan"]
    assert (plan["runs"], plan["edits"], plan["judgements"]) == (10, 50, 10)
    assert plan["judge_cost"] == pytest.approx(10 * (2500 * 2 + 300 * 10) / 1e6)
    (data / "data" / "human" / "2.png").unlink()
    assert "missing:" in cli("eval", "check", "imgedit", "--data", "data").stdout
    assert cli("eval", "check", "rise", "--data", "data").returncode == 5


def test_produced_scored_and_known(cli: Cli, data: Path) -> None:
    run = ["eval", "run", "imgedit", "--data", "data", "--turns", "2", "--json"]
    done = cli(*run, "--limit", "3")
    assert done.returncode == 0, done.stderr
    assert last(done) | {"done": 3, "before": 0, "edits": 3} == last(done)
    done = cli(*run)
    assert (last(done)["done"], last(done)["before"]) == (2, 3)
    with scripted_judge() as judge:
        score = ["eval", "score", "imgedit", "--data", "data", "--judge", judge.address, "--json"]
        done = cli(*score)
        assert done.returncode == 0, done.stderr
        assert (last(done)["scored"], last(done)["calls"]) == (5, 5)
        assert last(cli(*score))["calls"] == 0
        assert len(judge.asked) == 5
    assert "eval report" in done.stderr


def test_some_without_a_number_are_said_so(cli: Cli, data: Path) -> None:
    assert cli("eval", "run", "imgedit", "--data", "data", "--turns", "1").returncode == 0

    def says(body: dict[str, Any], number: int) -> Said:
        text = body["messages"][0]["content"][0]["text"]
        return "splendid" if "brighter" in text else fair(body, number)

    with scripted_judge(says) as judge:
        words = ["eval", "score", "imgedit", "--data", "data", "--judge", judge.address]
        done = cli(*words, "--attempts", "2")
    assert done.returncode == 3
    assert "1 x unreadable" in done.stderr


def test_a_judge_that_is_away_ends_with_four_and_the_way_on(cli: Cli, data: Path) -> None:
    assert cli("eval", "run", "imgedit", "--data", "data", "--turns", "1").returncode == 0
    with scripted_judge(lambda body, number: (503, "loading", {})) as judge:
        words = ["eval", "score", "imgedit", "--data", "data", "--judge"]
        done = cli(*words, f"{judge.address}&tries=2")
    assert done.returncode == 4
    assert "503" in done.stderr
    assert "next:" in done.stderr


def test_two_systems_are_compared_pair_by_pair(cli: Cli, data: Path) -> None:
    run = ["eval", "run", "imgedit", "--data", "data", "--system"]
    assert cli(*run, "one", "--editor", "grey", "--thinker", "rising").returncode == 0
    assert cli(*run, "two", "--turns", "1").returncode == 0
    with scripted_judge(lambda body, number: '{"better": "equal"}') as judge:
        words = ["eval", "score", "imgedit", "--data", "data", "--judge", judge.address, "--json"]
        done = cli(*words, "--system", "one", "--against", "two")
        assert done.returncode == 0, done.stderr
        assert len(judge.asked) == 10
    rows = [json.loads(line)["row"] for line in done.stdout.splitlines()[:-1]]
    assert {(row["better"], row["agreed"]) for row in rows} == {("equal", True)}


@pytest.mark.parametrize(
    "words",
    [
        ["eval", "run", "imgedit"],
        ["eval", "run", "imgedit", "--data", "data", "--seeds", "0"],
        ["eval", "run", "imgedit", "--data", "data", "--limit", "0"],
        ["eval", "score", "imgedit", "--data", "data"],
        ["eval", "score", "imgedit", "--data", "data", "--judge", "http://a/v1?model=q",
         "--against", "two"],
        ["eval", "run", "cocoa", "--data", "data"],
    ],
)  # fmt: skip
def test_wrong_words_are_refused(words: list[str], cli: Cli, data: Path) -> None:
    assert cli(*words).returncode == 2


def test_nothing_to_score_is_said_so(cli: Cli, data: Path) -> None:
    done = cli("eval", "score", "imgedit", "--data", "data", "--judge", "http://a/v1?model=q")
    assert done.returncode == 5
    assert "eval run imgedit" in done.stderr

"""`editloop eval world` from the command line."""

import csv
import io
import json
import subprocess
from collections.abc import Callable

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]

FEW = ["eval", "world", "--runs", "40", "-p", "official@1,official@4", "--policy", "keep-best@4"]


def _run(cli: Cli, *words: str) -> tuple[int, str, str]:
    done = cli(*words)
    return done.returncode, done.stdout, done.stderr


def test_json_holds_every_policy_that_was_named(cli: Cli) -> None:
    code, out, _ = _run(cli, *FEW, "--json")
    assert code == 0
    lines = json.loads(out)["tables"][0]["lines"]
    assert [line["name"] for line in lines] == ["official@1", "official@4", "keep-best@4"]


def test_equal_seeds_print_equal_tables_and_others_others(
    cli: Cli,
) -> None:
    first = _run(cli, *FEW, "--markdown")
    assert _run(cli, *FEW, "--markdown") == first
    assert _run(cli, *FEW, "--markdown", "--seed", "5") != first


def test_csv_is_read_by_the_csv_module(cli: Cli) -> None:
    _, out, _ = _run(cli, *FEW, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["line"] for row in rows if row["table"] == "policies"} == {
        *("official@1", "official@4", "keep-best@4")
    }


def test_a_baseline_that_was_not_named_is_played_too(cli: Cli) -> None:
    _, out, _ = _run(cli, *FEW, "--json", "--baseline", "standard@3")
    table = json.loads(out)["tables"][0]
    assert table["lines"][0]["name"] == "standard@3"
    assert table["lines"][0]["cells"][2]["value"] is None


def test_the_terminal_says_that_it_is_a_simulation(cli: Cli) -> None:
    _, out, _ = _run(cli, *FEW, "--thinker", "gpt-4.1")
    assert "A SIMULATION" in out
    assert "gpt-4.1 (simulated)" in out


@pytest.mark.parametrize(
    "words", [["-p", "hope"], ["-p", "official@0"], ["-p", "threshold-12"], ["--runs", "1"]]
)
def test_what_makes_no_sense_is_told_in_a_sentence(cli: Cli, words: list[str]) -> None:
    code, out, err = _run(cli, "eval", "world", "--runs", "5", *words)
    assert code != 0
    assert out == ""
    assert "Traceback" not in err

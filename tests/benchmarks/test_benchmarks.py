"""The benchmarks run, compare with a baseline, and say so in JSON. Nothing here is timed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIGURE = {"what", "value", "unit", "bare", "baseline", "target", "target_is", "ratio", "met"}
MACHINE = {"date", "cores", "processor", "memory_gb", "python", "system", "load", "quiet"}
NAMES = ("turn", "startup", "commit", "memory", "embedded", "pool", "evals_produce", "doors")
LONG = {"faults"}


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_prints_the_documented_fields_and_a_ratio(name: str) -> None:
    child = ran(name, "--quick", "--json")
    assert child.returncode == 0, child.stderr
    found: dict[str, Any] = json.loads(child.stdout)
    assert found["quick"] is True
    assert set(found["machine"]) == MACHINE
    assert list(found["benchmarks"]) == [name]
    figures = found["benchmarks"][name]["figures"]
    assert figures
    assert all(set(figure) == FIGURE for figure in figures)
    compared = [figure for figure in figures if figure["bare"]]
    assert compared
    for figure in compared:
        assert figure["ratio"] == pytest.approx(figure["value"] / figure["bare"])


def test_an_unknown_benchmark_is_refused_by_name() -> None:
    child = ran("tunr")
    assert child.returncode == 2
    assert "there is no benchmark tunr" in child.stderr


def test_everything_with_a_question_is_a_benchmark_that_runs_by_default() -> None:
    folder = ROOT / "benchmarks"
    files = {
        file.stem
        for file in folder.glob("*.py")
        if "\nQUESTION = " in file.read_text(encoding="utf-8")
    }
    packages = {
        file.parent.name
        for file in folder.glob("*/__init__.py")
        if "QUESTION" in file.read_text(encoding="utf-8")
    }
    assert files | (packages - LONG) == set(NAMES)

"""The benchmark of faults: it runs, and its lower bound and counts are what they say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

BOUND = """
from pytest import approx
from benchmarks.faults.log import Happened, Line, least
from benchmarks.faults.work import CRITIQUE, Faults, Scenario, Work

work = Work(40, 1)
edits = sum(work.edits.values())
nothing = Happened(())
assert least(Scenario(name="clean"), work, nothing, None) == approx(edits / 4)
slow = Scenario(name="slow", second=Faults(slower=4.0))
assert least(slow, work, nothing, None) == approx(edits / 2.5)

wasted = Happened((Line(9.0, "node-1", "wasted", (3, 1), "error", 10.0),))
assert least(Scenario(name="500"), work, wasted, None) == approx((edits + 10.0) / 4)

begun = Line(0.0, "node-1", "asked", (0, 1)), Line(4.0, "node-2", "begun", (1, 1))
dies = Scenario(name="dies", signal="SIGKILL")
lost = 5.0 - 4.0  # one edit was under way for a second
assert least(dies, work, Happened(begun), 5.0) == approx(5.0 + (edits + lost - 5.0 * 4) / 2)

alone = Work(1, 1)
chain = sum(alone.edits.values()) + CRITIQUE * alone.turns(0)
assert least(Scenario(name="chain"), alone, nothing, None) == approx(chain)
"""

REPEATS = """
from benchmarks.faults.log import Happened, Line

def happened(*events):
    return Happened(tuple(Line(float(at), "node-1", event, (1, 1)) for at, event in enumerate(events)))

assert happened("asked", "answered").repeated == 0
assert happened("asked", "asked", "answered").repeated == 0  # hedged before there was an answer
assert happened("asked", "answered", "asked").repeated == 1
assert happened("asked", "dropped", "asked", "answered").repeated == 0
"""


@pytest.mark.parametrize("claims", [BOUND, REPEATS])
def test_the_lower_bound_and_the_repeats_follow_from_the_log(claims: str) -> None:
    command = [sys.executable, "-c", claims]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr


@pytest.mark.slow
def test_the_benchmark_of_faults_runs_with_real_processes_and_loses_nothing() -> None:
    command = [sys.executable, "-m", "benchmarks", "faults", "--quick", "--json"]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    found: dict[str, Any] = json.loads(child.stdout)["benchmarks"]["faults"]
    assert found["figures"][0]["what"] == "clean"
    assert all(figure["bare"] for figure in found["figures"])
    (table,) = found["tables"]
    (clean,) = (dict(zip(table["head"], row, strict=True)) for row in table["rows"])
    assert (clean["runs lost"], clean["answered edits repeated"]) == ("0 of 3", "0")
    assert clean["turns without a score"] == "0"

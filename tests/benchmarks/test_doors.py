"""The benchmark of the doors: each of them is asked, and its figures are what they say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOORS = (
    "chat toolset",
    "MCP, stdio",
    "MCP, HTTP",
    "/v1/runs, Prefer: wait",
    "/v1/runs, then its events",
    "/v1/images/edits",
    "/v1/images/edits, streamed",
)

ROWS = """
from benchmarks.doors.requests import Cost, _figures, _row

direct = Cost(first=10.0, whole=40.0, cpu=20.0)
door = Cost(first=None, whole=50.0, cpu=30.0)
assert _row("a", door, direct) == ("a", "", "50.0", "30.0", "", "10.0", "10.0")
assert [(f.what, f.ratio) for f in _figures("a", door, direct)] == [
    ("a, request to answer", 1.25), ("a, CPU", 1.5)
]
"""

FAMILY = """
import subprocess, sys
from benchmarks.doors.process import cpu_of

BUSY = "import time\\nwhile time.process_time() < 0.3: pass\\nprint(flush=True)\\ninput()"
START = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
command = [sys.executable, "-c", START, BUSY]
with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
    parent.stdout.readline()  # the child has worked, and lives
    assert cpu_of(parent.pid) >= 0.25
    parent.stdin.close()
"""


@pytest.mark.parametrize("claims", [ROWS, FAMILY])
def test_a_door_is_compared_with_none_and_the_time_of_its_helpers_is_its_own(claims: str) -> None:
    command = [sys.executable, "-c", claims]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr


@pytest.mark.slow
def test_each_door_is_asked_and_compared_with_the_agent_called_directly() -> None:
    command = [sys.executable, "-m", "benchmarks", "doors", "--quick", "--json"]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    found: dict[str, Any] = json.loads(child.stdout)["benchmarks"]["doors"]
    (table,) = found["tables"]
    assert [row[0] for row in table["rows"]] == ["EditAgent.run", *DOORS]
    what = {figure["what"] for figure in found["figures"]}
    assert {f"{door}, CPU" for door in DOORS} <= what
    assert {"8 HTTP runs at once, peak PSS", "8 listeners, memory for each"} <= what

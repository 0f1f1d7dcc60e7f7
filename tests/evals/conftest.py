"""A home and a command line for evaluations, in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_judge import ScriptedJudge

DRIVER = Path(__file__).with_name("eval_driver.py")
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Start:
    """Start a process: `start(home, judge, *words)`."""

    def begin(home: Path, judge: ScriptedJudge, *words: str) -> subprocess.Popen[str]:
        kept = {"PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"}
        environment = {name: value for name, value in os.environ.items() if name in kept} | {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "EDITLOOP_STORE": str(home / "store" / "editloop.db"),
            "PYTHONUTF8": "1",
            "TOLD": judge.url,
        }
        home.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-W", "error", str(DRIVER), *words],
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return begin

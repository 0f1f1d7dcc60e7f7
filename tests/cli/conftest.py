"""A command line with a home that nobody else has: in this process, or in one of its own."""

import io
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from editloop.cli.border import run as run_words
from editloop.cli.screen import driven_by_agent

DRIVER = Path(__file__).with_name("driver.py")
Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The working folder, with one picture in it."""
    Image.linear_gradient("L").convert("RGB").resize((64, 48)).save(tmp_path / "photo.png")
    return tmp_path


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """Variables of a user without settings; no agent drives."""
    kept = {"PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"}
    found = {name: value for name, value in os.environ.items() if name in kept}
    return found | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "EDITLOOP_STORE": str(home / "store" / "editloop.db"),
        "TERM": "xterm-256color",
        "PYTHONUTF8": "1",
    }


@pytest.fixture
def command() -> list[str]:
    """What starts the command line with scripted engines."""
    return [sys.executable, "-W", "error", str(DRIVER)]


@pytest.fixture
def process(home: Path, environment: dict[str, str], command: list[str]) -> Cli:
    """Run it to its end in a process of its own."""

    def run(
        *words: str, input: str = "", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *words],
            cwd=home,
            env=environment | (env or {}),
            input=input,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def cli(
    home: Path,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """Run it to its end in this process, which is quicker and otherwise the same."""
    runpy.run_path(str(DRIVER))
    monkeypatch.chdir(home)
    for name in [*os.environ]:
        if name.startswith("EDITLOOP_") or driven_by_agent({name: "1"}):
            monkeypatch.delenv(name)

    def run(
        *words: str, input: str = "", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            for name, value in (environment | (env or {})).items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(input.encode())))
            code = run_words([*words])
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess([*words], code, out, err)

    return run

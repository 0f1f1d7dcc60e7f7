"""What a command may not load, and that the help pages are those of the documentation."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from editloop.cli.reference import PLACE, document

HEAVY = "pydantic_ai openai mcp sqlalchemy numpy PIL pydantic anyio"
HEAVY_LIST = "pydantic_ai openai mcp sqlalchemy numpy PIL alembic pydantic"
PROBE = """
import sys
from editloop.cli.border import run
code = run(sys.argv[2:])
found = [name for name in sys.argv[1].split() if name in sys.modules]
print(code, *found, file=sys.stderr)
"""
Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("words", "forbidden"),
    [
        (["--help"], HEAVY),
        (["edit", "--help"], HEAVY),
        (["runs", "list", "--help"], HEAVY),
        (["version"], HEAVY),
        (["completion", "bash"], HEAVY),
        (["runs", "list"], HEAVY_LIST),
    ],
)
def test_a_quick_command_loads_nothing_heavy(
    words: list[str], forbidden: str, cli: Cli, environment: dict[str, str]
) -> None:
    if words == ["runs", "list"]:
        made = cli("photo.png", "lighter", "--editor", "grey", "--thinker", "rising")
        assert made.returncode == 0, made.stderr
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, forbidden, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert probe.stderr.splitlines()[-1] == "0"
    assert probe.stdout


def test_the_documentation_is_what_help_says() -> None:
    assert PLACE.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_the_commands(shell: str, cli: Cli) -> None:
    script = cli("completion", shell)
    assert script.returncode == 0, script.stderr
    assert "retouch" in script.stdout
    assert "doctor" in script.stdout

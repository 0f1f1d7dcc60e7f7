"""What a command may not load, and that the help pages are those of the documentation."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from editloop.cli import front_page
from editloop.cli.reference import PLACE, document, printed

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


@pytest.mark.parametrize("colored", [False, True])
def test_the_front_page_is_what_the_parser_prints(colored: bool) -> None:
    made = front_page.COLORED if colored else front_page.PLAIN
    assert made.read_text(encoding="utf-8") == printed((), colored=colored)


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_the_front_page_needs_no_parser(words: list[str], environment: dict[str, str]) -> None:
    plain = {name: value for name, value in environment.items() if name != "COLUMNS"}
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, "cyclopts rich", *words],
        env=plain,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert probe.stderr.split() == ["0"]
    assert probe.stdout == printed(())


def test_a_page_of_another_width_comes_from_the_parser(environment: dict[str, str]) -> None:
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, "cyclopts", "--help"],
        env={**environment, "COLUMNS": "60"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert probe.stderr.split() == ["0", "cyclopts"]
    assert max(map(len, probe.stdout.splitlines())) <= 80

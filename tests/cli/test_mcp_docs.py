"""Every snippet of docs/mcp-clients.md is what `editloop mcp config` prints."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]
PAGE = Path(__file__).parents[2] / "docs" / "mcp-clients.md"
PYTHON, PICTURES = "/home/you/.venvs/editloop/bin/python", "/home/you/Pictures"
REMOTE = ("--http", "https://gpu-1.example/mcp", "--token-env", "EDITLOOP_TOKEN")


def printed(cli: Cli, home: Path) -> list[str]:
    """What the commands print, on the machine that the page speaks of."""
    folder = home / "Pictures"
    folder.mkdir()
    allow = ("--allow", str(folder))
    commands = [
        ("claude-code",),
        ("claude-desktop", *allow),
        ("vscode", *allow),
        ("cursor", *allow),
        ("goose", *allow),
        ("codex",),
        ("vscode", *REMOTE),
        ("codex", *REMOTE),
    ]
    return [
        cli("mcp", "config", *words)
        .stdout.replace(sys.executable, PYTHON)
        .replace(str(folder), PICTURES)
        for words in commands
    ]


def test_the_page_shows_what_is_printed_in_this_order(cli: Cli, home: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"```(?:json|yaml|toml)\n(.*?)```", page, re.DOTALL)
    assert shown == printed(cli, home)


@pytest.mark.parametrize("words", ["install claude-code", "config vscode --link"])
def test_commands_of_the_page_exist(words: str, cli: Cli) -> None:
    assert f"editloop mcp {words}" in PAGE.read_text(encoding="utf-8")
    assert cli("mcp", words.split()[0], "--help").returncode == 0

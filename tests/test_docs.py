"""Every page of docs/: its links lead somewhere, its commands exist, its settings are settings."""

import re
import shlex
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from editloop.agent import Settings
from editloop.cli.app import make_app
from editloop.cli.argv import COMMANDS, prepared
from editloop.server.tokens import read_tokens

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda page: page.as_posix()
)
GENERATED = {"cli.md"}
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_VARIABLES = re.compile(r"^(?:[A-Z_]+=(?:'[^']*'|\S+)\s+)+")
_TOLD = re.compile(r"\s{2,}.*$| #.*$| [>|] .*$")
"""What stands beside a command: words, a comment, where its output goes."""


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(text: str, *languages: str) -> list[str]:
    return [body for language, body in _FENCED.findall(text) if language in languages]


def shown(text: str) -> list[str]:
    """The lines of all blocks of commands, those that go on in the next line put together."""
    whole = text.replace("\\\n", " ")
    indented = re.findall(r"^    \S.*$", _FENCED.sub("", whole), re.MULTILINE)
    given = [*"".join(blocks(whole, "sh", "console", "bash")).splitlines(), *indented]
    lines = [_VARIABLES.sub("", line.strip().removeprefix("$ ")) for line in given]
    return [line for line in lines if line.startswith("editloop ")]


def spoken(text: str) -> list[str]:
    """The commands that stand within sentences."""
    found = re.findall(r"`(editloop [^`\n]+)`", _FENCED.sub("", text))
    return [line for line in found if not line.endswith(("…", "..."))]


def heading(line: str) -> str:
    """The anchor of a heading, as the sites that show Markdown make it."""
    plain = re.sub(r"[`*]", "", line.lstrip("#").strip()).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_local_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    for link in re.findall(r"\]\(((?!\w+://)[^)]+)\)", text):
        path, _, anchor = unquote(link).partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if anchor:
            lines = target.read_text("utf-8").splitlines()
            assert anchor in {heading(line) for line in lines if line[:1] == "#"}, link


COMMANDS_SHOWN = [
    pytest.param(line, id=f"{named(page)}: {line[:60]}")
    for page in PAGES
    if page.name not in GENERATED
    for line in dict.fromkeys(shown(page.read_text("utf-8")))
]


@pytest.mark.parametrize("line", COMMANDS_SHOWN)
def test_every_command_of_a_block_is_one_that_the_command_line_takes(line: str) -> None:
    _, *words = shlex.split(_TOLD.sub("", line))
    make_app().parse_args(prepared(words), exit_on_error=False, print_error=False)


@pytest.mark.parametrize("page", [p for p in PAGES if p.name not in GENERATED], ids=named)
def test_every_command_within_a_sentence_exists(page: Path) -> None:
    for line in spoken(page.read_text("utf-8")):
        _, first, *rest = line.split()
        if first.startswith("-") or "." in first or first in {"IMAGE", "JOBS"}:
            continue
        assert first in COMMANDS, line
        branch = make_app()[first]
        if rest and rest[0].isalpha() and rest[0].islower() and list(branch):
            assert rest[0] in list(branch), line


def test_the_settings_that_a_page_writes_down_are_settings() -> None:
    seen = 0
    for page in PAGES:
        for body in blocks(page.read_text("utf-8"), "toml"):
            found = tomllib.loads(body)
            if "mcp_servers" not in found:  # of a client, compared in tests/cli/test_mcp_docs.py
                Settings(**found)
                seen += 1
    assert seen


def test_the_file_of_tokens_that_the_page_shows_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    [body] = re.findall(r"^    \[principals\.\w+\]\n(?:^    .*\n|^\n)+", text, re.MULTILINE)
    lines = [
        line.removeprefix("    ") for line in body.replace('"…"', f'"{"ab" * 32}"').splitlines()
    ]
    file = tmp_path / "tokens.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("EDITLOOP_OPS_TOKEN", "a long one by chance")
    assert len(read_tokens(file, {"EDITLOOP_OPS_TOKEN": "a long one by chance"})) == 2

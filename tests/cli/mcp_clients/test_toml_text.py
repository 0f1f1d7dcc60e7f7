"""One table of a TOML file is changed; nothing else is."""

import tomllib
from typing import Any

import pytest

from editloop.cli.mcp_clients import toml_text

ENTRY: dict[str, Any] = {
    "command": "C:\\python.exe",
    "args": ["-m", 'say "x"', "ü\x7f"],
    "tool_timeout_sec": 300,
    "env": {"A": "1", "B C": "2"},
}

FILES = [
    "",
    'model = "x" # mine\n',
    'model = "x"',
    "[mcp_servers.b]\ncommand = 'y'\n\n# about z\n[z]\nk = 1\n",
    "[mcp_servers.editloop]\ncommand = 'old'\n\n# about z\n[z]\nk = 1\n",
    "[ mcp_servers . 'editloop' ]\ncommand = 'old'\n[mcp_servers.editloop.env]\nQ = '1'\n[z]\nk = 1\n",
    "[mcp_servers.editloop-2]\ncommand = 'other'\n",
    "[a]\r\nb = 1\r\n",
]


@pytest.mark.parametrize("text", FILES)
def test_a_table_is_put_in_and_all_else_reads_as_before(text: str) -> None:
    wanted = tomllib.loads(text)
    wanted.setdefault("mcp_servers", {})["editloop"] = ENTRY
    made = toml_text.with_table(text, "mcp_servers", "editloop", ENTRY)
    assert tomllib.loads(made) == wanted
    assert toml_text.with_table(made, "mcp_servers", "editloop", ENTRY) == made


@pytest.mark.parametrize("text", FILES)
def test_a_table_is_taken_out_and_comments_stay(text: str) -> None:
    wanted = tomllib.loads(text)
    wanted.get("mcp_servers", {}).pop("editloop", None)
    made = toml_text.with_table(text, "mcp_servers", "editloop", ENTRY)
    made = toml_text.without_table(made, "mcp_servers", "editloop")
    found = tomllib.loads(made)
    assert {**found, "mcp_servers": found.get("mcp_servers", {})} == {
        **wanted,
        "mcp_servers": wanted.get("mcp_servers", {}),
    }
    for line in text.splitlines():
        assert "#" not in line or line in made


@pytest.mark.parametrize(
    "text", ["[mcp_servers]\neditloop = {command = 'x'}\n", "mcp_servers.editloop.command = 'x'\n"]
)
def test_another_way_of_writing_the_table_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="table of its own"):
        toml_text.with_table(text, "mcp_servers", "editloop", ENTRY)
    with pytest.raises(ValueError, match="table of its own"):
        toml_text.without_table(text, "mcp_servers", "editloop")

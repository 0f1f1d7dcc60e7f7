"""One member of a JSON file with comments is changed; nothing else is."""

import re

import pytest

from editloop.cli.mcp_clients import jsonc

PATH = ("mcpServers", "editloop")
ENTRY = {"command": "x", "args": ["a", "// no comment", ",}"]}

FILES = [
    "",
    "  \n",
    "{}",
    "{ }\n",
    '{"a":1}',
    "// only a comment\n",
    '{\r\n  "a": 1\r\n}\r\n',
    '{\n  "mcpServers": {}\n}\n',
    '{\n\t"mcpServers": {},\n\t"k": [1,\n\t\t2]\n}',
    '{"mcpServers": {"b": {"x": "// no \\" , }"}}}',
    '{\n    "servers": {"q": 1},\n    "z": 2 // last\n}\n',
    '{\n  // c\n  "mcpServers": {\n    "b": {"x": 1}, // note\n    /* , */\n  },\n}\n',
    '{\n  "mcpServers": {\n    "editloop": {"old": 1},\n    // mine\n    "b": {}\n  }\n}\n',
    '{\n  "mcpServers": {\n    "b": {},\n    "editloop": {"old": 1} // ours\n  }\n}\n',
]


@pytest.mark.parametrize("text", FILES)
def test_a_member_is_put_in_and_all_else_reads_as_before(text: str) -> None:
    wanted = jsonc.parsed(text)
    wanted.setdefault("mcpServers", {})["editloop"] = ENTRY
    made = jsonc.with_member(text, PATH, ENTRY)
    assert jsonc.parsed(made) == wanted
    assert jsonc.with_member(made, PATH, ENTRY) == made


@pytest.mark.parametrize("text", FILES)
def test_a_member_is_taken_out_and_all_else_reads_as_before(text: str) -> None:
    wanted = jsonc.parsed(text)
    wanted.setdefault("mcpServers", {}).pop("editloop", None)
    made = jsonc.without_member(jsonc.with_member(text, PATH, ENTRY), PATH)
    assert jsonc.parsed(made) == wanted
    assert jsonc.without_member(made, PATH) == made


@pytest.mark.parametrize("text", FILES)
def test_every_line_that_was_there_is_still_there(text: str) -> None:
    made = jsonc.with_member(text, PATH, ENTRY)
    for kept in re.split(r"[,{}\n]", text):
        assert '"old"' in kept or _squeezed(kept) in _squeezed(made)
    assert ("\r\n" in made) == ("\r\n" in text)


def _squeezed(text: str) -> str:
    return re.sub(r"[,\s]", "", text)


def test_indentation_is_the_files_own() -> None:
    made = jsonc.with_member('{\n\t"mcpServers": {\n\t\t"b": {}\n\t}\n}\n', PATH, {"command": "x"})
    assert '\t\t"editloop": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}\n' in made


def test_a_file_that_was_made_here_is_empty_again() -> None:
    made = jsonc.with_member("", PATH, ENTRY)
    assert jsonc.without_member(made, PATH) == '{\n  "mcpServers": {}\n}\n'


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '"a"', '{"mcpServers": []}', '{"mcpServers": 1}', '{"a": }', '{"a": 1} x', "{} {}"],
)
def test_what_is_broken_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsonc.parsed(jsonc.with_member(text, PATH, ENTRY))


def test_a_name_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        jsonc.with_member('{"mcpServers": {"editloop": 1, "editloop": 2}}', PATH, ENTRY)

"""Blocks of a YAML file are changed without a library, and read back with one."""

from typing import Any

import pytest
import yaml  # of the tests only, to read what was written without it

from editloop.cli.mcp_clients import yaml_text

ENTRY: dict[str, Any] = {
    "enabled": True,
    "cmd": "/path with: colon # and hash",
    "args": ["-m", "it's", 'say "x"', "ü"],
    "envs": {"A": "1", "B": "yes"},
    "env_keys": [],
    "headers": {},
    "timeout": 300,
}

FILES = [
    "",
    "a: 1\n",
    "a: 1",
    "extensions: {}\n",
    "extensions:\n",
    "extensions: # none yet\nb: 2\n",
    "extensions: ~\nb: 2\n",
    "extensions:\n  b:\n    x: 1\n\n# c\nz: 2\n",
    "a: |\n  extensions:\n    editloop: no\nextensions:\n  b: {}\n",
    "extensions:\n    b:\n        t: |\n          editloop:\n            k: 1\n    # c\n    c: {}\nq: 1",
    'G: "x"\nextensions: # here\n  b: {}\n  # end\n',
    "extensions:\n  editloop:\n    cmd: old\n    envs:\n      Z: 1\n  # about b\n  b: {}\n",
    "extensions:\n  b: {}\n  'editloop':\n    cmd: old\n\nlast: 1\n",
    "extensions:\r\n  b: {}\r\nc: 1\r\n",
    "%YAML 1.1\n--- # mine\n\n  # c\na:\n- 1\nb: {\n}\n",
]


def loaded(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text) or {}
    return {**found, "extensions": dict(found.get("extensions") or {})}


@pytest.mark.parametrize("text", FILES)
def test_a_member_is_put_in_and_all_else_reads_as_before(text: str) -> None:
    wanted = loaded(text)
    wanted["extensions"]["editloop"] = ENTRY
    made = yaml_text.with_member(text, "extensions", "editloop", ENTRY)
    assert loaded(made) == wanted
    assert yaml_text.member(made, "extensions", "editloop") == ENTRY
    assert yaml_text.with_member(made, "extensions", "editloop", ENTRY) == made
    assert ("\r\n" in made) == ("\r\n" in text)


@pytest.mark.parametrize("text", FILES)
def test_a_member_is_taken_out_and_comments_stay(text: str) -> None:
    wanted = loaded(text)
    wanted["extensions"].pop("editloop", None)
    made = yaml_text.with_member(text, "extensions", "editloop", ENTRY)
    made = yaml_text.without_member(made, "extensions", "editloop")
    assert loaded(made) == wanted
    for line in text.splitlines():
        assert "#" not in line or line[line.index("#") :] in made


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("extensions: {b: 1}\n", "indented block"),
        ("extensions: [1]\n", "indented block"),
        ("extensions: &x\n  b: 1\n", "indented block"),
        ("extensions:\n\tb: 1\n", "tabs"),
        ("extensions:\n  ? b\n  : 1\n", "plain"),
        ("extensions:\n  - b\n", "plain"),
        ("extensions:\n    b: 1\n  c: 2\n", "plain"),
        ("extensions:\n  b: 1\nextensions:\n  c: 1\n", "twice"),
        ("{}\n", "begin"),
        ("null\n", "begin"),
        ("- a\n", "begin"),
        ("  extensions:\n    b: 1\n", "begin"),
        ("? extensions\n: {b: 1}\n", "begin"),
        ("--- {}\n", "begin"),
        ("extensions:\n- b\n", "a list"),
        ("extensions:\n  b: 1\n---\nextensions:\n  c: 1\n", "documents"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        yaml_text.with_member(text, "extensions", "editloop", ENTRY)

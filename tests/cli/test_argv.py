"""From what was typed to what is parsed."""

import pytest

from editloop.cli.argv import DASH, json_wanted, prepared, verbosity


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        (["photo.jpg", "warmer"], ["edit", "photo.jpg", "warmer"]),
        (["edit", "photo.jpg", "warmer"], ["edit", "photo.jpg", "warmer"]),
        (["runs", "list"], ["runs", "list"]),
        (["--turns", "3", "a.png", "x"], ["edit", "--turns", "3", "a.png", "x"]),
        (["-q", "runs", "list"], ["runs", "list", "-q"]),
        (["--store", "s.db", "doctor"], ["doctor", "--store", "s.db"]),
        (["--store=s.db", "doctor", "--", "x"], ["doctor", "--store=s.db", "--", "x"]),
        (["-", "x", "-o", "-"], ["edit", DASH, "x", "-o", DASH]),
        (["a.png", "--", "-"], ["edit", "a.png", "--", "-"]),
        (["--version"], ["version"]),
        (["--help"], ["--help"]),
        ([], ["--help"]),
    ],
)
def test_the_command_comes_first(typed: list[str], parsed: list[str]) -> None:
    assert prepared(typed) == parsed


def test_what_stands_behind_two_dashes_is_no_option() -> None:
    assert json_wanted(["a", "--json"])
    assert not json_wanted(["a", "--", "--json"])
    assert verbosity(["-vv", "--verbose", "--", "-v"]) == 3

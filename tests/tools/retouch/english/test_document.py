"""The page for users says what the reader does."""

import re
from pathlib import Path

import pytest

from editloop.memory import UnsupportedInstruction
from editloop.tools.retouch.english import AMOUNTS, LOOKS, read, write
from editloop.tools.retouch.english.write_region import write_region
from editloop.tools.retouch.english.writer import write_photometric

PAGE = (Path(__file__).parents[4] / "docs" / "english.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `(.+)` \| (.+) \|$", PAGE, re.MULTILINE)
REFUSED = re.findall(r"^- `(.+)`$", PAGE, re.MULTILINE)


def test_the_page_has_examples_and_refusals() -> None:
    assert len(EXAMPLES) > 60
    assert len(REFUSED) > 5


@pytest.mark.parametrize(("said", "done"), EXAMPLES)
def test_an_example_of_the_page_does_what_stands_beside_it(said: str, done: str) -> None:
    assert write(read(said)) == done


@pytest.mark.parametrize("said", REFUSED)
def test_what_the_page_calls_refused_is_refused(said: str) -> None:
    with pytest.raises(UnsupportedInstruction):
        read(said)


def test_the_page_has_the_amounts_of_every_degree() -> None:
    rows = [
        f"| {name} | {g.slight:g} | {g.moderate:g} | {g.strong:g} | {g.low:g} to {g.high:g} | {g.unit} |"
        for name, g in AMOUNTS.items()
    ]
    assert [row for row in rows if row not in PAGE] == []


def test_the_page_lists_the_operations_of_every_look() -> None:
    for name, operations in LOOKS.items():
        parts = [write_photometric(one) + write_region(one.region) for one in operations]
        assert f"| {name} | {', '.join(parts)} |" in PAGE

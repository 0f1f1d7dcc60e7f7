"""docs/security.md names every hostile input and the test that proves its answer."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "security.md"
_NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def test_every_test_that_the_page_names_is_there_and_every_one_that_is_there_is_named() -> None:
    named = [*map("::".join, _NAMED.findall(PAGE.read_text("utf-8")))]
    there = {
        f"{path.name}::{node.name}"
        for path in HERE.glob("test_*.py")
        if path != Path(__file__)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:5] == "test_"
    }
    assert set(named) == there
    assert len(named) == len(there)

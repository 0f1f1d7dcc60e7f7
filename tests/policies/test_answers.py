"""Answers as they come from real weights: each is read as it was meant, or refused for its reason."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from editloop.memory import Critique, MalformedCritique, Score
from editloop.policies import wire

HERE = Path(__file__).with_name("answers")
CASES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "index.toml").read_text(encoding="utf-8"))
READABLE = [name for name, case in CASES.items() if "refused" not in case]
REFUSED = [name for name, case in CASES.items() if "refused" in case]

KINDS = {
    "no score": r"no <score>",
    "no answer": r"no <answer>",
    "doubtful": r"the score .* (does not name|has|says) ",
    "range": r"is not between 0 and 10",
    "disagree": r"different <(score|answer)> parts",
    "truncated": r"cut short .* allow more tokens",
    "open": r"ends inside of <",
    "crossed": r"closes nothing|stands inside of",
    "twice": r"says 'answer' twice",
    "no text": r"and no text",
    "character": r"no character of a text",
}
"""How a refusal of each kind reads."""


def read(name: str) -> Critique:
    case = CASES[name]
    text = (HERE / f"{name}.txt").read_bytes().decode()
    return wire.read(text, thinking=case.get("thinking"), finish_reason=case.get("finish", "stop"))


@pytest.mark.parametrize("name", READABLE)
def test_an_answer_that_leaves_no_doubt_is_read(name: str) -> None:
    case = CASES[name]
    assert read(name) == Critique(
        score=Score(semantic=case["semantic"], quality=case["quality"]),
        reasoning=case["reasoning"],
        refined=case["refined"],
    )


@pytest.mark.parametrize("name", REFUSED)
def test_an_answer_with_a_doubt_is_refused_for_its_reason(name: str) -> None:
    with pytest.raises(MalformedCritique) as caught:
        read(name)
    assert re.search(KINDS[CASES[name]["refused"]], str(caught.value), re.DOTALL)


def test_the_index_and_the_texts_are_the_same_cases() -> None:
    assert {path.stem for path in HERE.glob("*.txt")} == set(CASES)
    assert len(CASES) >= 40
    assert set(KINDS) == {CASES[name]["refused"] for name in REFUSED}

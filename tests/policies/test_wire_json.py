"""A critique as one JSON object instead of tags."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editloop.memory import MalformedCritique, Score
from editloop.policies import wire

NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
DEEP = "[" * 900 + "]" * 900

READABLE = [
    '{"score": {"semantic": 7, "quality": 8.5}, "answer": "warmer"}',
    '{"score": [7, 8.5], "answer": "warmer"}',
    '{"score": ["7", "8.5/10"], "answer": "warmer"}',
    '{"score": "[7, 8.5]", "answer": "warmer"}',
    '{"score": "semantic: 7, quality: 8.5", "answer": " warmer\\n"}',
    '{"semantic": 7, "quality": 8.5, "answer": "warmer"}',
    '{"Score": {"Semantic": 7, "Quality": 8.5}, "Answer": "warmer", "note": [1, {"x": 2}]}',
    '{"score": {"semantic": 7, "quality": 8.5, "overall": 7.7}, "answer": "warmer"}',
    '<think>hm</think> {"score": [7, 8.5], "answer": "warmer"}',
    'hm</think>\n```json\n{"score": [7, 8.5], "answer": "warmer"}\n```',
]

REFUSED = [
    '{"answer": "warmer"}',
    '{"score": [7, 8.5]}',
    '{"score": [7, 8.5], "answer": ""}',
    '{"score": [7, 8.5], "answer": "\\u200b"}',
    '{"score": [7, 8.5], "answer": null}',
    '{"score": [7, 8.5], "answer": {"text": "warmer"}}',
    '{"score": [7, 8.5], "answer": "a\\u0000b"}',
    '{"score": [7, 8.5], "answer": "a\\ud800b"}',
    '{"score": [7, 8.5], "score": [1, 2], "answer": "warmer"}',
    '{"score": [7, 8.5], "Score": [7, 8.5], "answer": "warmer"}',
    '{"score": {"semantic": 7, "semantic": 3, "quality": 8}, "answer": "warmer"}',
    '{"score": [7], "answer": "warmer"}',
    '{"score": [7, [8]], "answer": "warmer"}',
    '{"score": 7, "answer": "warmer"}',
    '{"score": true, "answer": "warmer"}',
    '{"score": [], "answer": "warmer"}',
    '{"score": {}, "answer": "warmer"}',
    '{"score": [7, NaN], "answer": "warmer"}',
    '{"score": [7, 1e400], "answer": "warmer"}',
    '{"score": [7, -1], "answer": "warmer"}',
    f'{{"score": [7, {DEEP}], "answer": "warmer"}}',
    f'{{"score": [7, 8], "answer": "warmer", "x": {"[" * 100_000}}}',
    '{"score": [7, 8.5], "answer": "warmer"} {"score": [1, 2], "answer": "cooler"}',
    '<think>hm {"score": [7, 8.5], "answer": "warmer"}',
    '{"score": [7, 8.5], "answer": "write <answer> on it"}',
    '<score>[1, 2]</score>{"score": [7, 8.5], "answer": "warmer"}',
    "{}",
    "{",
    "[7, 8.5]",
]


@pytest.mark.parametrize("text", READABLE)
def test_an_object_that_leaves_no_doubt_is_read(text: str) -> None:
    critique = wire.read(text, finish_reason="stop")
    assert (critique.score, critique.refined) == (Score(semantic=7, quality=8.5), "warmer")
    assert critique.reasoning in ("", "hm")


@pytest.mark.parametrize("text", REFUSED)
def test_an_object_with_a_doubt_is_refused(text: str) -> None:
    with pytest.raises(MalformedCritique):
        wire.read(text, finish_reason="stop")


def test_a_thought_in_the_object_is_the_reasoning_and_else_the_moved_one_is() -> None:
    text = '{"think": "in it", "score": [7, 8], "answer": "warmer"}'
    assert wire.read(text, thinking="moved").reasoning == "in it"
    assert wire.read(text.replace('"think": "in it", ', ""), thinking="moved").reasoning == "moved"


def test_a_huge_object_is_read_in_linear_time() -> None:
    answer = "warmer, " * 125_000 + "please"
    began = time.process_time()
    assert wire.read(json.dumps({"score": [7, 8], "answer": answer})).refined == answer
    assert time.process_time() - began < 5.0  # a quadratic reader needs minutes


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
_NAMES = st.sampled_from(["think", "score", "answer", "semantic", "quality", "Score", "x"])


@given(st.dictionaries(_NAMES, _VALUES, max_size=5))
def test_any_object_is_read_or_refused_and_no_number_is_made_up(found: dict[str, object]) -> None:
    try:
        critique = wire.read(json.dumps(found))
    except MalformedCritique:
        return

    assert critique.score is not None
    written = {float(number) for number in NUMBER.findall(json.dumps(found))}
    assert {critique.score.semantic, critique.score.quality} <= written

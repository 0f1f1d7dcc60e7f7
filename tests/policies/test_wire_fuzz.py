"""Arbitrary text: never another exception, never a number that nobody wrote."""

import random
import re
import string
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.memory import Critique, MalformedCritique, Score
from editloop.policies import wire

NUMBER = re.compile(r"(?<![\w.,/%+-])[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?!\w)")
REASONS = [None, "stop", "content_filter", "length"]
FRAGMENTS = [
    *("<think>", "</think>", "<score>", "</score>", "<answer>", "</answer>", "<SCORE a=1>"),
    *('{"semantic": ', '"quality": ', "semantic: ", "quality: ", '"overall": ', "{", "}", "[", "]"),
    *(
        "7",
        "8.5",
        "10",
        "0",
        "11",
        "-3",
        "3e0",
        "1e99",
        "NaN",
        "Infinity",
        "true",
        "null",
        "٣",
        "½",
    ),
    *(", ", ",", ": ", "\n", " ", "/10", "/100", " %", "-", " to ", " out of ", "```\n", "\u200b"),
    *("warmer", "a little ", "\0", "\ud800", "<", ">", "&lt;", '"', "'", "\\", "**", "(", ")"),
]
VALID = [
    '<think>dim</think>\n<score>{"semantic": 6.5, "quality": 9}</score>\n<answer>warmer</answer>',
    "<think>dim</think><score>[4, 8.25]</score><answer>brighten by 20 %</answer>",
    "dim</think><score>semantic: 3/10\nquality: 7</score><answer>crop to 4:5</answer>",
    "<score>```json\n{'semantic': '5', 'quality': '10'}\n```</score><answer>as it is</answer>",
]


def _check(text: str, finish_reason: str | None) -> bool:
    """Read, and hold every number against the text; True when there was a critique."""
    try:
        critique = wire.read(text, finish_reason=finish_reason)
    except MalformedCritique:
        return False

    written = {float(number) for number in NUMBER.findall(text)}
    assert critique.score is not None
    assert {critique.score.semantic, critique.score.quality} <= written, text
    assert critique.refined in text
    assert critique.refined.strip()
    return True


def _mutated(rng: random.Random) -> str:
    """A good answer after a few accidents: cut, doubled, swapped, replaced, or with new pieces."""
    text = rng.choice(VALID)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        i, j = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        j = min(j, i + 12)
        piece = rng.choice((*FRAGMENTS, rng.choice(string.printable), chr(rng.randrange(0x11000))))
        text = rng.choice(
            (
                text[:i] + text[j:],
                text[:i] + piece + text[i:],
                text[:i] + piece + text[j:],
                text[:j] + text[i:],
                text[:j],
                text.replace(text[i:j], piece) if j > i else text,
            )
        )
    return text


def _assembled(rng: random.Random) -> str:
    return "".join(rng.choices(FRAGMENTS, k=rng.randrange(1, 25)))


def _scored(rng: random.Random) -> str:
    inside = "".join(rng.choices(FRAGMENTS[9:], k=rng.randrange(1, 9)))
    return f"<score>{inside}</score><answer>warmer</answer>"


def _arbitrary(rng: random.Random) -> str:
    return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(40)))


def _texts(count: int) -> Iterator[tuple[str, str | None]]:
    rng = random.Random(20261121)
    makers = (_mutated, _mutated, _mutated, _scored, _scored, _assembled, _arbitrary)
    for _ in range(count):
        yield rng.choice(makers)(rng), rng.choice(REASONS)


@pytest.mark.slow
def test_a_hundred_thousand_texts_give_no_invented_score_and_no_other_exception() -> None:
    read = sum(_check(text, finish_reason) for text, finish_reason in _texts(100_000))
    assert 5_000 < read < 50_000  # the texts are damaged, but not all beyond reading


@settings(deadline=None, max_examples=500)
@given(st.text(st.characters(codec=None)), st.sampled_from(REASONS))
def test_arbitrary_unicode_is_refused_or_read_as_written(text: str, reason: str | None) -> None:
    _check(text, reason)


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join), st.sampled_from(REASONS))
def test_tag_fragments_are_refused_or_read_as_written(text: str, reason: str | None) -> None:
    _check(text, reason)


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=30) | st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
def test_the_inside_of_a_score_is_refused_or_read_as_written(inside: str) -> None:
    _check(f"<score>{inside}</score><answer>warmer</answer>", "stop")


def _writable(text: str) -> bool:
    tag = re.search(r"<\s*/?\s*(think|score|answer)", text, re.IGNORECASE)
    return not tag and not text.startswith("```") and "\0" not in text


def _visible(text: str) -> bool:
    return any(character.isprintable() and not character.isspace() for character in text)


WORDS = st.text(st.characters(codec="utf-8"), max_size=60).map(str.strip).filter(_writable)
TENTHS = st.floats(0, 10)


@settings(deadline=None, max_examples=500)
@given(TENTHS, TENTHS, WORDS, WORDS.filter(_visible))
def test_what_is_written_is_read_back_as_it_was(
    semantic: float, quality: float, reasoning: str, refined: str
) -> None:
    score = Score(semantic=semantic, quality=quality)
    critique = Critique(score=score, reasoning=reasoning, refined=refined)
    assert wire.read(wire.write(critique)) == critique

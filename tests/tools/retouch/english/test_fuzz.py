"""Whatever is typed, `read` answers with a recipe or with a clear refusal."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.memory import InputError, UnsupportedInstruction
from editloop.tools.retouch.english import MOST_CHARACTERS, read, read_clauses, suggest, write
from editloop.tools.retouch.english.lexicon import PHRASES

PIECES = [" ".join(words) for words in PHRASES] + [
    *[
        "20%",
        "20",
        "-20",
        "+1",
        "0.5",
        "5px",
        "30°",
        "2x",
        "1/2",
        "4:5",
        "800x600",
        "red",
        "#336699",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        ";",
        "-",
        "'",
        '"',
        "“",
        "”",
        "%",
        "/",
        ":",
    ],
    *("(0, 0)", "(radius 2 px)", "(feather 10%)", '"Hello"', "half a stop", "two thirds", "5500K"),
    *("everything yellow", "the yellow parts", "the box from 10% to 20% of the width"),
    *("the box 10% 20% 50% 60%", "areas of lightness 10% to 20%", "cat", "\n", "1e5", "9" * 40),
]
SENTENCES = [
    "brighten the shadows by 20 %, make it a bit warmer, then crop to 4:5",
    "make the sky darker and more saturated",
    "add a thin white border and the text at the bottom",
    "cinematic, but keep the colours as they are",
    "in the top half, increase contrast and saturation",
    "reduce the noise by 50% in the dark areas, then sharpen it slightly",
]
NOUNS = [
    "cat",
    "roof",
    "window",
    "person",
    "car",
    "background",
    "dog",
    "lamp",
    "teeth",
    "Monet",
    "Gebäude",
    "写真",
    "xyzzy",
    "smile",
]


def answer(text: str) -> None:
    """Read; only the promised errors may leave."""
    try:
        recipe = read(text)
    except InputError:
        return
    assert read(write(recipe)) == recipe


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=300))
def test_arbitrary_text_is_read_or_refused(text: str) -> None:
    answer(text)
    suggest(text)


@settings(deadline=None, max_examples=700)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
def test_any_words_of_the_lexicon_in_any_order_are_read_or_refused(text: str) -> None:
    answer(text)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(SENTENCES), st.sampled_from(NOUNS), st.integers(0, 30))
def test_an_unknown_word_is_never_dropped(sentence: str, noun: str, place: int) -> None:
    words = sentence.replace("the text", 'the text "Hi"').split()
    read(" ".join(words))
    words.insert(place % (len(words) + 1), noun)
    text = " ".join(words)
    if f'"{noun}' not in text:
        with pytest.raises(UnsupportedInstruction) as caught:
            read(text)
        assert noun in caught.value.clause


@pytest.mark.parametrize(
    "text",
    [
        "a" * 13_000,
        "1" * 13_000,
        "1 " * 6_000,
        "(" * 13_000,
        "[" * 13_000,
        '"' * 13_000,
        '"\\' * 6_000,
        "“" * 13_000,
        " '" * 6_000,
        "1:" * 6_000,
        "1 " + " " * 13_000 + "x",
        "in the sky within " * 2_200,
        "in [the sky within " * 2_000,
        "the reds and " * 3_000,
        "brighten, " * 4_000,
        "shadows and highlights, " * 1_600,
        "black and " * 4_000,
        "with " * 8_000,
        "no " * 13_000,
        "everything but " * 2_600,
    ],
)
def test_very_long_text_is_refused_in_linear_time(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(InputError):
        read(text)
    assert time.process_time() - begun < 5


def test_an_instruction_above_the_limit_is_refused_although_each_clause_is_known() -> None:
    text = "brighten it by 1%, " * 10
    assert len(read(text + " " * (MOST_CHARACTERS - len(text))).operations) == 10
    with pytest.raises(UnsupportedInstruction, match="2000"):
        read(text + " " * (MOST_CHARACTERS - len(text) + 1))


@settings(deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map(". ".join))
def test_the_clauses_together_are_the_recipe(text: str) -> None:
    try:
        clauses = read_clauses(text.replace("the text", 'the text "Hi"'))
    except InputError:
        return
    operations = tuple(one for clause in clauses for one in clause.operations)
    assert operations == read(text.replace("the text", 'the text "Hi"')).operations

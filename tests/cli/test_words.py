"""How texts are shown."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from editloop.cli.words import changes, clipped, delta, duration, size, visible

sentences = st.lists(st.sampled_from(["warm", "cool", "by", "20%", "crop", "then"])).map(" ".join)


@given(sentences, sentences)
def test_the_marked_words_are_both_texts(before: str, after: str) -> None:
    parts = changes(before, after)
    assert " ".join(words for mark, words in parts if mark != "gone") == after
    assert " ".join(words for mark, words in parts if mark != "added") == before


def test_capitals_and_full_stops_are_no_change() -> None:
    assert changes("warm by 20%", "Warm by 12%.") == [
        ("same", "Warm by"),
        ("gone", "20%"),
        ("added", "12%."),
    ]


def test_numbers_read_well() -> None:
    assert (size(999), size(1_500_000)) == ("999 B", "1.5 MB")
    assert [duration(n) for n in (0.04, 9.96, 61, 300, 7200)] == [
        "0.0 s", "10.0 s", "61 s", "5 min", "2.0 h",
    ]  # fmt: skip
    assert (delta(7, None), delta(7, 5), delta(7.01, 7), delta(5, 7)) == (
        "",
        "+2.0",
        "±0.0",
        "-2.0",
    )
    assert clipped("a  b\nc", 10) == "a b c"
    assert clipped("abcdef", 4) == "abc…"


@given(st.text())
def test_nothing_that_is_shown_is_obeyed_by_a_terminal(text: str) -> None:
    shown = visible(text)
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert len(shown) == len(text)


def test_a_control_character_is_shown_as_a_sign() -> None:
    assert visible("a\x1b]0;title\x07 b\r\n\tc\x7f\x9b1m") == "a␛]0;title␇ b␍\n\tc␡\ufffd1m"
    assert clipped("a\x1b[31m", 20) == "a␛[31m"

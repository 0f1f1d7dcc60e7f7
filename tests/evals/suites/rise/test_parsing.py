"""RISEBench: what one answer scores."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.rise.parsing import read
from editloop.evals.suites.unscored import Unscored
from editloop.memory.errors import JudgeError

PIECES = st.sampled_from(
    [
        "Final Score",
        "final score",
        "Final Scores",
        ":",
        "**",
        " ",
        "4",
        "5",
        "10",
        "-1",
        "4.5",
        "/5",
    ]
)
MORE = st.sampled_from([",", "\n", "(", ")", "=", "is", "：", "1-5", "٣", "X"])
ANSWERS = st.one_of(
    st.text(max_size=60), st.lists(st.one_of(PIECES, MORE), max_size=12).map("".join)
)


def official(text: str) -> tuple[float, ...]:
    found = read(text, "official")
    return () if isinstance(found, Unscored) else found


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("**Final Score: 4**", (4,)),
        ("**Final Score:** 4", (4,)),
        ("**Final Score**: **4**", (4,)),
        ("final score 4", (4,)),
        ("Final Score:\n\n4", (4,)),
        ("Final Score: 4/5", (4,)),
        ("Final Score: 4.5", (4,)),
        ("Final Score: 4 out of 5", (4,)),
        ("Final Score: **1-5**", (1,)),
        ("Final Score: 4, 3", (4, 3)),
        ("Final Score: 4\n2 marks", (4, 2)),
        ("Final Score: X\nFinal Score: 2", (2,)),
        ("Final Score: 3\nFinal Score: 2", (3,)),
        ("Final Scores: 3, 4", (3, 4)),
        ("Final Score: 0", (0,)),
        ("Final Score: 10", (10,)),
    ],
)
def test_official_reads(text: str, numbers: tuple[float, ...]) -> None:
    assert official(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "Final Score: -1",
        "Final Score = 4",
        "Final Score: (4)",
        "Final Score is 4",
        "Final Score：4",
        "Final Score: X",
        "Score: 4",
        "Final  Score: 4",
    ],
)
def test_official_fails(text: str) -> None:
    assert official(text) == ()


def test_a_call_without_an_answer_is_unscored_in_both_profiles(
    reason: Callable[[object], str],
) -> None:
    assert reason(read(None, "official")) == reason(read(None)) == "failed_call"


def test_official_stops_at_too_many_digits() -> None:
    with pytest.raises(JudgeError):
        read("Final Score: " + "9" * 5000, "official")


@pytest.mark.parametrize(
    "text",
    [
        "**Final Score: 4**",
        "**Final Score:** 4",
        "Final Score: 4/5",
        "Final Score: 4 out of 5",
        "Final Score = 4",
        "Final Score: (4)",
        "Final Score is 4",
        "Final Score：4",
        "Final Score: X … final score: 4",
        "Final Score: 4\n2 marks off",
        "Final Score: 4\n\n**Final Score: 4**",
    ],
)
def test_corrected_reads_four(text: str) -> None:
    assert read(text) == (4,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("4", "unreadable"),
        ("Final Score: X", "unreadable"),
        ("Final Score: 1-5", "unreadable"),
        ("Final Score: 40%", "unreadable"),
        ("Final Score: 4, 3", "ambiguous"),
        ("Final Score: 4. Final Score: 3", "ambiguous"),
        ("Final Score: 0", "out_of_range"),
        ("Final Score: 10", "out_of_range"),
        ("Final Score: -1", "out_of_range"),
        ("Final Score: 4/10", "out_of_range"),
    ],
)
def test_corrected_refuses(text: str, why: str, reason: Callable[[object], str]) -> None:
    assert reason(read(text)) == why


def test_corrected_logical_answers_are_zero_or_one(reason: Callable[[object], str]) -> None:
    assert read("Final Score: 0", binary=True) == (0,)
    assert read("Final Score: 1", binary=True) == (1,)
    assert read("Final Score: 1/1", binary=True) == (1,)
    for text in ("Final Score: 4", "Final Score: 0.5", "Final Score: 1/5"):
        assert reason(read(text, binary=True)) == "out_of_range"


@settings(deadline=None)
@given(text=ANSWERS, binary=st.booleans())
def test_corrected_gives_only_numbers_of_the_text_and_never_raises(
    text: str, binary: bool, numbers_in: Callable[[str], set[float]]
) -> None:
    found = read(text, binary=binary)
    if not isinstance(found, Unscored):
        assert set(found) <= numbers_in(text)
        assert len(found) == 1
        assert found[0] in (0, 1) if binary else 1 <= found[0] <= 5


@settings(deadline=None)
@given(ANSWERS)
def test_official_raises_nothing_but_a_judge_error(text: str) -> None:
    try:
        found = read(text, "official")
    except JudgeError:
        return
    assert isinstance(found, Unscored) or found

"""ImgEdit-Bench: what one answer scores."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.imgedit.parsing import AxisScores, read
from editloop.evals.suites.unscored import Unscored
from editloop.memory.errors import JudgeError

GOOD = (
    "Brief reasoning: the hat is a crown.\nPrompt Compliance: 4\nVisual Naturalness: 5\nDetail: 4"
)
PIECES = st.sampled_from(
    ["A: ", "B: ", "Score: ", "4", "5", "10", "-1", "4.5", "/5", "\n", " ", "**", ".", "²", "٣"]
)
ANSWERS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))


def official(text: str) -> tuple[float, ...]:
    found = read(text, "official")
    return () if isinstance(found, Unscored) else found.values


@pytest.mark.parametrize(
    ("text", "score"), [("A: 4\nB: 5\nC: 4", 4.33), ("A: 4\nB: 3\nC: 3", 3.33)]
)
def test_official_vectors(text: str, score: float) -> None:
    found = read(text, "official")
    assert isinstance(found, AxisScores)
    assert found.score == score


@pytest.mark.parametrize(
    "line",
    [
        "A: 4.",
        "A: 4.5",
        "A: 4/5",
        "A: 4 points",
        "A: -1",
        "A:4",
        "**A:** 4",
        "A：4",
        "A: 4, B: 5",
        "A: 4 B: 5",
        '"A": 4,',
        "A:  4",
        "4",
        "A: B: 4",
        "",
    ],
)
def test_official_lines_that_do_not_count(line: str) -> None:
    assert official(line) == ()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("**A**: 4", 4),
        ("- A: 4", 4),
        ('"A": 3', 3),
        ("Total: 15", 15),
        ("Brief reasoning: 3", 3),
        ("A: 0", 0),
        ("A: 10", 10),
        ("  A: 4  ", 4),
        (": 4", 4),
        ("A: ٣", 3),
        ("A: 007", 7),
    ],
)
def test_official_lines_that_count(line: str, value: int) -> None:
    assert official(line) == (value,)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\u2028", "\x85"])
def test_official_every_line_boundary_splits(end: str) -> None:
    assert official(f"A: 4{end}B: 5") == (4, 5)


@pytest.mark.parametrize(("count", "score"), [(1, 4.0), (2, 4.5), (4, 4.25)])
def test_official_takes_however_many_lines_there_are(count: int, score: float) -> None:
    text = "\n".join(["A: 4", "B: 5", "C: 4", "D: 4"][:count])
    assert read(text, "official") == AxisScores(values=(4.0, 5.0, 4.0, 4.0)[:count], score=score)


def test_official_rounds_the_binary_number_half_to_even() -> None:
    eight = "\n".join(f"A: {n}" for n in (1, 1, 1, 1, 1, 1, 1, 2))
    found = read(eight, "official")
    assert isinstance(found, AxisScores)
    assert found.score == 1.12  # 1.125 is exact in binary


def test_official_no_line_is_unscored_and_not_zero() -> None:
    assert isinstance(read("nothing", "official"), Unscored)


@pytest.mark.parametrize("answer", ["A: ²", "A: " + "9" * 5000, None, {"error": "no"}, 4])
def test_official_stops(answer: object) -> None:
    with pytest.raises(JudgeError):
        read(answer, "official")


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("4", "4/5"),
        GOOD.replace(": 4", ":4"),
        GOOD.replace(": ", "： "),
        GOOD.replace("4", "4."),
        GOOD.replace("Prompt Compliance:", "**Prompt Compliance:**"),
        GOOD + "\nTotal: 13\nAverage: 4.33",
        GOOD.replace("the hat is a crown.", "3"),
        '{"Prompt Compliance": 4, "Visual Naturalness": 5, "Detail": 4, "Total": 13}',
    ],
)
def test_corrected_reads_the_three_axes(text: str) -> None:
    found = read(text)
    assert found == AxisScores(values=(4, 5, 4), score=13 / 3)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("", "empty"),
        ("good", "unreadable"),
        ("A: 4", "incomplete"),
        ("A: 4\nB: 5", "incomplete"),
        ("A: 4\nB: 5\nC: 4\nD: 4", "ambiguous"),
        ("A: 4\nB: 5\nC: 4\nC: 2", "ambiguous"),
        ("A: 4\nB: 5\nC: 0", "out_of_range"),
        ("A: 4\nB: 5\nC: -1", "out_of_range"),
        ("A: 4\nB: 5\nC: 15", "out_of_range"),
        ("A: ²\nB: ²\nC: ²", "unreadable"),
        (None, "failed_call"),
        ({"error": "no picture"}, "failed_call"),
    ],
)
def test_corrected_refuses(answer: object, why: str, reason: Callable[[object], str]) -> None:
    assert reason(read(answer)) == why


def test_a_later_axis_above_the_first_is_not_enforced() -> None:
    found = read("A: 2\nB: 5\nC: 5")
    assert isinstance(found, AxisScores)
    assert found.score == 4


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Score: 4", 4),
        ("The overall score is 4.", 4),
        ("I would give it a score of 3/5", 3),
        ("Instruction: 5\nNaturalness: 4\nFinal score: 3", 3),
    ],
)
def test_corrected_reads_the_one_score_of_the_hard_set(text: str, score: float) -> None:
    found = read(text, axes=1)
    assert isinstance(found, AxisScores)
    assert found.score == score


@pytest.mark.parametrize("text", ["a score of 3 or a score of 4", "fine", "score 3-4", "score 40%"])
def test_corrected_refuses_an_unclear_score_of_the_hard_set(text: str) -> None:
    assert isinstance(read(text, axes=1), Unscored)


@settings(deadline=None)
@given(text=ANSWERS, axes=st.sampled_from([1, 3]))
def test_corrected_gives_only_numbers_of_the_text_and_never_raises(
    text: str, axes: int, numbers_in: Callable[[str], set[float]]
) -> None:
    found = read(text, axes=axes)
    if isinstance(found, AxisScores):
        assert set(found.values) <= numbers_in(text)
        assert all(1 <= each <= 5 for each in found.values)
        assert len(found.values) == axes


@settings(deadline=None)
@given(ANSWERS)
def test_official_raises_nothing_but_a_judge_error(text: str) -> None:
    try:
        found = read(text, "official")
    except JudgeError:
        return
    assert isinstance(found, Unscored) or found.values

"""KRIS-Bench: what one answer scores."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.kris.cases import CATEGORIES
from editloop.evals.suites.kris.parsing import Call, read
from editloop.evals.suites.profile import Lineage
from editloop.evals.suites.unscored import Unscored
from editloop.memory.errors import InputError, JudgeError

COMMON, VIEW, MULTI = "count_change", "viewpoint_change", "multi-element_composition"
TEMPORAL, KNOWLEDGE = "temporal_prediction", "physics"
NUMBERED = '{"reasoning": 1. the same 2. the hat, "consistency_score": 4}'
PIECES = st.sampled_from(
    [
        '{"',
        'consistency_score"',
        '"instruction_score": ',
        '"knowledge_score": ',
        ": ",
        "}",
        "{",
        "4",
        "Consistency Score",
        "quality_score",
        "1.",
        "4/5",
        "2 out of 5",
        "null",
        "4.9",
        "7",
        "-2",
        ",",
        "instruction score",
        "knowledge_score",
        "[",
        "true",
        "1e400",
        '"4"',
        "\n",
    ]
)
ANSWERS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))
CALLS: tuple[Call, ...] = ("consistency", "instruction", "quality")


def official(
    text: str, category: str = COMMON, call: Call = "consistency", lineage: Lineage = "upstream"
) -> float | None:
    found = read(text, category, call, "official", lineage=lineage)[call]
    return None if isinstance(found, Unscored) else found


def dual(text: str, lineage: Lineage = "upstream") -> list[float | None]:
    found = read(text, KNOWLEDGE, "instruction", "official", lineage=lineage)
    assert list(found) == ["instruction", "knowledge"]
    return [None if isinstance(each, Unscored) else each for each in found.values()]


@pytest.mark.parametrize("category", [COMMON, VIEW, MULTI, TEMPORAL, KNOWLEDGE])
@pytest.mark.parametrize(
    ("value", "score"),
    [("4", 4), ("4.9", 4), ('"4"', 4), ("true", 1), ("0", 0), ("7", 7), ("-2", -2)],
)
def test_official_object_values_are_converted_and_not_checked(
    category: str, value: str, score: int
) -> None:
    text = f'Well. {{"reasoning": "the 3 hats", "consistency_score": {value}}} 2'
    assert official(text, category) == score


@pytest.mark.parametrize("value", ['"4.9"', '"4/5"', "[4]", "Infinity", "NaN", "{}"])
def test_official_object_values_that_fail_leave_the_text_to_the_loose_step(value: str) -> None:
    assert official(f'3 hats: {{"consistency_score": {value}}}', MULTI) == (
        4 if value == '"4/5"' else 3
    )


def test_official_the_object_is_the_first_flat_stretch_that_mentions_the_key() -> None:
    text = '{"a": {"consistency_score": 3}} {"consistency_score": 5}'
    assert official(text) == 3
    assert official('{"other": 2} {"consistency_score": 5}') == 5


@pytest.mark.parametrize("category", [COMMON, MULTI, KNOWLEDGE])
def test_official_an_unquoted_numbered_reasoning_scores_one_by_the_first_digit(
    category: str,
) -> None:
    assert official(NUMBERED, category) == 1


def test_official_a_quoted_label_never_matches() -> None:
    assert official('2 hats {"consistency_score": 4 but not JSON}') == 2


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("3 hats. Consistency Score: 4", 4),
        ("3 hats. consistency_score：5", 5),
        ("3 hats. CONSISTENCY  score 2", 2),
        ("3 hats. ConsistencyScore:45", 4),
        ("3 hats, 4/5", 4),
        ("2 hats, 13/5", 3),
        ("2 hats, 3/50", 3),
        ("2 hats, 4 out of 5", 4),
        ("2 hats, 4 Out Of 5, 3/5", 3),
        ("6 hats, 2 coats", 2),
        ("12 hats and 4.5", 4),
        ("no digit, 6 or 0", None),
        ("", None),
    ],
)
def test_official_loose_step_in_its_order(text: str, score: int | None) -> None:
    assert official(text) == score


@pytest.mark.parametrize("category", [MULTI, TEMPORAL])
def test_official_multi_element_and_temporal_know_no_label(category: str) -> None:
    assert official("3 hats. Consistency Score: 4", category) == 3


def test_official_knowledge_needs_the_colon_upstream_and_not_in_bagel() -> None:
    text = "3 hats. Consistency score 4"
    assert official(text, KNOWLEDGE) == 3
    assert official(text, KNOWLEDGE, lineage="bagel") == 4
    assert official("3 hats. Consistency score: 4", KNOWLEDGE) == 4


@pytest.mark.parametrize("text", ['{"consistency_score": null} 3', '{"x": "consistency_score"} 3'])
def test_official_a_null_goes_on_except_in_the_knowledge_script(text: str) -> None:
    assert [official(text, each) for each in (COMMON, VIEW, MULTI, TEMPORAL)] == [3, 3, 3, 3]
    assert official(text, KNOWLEDGE) is None


def test_official_a_failed_object_goes_on_in_the_knowledge_script() -> None:
    assert official('{"consistency_score": 4,} 3', KNOWLEDGE) == 4


def test_the_dual_call_is_that_of_the_ten_knowledge_categories() -> None:
    both = [
        name
        for name in CATEGORIES
        if len(read('{"instruction_score": 4, "knowledge_score": 3}', name, "instruction")) == 2
    ]
    assert len(both) == 10


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ('{"instruction_score": 4, "knowledge_score": 3}', [4, 3]),
        ('{"instruction_score": 4, "knowledge_score": null}', [4, None]),
        ('{"instruction_score": 4}', [4, None]),
        ('{"knowledge_score": 4}', [None, None]),
        ("Instruction Score: 4, knowledge_score： 2", [4, 2]),
        ("instruction score 4; 3/5", [None, None]),
        ('{"instruction_score": 4, "knowledge_score": 3,}', [None, None]),
        ('{"instruction_score": "4.9", "knowledge_score": 3}', [None, None]),
    ],
)
def test_official_dual_upstream(text: str, scores: list[float | None]) -> None:
    assert dual(text) == scores


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ('{"instruction_score": 4, "knowledge_score": 3}', [4, 3]),
        ('x {"a": {"b": 1}, "instruction_score": 4, "knowledge_score": 3} y', [4, 3]),
        ('{"knowledge_score": 4}', [None, 4]),
        ('{"instruction_score": 4, "knowledge_score": 3,}', [4, 3]),
        ("Instruction Score: 4, knowledge_score： 2", [4, None]),
        ("{}", [None, None]),
        ("0", [None, None]),
        ("false", [None, None]),
        ("null", [None, None]),
        ("", [None, None]),
    ],
)
def test_official_dual_bagel(text: str, scores: list[float | None]) -> None:
    assert dual(text, "bagel") == scores


@pytest.mark.parametrize(
    "text", ["4", "[4, 3]", '"four"', '{"instruction_score": "4.9"}', '{"instruction_score": [4]}']
)
def test_official_dual_bagel_gives_no_record(text: str) -> None:
    with pytest.raises(JudgeError, match="stops"):
        dual(text, "bagel")


@pytest.mark.parametrize(
    "text",
    [
        '{"reasoning": "1. the same", "consistency_score": 4}',
        NUMBERED,
        '3 hats {"consistency_score": 4 but not JSON}',
        "3 hats. Consistency Score: 4",
        "3 hats. consistency_score：4/5",
        '{"consistency_score": "4/5"}',
        "3 hats, 4 out of 5",
        "12 hats, 4/5.",
    ],
)
def test_corrected_reads_four(text: str) -> None:
    assert read(text, COMMON, "consistency") == {"consistency": 4}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("3 hats", "unreadable"),
        ('{"consistency_score": null}', "unreadable"),
        ('{"consistency_score": true}', "unreadable"),
        ('{"consistency_score": 0}', "out_of_range"),
        ('{"consistency_score": 7}', "out_of_range"),
        ('{"consistency_score": -2}', "out_of_range"),
        ("13/5", "out_of_range"),
        ("3/50", "unreadable"),
        ("Consistency score: 4-5", "unreadable"),
        ("Consistency score: 4. Consistency score: 2", "ambiguous"),
        ("3/5 or 4/5", "ambiguous"),
    ],
)
def test_corrected_refuses(text: str, why: str, reason: Callable[[object], str]) -> None:
    assert reason(read(text, COMMON, "consistency")["consistency"]) == why


def test_corrected_reads_each_of_the_dual_scores_alone() -> None:
    text = '{"instruction_score": 4, "instruction_reasoning": 1. a 2. b, "knowledge_score": 3}'
    assert read(text, KNOWLEDGE, "instruction") == {"instruction": 4, "knowledge": 3}
    half = read("Instruction score: 4, and 3/5", KNOWLEDGE, "instruction")
    assert half["instruction"] == 4
    assert isinstance(half["knowledge"], Unscored)


def test_a_knowledge_score_above_a_failed_instruction_is_not_enforced() -> None:
    text = '{"instruction_score": 1, "knowledge_score": 5}'
    assert read(text, KNOWLEDGE, "instruction") == {"instruction": 1, "knowledge": 5}


def test_an_unknown_category_is_named() -> None:
    with pytest.raises(InputError, match="object_count"):
        read("4", "object_count", "quality")


@settings(deadline=None)
@given(text=ANSWERS, category=st.sampled_from([COMMON, KNOWLEDGE]), call=st.sampled_from(CALLS))
def test_corrected_gives_only_numbers_of_the_text_and_never_raises(
    text: str, category: str, call: Call, numbers_in: Callable[[str], set[float]]
) -> None:
    for found in read(text, category, call).values():
        if not isinstance(found, Unscored):
            assert found in numbers_in(text)
            assert 1 <= found <= 5


@settings(deadline=None)
@given(
    ANSWERS,
    st.sampled_from([COMMON, VIEW, MULTI, TEMPORAL, KNOWLEDGE]),
    st.sampled_from(CALLS),
    st.booleans(),
)
def test_official_raises_nothing_but_a_judge_error(
    text: str, category: str, call: Call, bagel: bool
) -> None:
    try:
        found = read(text, category, call, "official", lineage="bagel" if bagel else "upstream")
    except JudgeError:
        return
    assert all(isinstance(each, float | Unscored) for each in found.values())

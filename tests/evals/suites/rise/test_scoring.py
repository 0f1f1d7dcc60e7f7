"""RISEBench: from answers to the values, the score and the mark of a case."""

from typing import Any

import pytest

from editloop.evals.suites.rise.cases import Flag
from editloop.evals.suites.rise.scoring import (
    Values,
    asked,
    case_values,
    mark,
    score,
    weighs_without_consistency,
)
from editloop.evals.suites.unscored import Unscored
from editloop.memory.errors import InputError

FAILED = Unscored(reason="unreadable")
LOGICAL, SPATIAL = "logical_reasoning", "spatial_reasoning"


def values(c: float | None, r: float | None, v: float | None = None) -> Values:
    return Values(consistency=c, reasoning=r, plausibility=v)


@pytest.mark.parametrize("profile", ["official", "corrected"])
def test_three_answers_are_three_values(profile: Any) -> None:
    assert case_values(SPATIAL, [(5,), (3,), (1,)], profile=profile) == values(5, 3, 1)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(0, 0, (1, 1)), (1, 0, (5, 1)), (0, 1, (1, 5)), (3, 7, (5, 5))],
)
def test_logical_marks_become_one_or_five(
    first: float, second: float, expected: tuple[float, float]
) -> None:
    assert case_values(LOGICAL, [(first,), (second,)], profile="official") == values(*expected)


def test_official_a_logical_case_with_three_numbers_keeps_them_as_they_are() -> None:
    assert case_values(LOGICAL, [(1, 0), (1,)], profile="official") == values(1, 0, 1)


@pytest.mark.parametrize(
    ("category", "readings"),
    [(SPATIAL, [(4, 3), (5,), (5,)]), (LOGICAL, [(1, 1), (1, 0)])],
)
def test_official_another_number_of_entries_stops(category: str, readings: Any) -> None:
    with pytest.raises(InputError, match="4 numbers"):
        case_values(category, readings, profile="official")


def test_one_failed_answer_fails_the_case() -> None:
    assert case_values(SPATIAL, [FAILED, (5,), (5,)]) == FAILED
    assert case_values(LOGICAL, [(1,), FAILED]) == FAILED


def test_a_consistency_free_case_has_two_calls_and_no_consistency() -> None:
    found = case_values(SPATIAL, [(5,), (4,)], consistency_free="true")
    assert found == values(None, 5, 4)
    assert asked(SPATIAL, "true") == ("reasoning", "quality")


def test_a_false_flag_counts_as_set_officially_only() -> None:
    assert len(asked(SPATIAL, "false", "official")) == 2
    assert len(asked(SPATIAL, "false")) == len(asked(SPATIAL, "null", "official")) == 3


def test_official_a_logical_case_without_consistency_stops() -> None:
    with pytest.raises(InputError, match="consistency_free"):
        case_values(LOGICAL, [(1,), (1,)], consistency_free="true", profile="official")
    assert case_values(LOGICAL, [(1,), (1,)], consistency_free="true") == values(5, 5)


def test_a_wrong_number_of_readings_is_refused() -> None:
    with pytest.raises(InputError, match="2 readings for the 3 calls"):
        case_values(SPATIAL, [(5,), (5,)])


@pytest.mark.parametrize(
    ("c", "r", "v", "logical", "without", "expected"),
    [
        (5, 3, 1, False, False, 3.2),
        (5, 3, 1, False, True, 2.6),
        (5, 5, None, True, False, 5.0),
        (1, 5, None, True, False, 3.8),
        (5, 1, None, True, False, 1.1),
        (5, 1, 5, False, False, 1.5),
        (1, 1, 1, False, False, 1.0),
        (1, 1, 1, False, True, 1.0),
        (None, 5, 4, False, True, 4.8),
        (None, 5, 4, False, False, None),
        (5, None, 4, False, False, None),
        (5, 5, None, False, True, None),
    ],
)
def test_weights_and_the_halving_of_wrong_reasoning(
    c: float | None,
    r: float | None,
    v: float | None,
    logical: bool,
    without: bool,
    expected: float | None,
) -> None:
    found = score(values(c, r, v), logical=logical, without_consistency=without)
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("flag", "column", "official", "corrected"),
    [
        ("missing", False, False, False),
        ("missing", True, True, False),
        ("null", True, False, False),
        ("false", True, False, False),
        ("true", True, True, True),
    ],
)
def test_a_missing_cell_is_true_as_soon_as_the_column_exists(
    flag: Flag, column: bool, official: bool, corrected: bool
) -> None:
    assert weighs_without_consistency(flag, column=column, profile="official") is official
    assert weighs_without_consistency(flag, column=column, profile="corrected") is corrected


@pytest.mark.parametrize(
    ("of", "logical", "flag", "upstream", "bagel"),
    [
        (values(5, 5, 5), False, "missing", 1, 1),
        (values(4, 5, 5), False, "missing", 0, 0),
        (values(5, 5, 4), False, "missing", 0, 0),
        (values(None, 5, 5), False, "true", 1, 0),
        (values(None, 5, 5), False, "false", 1, 0),
        (values(None, 4, 5), False, "true", 0, 0),
        (values(5, 5), True, "missing", 1, 1),
        (values(1, 5), True, "missing", 0, 0),
    ],
)
def test_the_mark_asks_for_five_in_everything_asked(
    of: Values, logical: bool, flag: Flag, upstream: int, bagel: int
) -> None:
    given: Any = {"logical": logical, "flag": flag, "profile": "official"}
    assert mark(of, **given) == upstream
    assert mark(of, **given, lineage="bagel") == bagel

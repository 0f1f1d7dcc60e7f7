"""RISEBench: the report."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.profile import Profile
from editloop.evals.suites.rise.aggregate import RiseRow, RiseTable, aggregate
from editloop.evals.suites.rise.cases import COUNTS, SUBTASKS, Flag
from editloop.evals.suites.rise.scoring import Reading, Values, case_values
from editloop.evals.suites.unscored import Unscored
from editloop.memory.errors import InputError

TEMPORAL, CAUSAL, SPATIAL, LOGICAL = COUNTS


def row(index: str, category: str, readings: Sequence[Reading], flag: Flag = "missing") -> RiseRow:
    found = case_values(category, readings, consistency_free=flag, profile="official")
    fields = {"index": index, "category": category, "consistency_free": flag}
    if isinstance(found, Unscored):
        return RiseRow.model_validate(fields | {"why": found})
    return RiseRow.model_validate(fields | {"values": found})


def vector(flag: Flag = "true") -> list[RiseRow]:
    failed = Unscored(reason="unreadable")
    return [
        row("t1", TEMPORAL, [(5,), (5,)], flag),
        row("t2", TEMPORAL, [(5,), (3,), (1,)]),
        row("s1", SPATIAL, [(5,), (5,), (5,)]),
        row("c1", CAUSAL, [failed, (5,), (5,)]),
        row("l1", LOGICAL, [(1,), (0,)]),
    ]


def shown(table: RiseTable, name: str) -> tuple[float | None, float | None, float | None]:
    line = table.line(name)
    return line.score, line.percentage, line.accuracy


def near(*values: float | None) -> tuple[object, ...]:
    return tuple(each if each is None else pytest.approx(each) for each in values)


def test_the_counts_are_those_of_the_data_set() -> None:
    assert sum(COUNTS.values()) == 360
    assert {name: sum(each.values()) for name, each in SUBTASKS.items()} == COUNTS


def test_official_vector() -> None:
    table = aggregate(vector(), "official", lineage="bagel")
    assert shown(table, "Temporal") == near(3.8, 70.0, 0.0)
    assert shown(table, "Causal") == (None, None, 0.0)
    assert shown(table, "Spatial") == near(5.0, 100.0, 1.0)
    assert shown(table, "Logical") == near(1.1, 2.5, 0.0)
    assert shown(table, "Overall") == near(3.425, 60.625, 0.2)


def test_official_upstream_lets_a_case_without_consistency_be_right() -> None:
    table = aggregate(vector(), "official")
    assert table.line("Temporal").accuracy == 0.5
    assert table.line("Overall").accuracy == 0.4


def test_corrected_weighs_each_case_by_its_own_flag_and_counts_no_failure_as_wrong() -> None:
    table = aggregate(vector())
    assert shown(table, "Temporal") == near(4.1, 77.5, 0.5)
    assert shown(table, "Causal") == (None, None, None)
    assert table.line("Overall").accuracy == 0.5
    assert table.line("Overall").counts.unscored == {"unreadable": 1}


def test_official_one_flag_anywhere_changes_the_weights_of_every_other_case() -> None:
    plain = [row("t2", TEMPORAL, [(5,), (3,), (1,)]), row("s1", SPATIAL, [(5,), (5,), (5,)])]
    assert aggregate(plain, "official").line("Temporal").score == pytest.approx(3.2)
    flagged = [*plain, row("l1", LOGICAL, [(1,), (1,)], "null")]
    assert aggregate(flagged, "official").line("Temporal").score == pytest.approx(2.6)
    assert aggregate(flagged).line("Temporal").score == pytest.approx(3.2)


def test_official_a_false_flag_keeps_the_consistency_that_was_never_asked_so_no_score() -> None:
    table = aggregate(vector("false"), "official")
    assert table.line("Temporal").score == pytest.approx(2.6)
    assert table.line("Temporal").accuracy == 0.5


def test_official_stops_when_every_row_failed() -> None:
    with pytest.raises(InputError, match="no row has a value"):
        aggregate([RiseRow(index="1", category=CAUSAL)], "official")
    line = aggregate([RiseRow(index="1", category=CAUSAL)]).line("Overall")
    assert (line.score, line.accuracy, line.counts.cases) == (None, None, 1)


def test_lines_stand_in_the_published_order_and_absent_subtasks_have_none() -> None:
    rows = vector()
    rows[1] = rows[1].but(subtask="Material Progression")
    rows[2] = rows[2].but(subtask="Layout Reasoning")
    rows[4] = rows[4].but(subtask="Something New")
    names = [line.name for line in aggregate(rows, "official").lines]
    assert names == [
        *("Overall", "Temporal", "Causal", "Spatial", "Logical"),
        *("Overall_Reasoning", "Overall_ApprConsistency", "Overall_VisualPlausibility_total"),
        *("Temporal_Reasoning", "Temporal_Consistency", "Temporal_Quality"),
        *("Causal_Reasoning", "Causal_Consistency", "Causal_Quality"),
        *("Spatial_Reasoning", "Spatial_Consistency", "Spatial_Quality"),
        *("Logical_Reasoning", "Logical_Consistency"),
        *("Temp-Material Progression", "Spa-Layout Reasoning"),
    ]


def test_dimension_lines_have_no_accuracy_and_skip_what_was_not_asked() -> None:
    table = aggregate(vector(), "official")
    assert shown(table, "Overall_ApprConsistency") == near(5.0, 100.0, None)
    assert shown(table, "Overall_Reasoning") == near(3.5, 62.5, None)
    assert shown(table, "Overall_VisualPlausibility_total") == near(11 / 3, 200 / 3, None)


def test_an_unknown_category_counts_overall_only() -> None:
    extra = RiseRow(
        index="x", category="other", values=Values(consistency=1, reasoning=5, plausibility=1)
    )
    table = aggregate([*vector()[1:], extra], "official")
    assert table.line("Overall").counts.cases == 5
    assert sum(table.line(name).counts.cases for name in ("Temporal", "Spatial")) == 2


def test_corrected_takes_the_last_row_of_a_case() -> None:
    first, second = row("s1", SPATIAL, [(1,), (1,), (1,)]), row("s1", SPATIAL, [(5,), (5,), (5,)])
    line = aggregate([first, second]).line("Overall")
    assert (line.score, line.counts.cases, line.counts.repeated) == (pytest.approx(5), 1, 1)


FLAGS = st.sampled_from(["missing", "missing", "null", "false", "true"])
ROWS = st.tuples(
    st.sampled_from(list(COUNTS)), FLAGS, st.lists(st.integers(1, 5), min_size=3, max_size=3)
)


def naive(drawn: list[tuple[str, str, list[int]]], profile: Profile) -> tuple[float, float]:
    """Overall score and accuracy of complete rows, by the text of the description."""
    sums, right = 0.0, 0
    anywhere = any(flag != "missing" for _, flag, _ in drawn)
    for category, flag, (c, r, v) in drawn:
        two = flag == "true" or (flag == "missing" and anywhere and profile == "official")
        if category == LOGICAL:
            s = 3 * c + 7 * r
        else:
            s = 2 * v + 8 * r if two else 3 * c + 5 * r + 2 * v
        sums += max(s / 20, 1) if r == 1 else s / 10
        free = flag in (("true", "false") if profile == "official" else ("true",))
        wanted = [c, r] if category == LOGICAL else [r, v] if free else [c, r, v]
        right += min(wanted) == 5
    return sums / len(drawn), right / len(drawn)


@settings(deadline=None, max_examples=80)
@given(st.lists(ROWS, min_size=1, max_size=30))
def test_both_profiles_agree_with_a_naive_count(drawn: list[tuple[str, str, list[int]]]) -> None:
    rows = [
        RiseRow.model_validate(
            {"index": str(at), "category": category, "consistency_free": flag}
            | {"values": {"consistency": c, "reasoning": r, "plausibility": v}}
        )
        for at, (category, flag, (c, r, v)) in enumerate(drawn)
    ]
    profiles: tuple[Profile, ...] = ("official", "corrected")
    for profile in profiles:
        score, accuracy = naive(drawn, profile)
        assert shown(aggregate(rows, profile), "Overall") == near(score, 25 * (score - 1), accuracy)

"""KRIS-Bench: the tables."""

from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.kris.aggregate import KrisRow, KrisTable, Line, aggregate, rows_of
from editloop.evals.suites.kris.cases import (
    CATEGORIES,
    COUNTS,
    DIMENSIONS,
    METRICS,
    Metric,
    frame_numbers,
    metrics_of,
    predicted_frame,
)
from editloop.evals.suites.profile import Profile
from editloop.evals.suites.unscored import Unscored
from editloop.memory.errors import InputError

PROFILES: tuple[Profile, ...] = ("official", "corrected")


def row(category: str, *scores: float | None, id: str = "1") -> KrisRow:
    """Scores in the order VC, VQ, IF, KP."""
    named = zip(METRICS, scores, strict=False)
    kept: dict[Metric, float] = {name: each for name, each in named if each is not None}
    return KrisRow(id=id, category=category, scores=kept)


def named(lines: tuple[Line, ...], name: str) -> Line:
    return {line.name: line for line in lines}[name]


def average(line: Line) -> float | None:
    assert line.average is not None
    return line.average.value


VECTOR = [
    row("count_change", 5, 3, 1),
    row("count_change", 4, 4, 4, id="2"),
    row("humanities", 5, 5, 5, 1),
]


def test_the_counts_are_those_of_the_data_set() -> None:
    assert sum(COUNTS.values()) == 1267
    assert len(CATEGORIES) == 20
    assert {each.dimension for each in CATEGORIES.values()} == set(DIMENSIONS)


@pytest.mark.parametrize("profile", PROFILES)
def test_vector(profile: Profile) -> None:
    table = aggregate(VECTOR, profile)
    attribute = named(table.dimensions, "Attribute Perception")
    values = {name: cell.value for name, cell in attribute.metrics.items()}
    assert values == {"consistency": 87.5, "quality": 62.5, "instruction": 37.5}
    assert average(attribute) == 62.5
    assert average(named(table.dimensions, "Social Science")) == 75.0
    assert average(named(table.kinds, "Factual")) == 62.5
    assert average(named(table.kinds, "Conceptual")) == 75.0
    assert average(table.overall) == 67.5


def test_official_leaves_empty_parts_out_and_corrected_shows_them_empty() -> None:
    official, corrected = aggregate(VECTOR, "official"), aggregate(VECTOR)
    assert [line.name for line in official.kinds] == ["Factual", "Conceptual"]
    assert len(official.categories) == 2
    assert len(corrected.categories) == 20
    assert average(named(corrected.kinds, "Procedural")) is None


def test_a_category_has_means_per_metric_and_no_average() -> None:
    line = named(aggregate(VECTOR, "official").categories, "humanities")
    assert line.average is None
    assert line.metrics["knowledge"].value == 0


@pytest.mark.parametrize(("score", "value"), [(0, -25), (9, 200), (3.5, 62.5)])
def test_official_clips_nothing(score: float, value: float) -> None:
    table = aggregate([row("count_change", score, 5, 5)], "official")
    assert named(table.categories, "count_change").metrics["consistency"].value == value


def test_corrected_takes_a_score_off_the_scale_for_absent() -> None:
    table = aggregate([*VECTOR[:2], row("count_change", 9, 5, 5, id="3")])
    line = named(table.categories, "count_change")
    assert line.metrics["consistency"].value == 87.5
    assert line.counts.unscored == {"out_of_range": 1}


def test_official_a_missing_score_shifts_the_average_and_corrected_leaves_the_case_out_of_it() -> (
    None
):
    rows = [*VECTOR[:2], row("count_change", 5, None, 5, id="3")]
    official = named(aggregate(rows, "official").dimensions, "Attribute Perception")
    corrected = named(aggregate(rows).dimensions, "Attribute Perception")
    assert average(official) == fmean([100, 50, 0, 75, 75, 75, 100, 100])
    assert average(corrected) == 62.5
    assert official.metrics["quality"] == corrected.metrics["quality"]
    assert corrected.metrics["quality"].values == 2
    assert corrected.counts.unscored == {"incomplete": 1}


@pytest.mark.parametrize("profile", PROFILES)
def test_knowledge_is_ignored_outside_its_dimensions_and_so_are_unknown_categories(
    profile: Profile,
) -> None:
    extra = [row("count_change", 5, 3, 1, 5), *VECTOR[1:], row("object_count", 1, 1, 1)]
    table = aggregate(extra, profile)
    assert average(table.overall) == 67.5
    assert table.ignored == 1


def test_dimensions_with_knowledge_weigh_four_values_per_case() -> None:
    table = aggregate([row("count_change", 1, 1, 1), row("humanities", 5, 5, 5, 5)], "official")
    assert average(table.overall) == pytest.approx(400 / 7)


def test_corrected_takes_the_last_row_of_a_case() -> None:
    table = aggregate([row("biology", 1, 1, 1, 1), row("biology", 5, 5, 5, 5)])
    assert (average(table.overall), table.overall.counts.repeated) == (100, 1)


def test_why_a_score_is_absent_is_counted() -> None:
    why = Unscored(reason="missing_image")
    absent = KrisRow(id="1", category="biology", whys=dict.fromkeys(METRICS, why))
    assert aggregate([absent]).overall.counts.unscored == {"missing_image": 1}


def test_rows_come_from_the_published_score_files() -> None:
    records = {"1": {"consistency_score": 5, "quality_score": 3, "instruction_score": None}}
    assert rows_of("count_change", records) == [row("count_change", 5, 3)]
    with pytest.raises(InputError, match="quality_score is '4'"):
        rows_of("count_change", {"1": {"quality_score": "4"}})


CASES = st.tuples(
    st.sampled_from(list(CATEGORIES)),
    st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=4, max_size=4),
)


def naive(rows: list[KrisRow], categories: set[str], metrics: tuple[Metric, ...]) -> float | None:
    total, number = 0.0, 0
    for each in rows:
        if each.category in categories:
            for metric in metrics:
                if metric in metrics_of(each.category) and metric in each.scores:
                    total += 25 * each.scores[metric] - 25
                    number += 1
    return total / number if number else None


def whole(rows: list[KrisRow]) -> list[KrisRow]:
    return [each for each in rows if set(metrics_of(each.category)) <= set(each.scores)]


@settings(deadline=None, max_examples=60)
@given(st.lists(CASES, max_size=40))
def test_both_profiles_agree_with_a_naive_count(
    drawn: list[tuple[str, list[int | None]]],
) -> None:
    rows = [row(name, *scores, id=str(at)) for at, (name, scores) in enumerate(drawn)]
    for profile in PROFILES:
        table = aggregate(rows, profile)
        pooled = rows if profile == "official" else whole(rows)
        for line in table.dimensions:
            own = {n for n, each in CATEGORIES.items() if each.dimension == line.name}
            assert average(line) == naive(pooled, own, METRICS)
            for metric, cell in line.metrics.items():
                assert cell.value == naive(rows, own, (metric,))
        for line in table.kinds:
            dimensions = {n for n, each in DIMENSIONS.items() if each.kind == line.name}
            own = {n for n, each in CATEGORIES.items() if each.dimension in dimensions}
            assert average(line) == naive(pooled, own, METRICS)
        assert average(table.overall) == naive(pooled, set(CATEGORIES), METRICS)
        _counted(table, rows)


def _counted(table: KrisTable, rows: list[KrisRow]) -> None:
    found = table.overall.counts
    assert (found.cases, found.scored) == (len(rows), len(whole(rows)))


@pytest.mark.parametrize(
    ("names", "frame"),
    [
        (["12-1.jpg", "12-2.jpg", "12-4.jpg"], 3),
        (["12-4.jpg", "12-1.jpg", "12-2.jpg"], 3),
        (["12-2.png", "12-3.png", "12-4.png"], 1),
        (["7-1.jpg", "7-2.jpg"], 3),
        (["7-1.jpg", "7-2.jpg", "7-3.jpg", "7-4.jpg"], 5),
    ],
)
def test_the_predicted_frame_is_the_absent_one_or_the_next(names: list[str], frame: int) -> None:
    assert predicted_frame(names) == frame


def test_a_name_without_a_frame_is_refused() -> None:
    with pytest.raises(InputError, match=r"7\.jpg"):
        frame_numbers(["7.jpg"])

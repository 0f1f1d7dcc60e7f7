"""GEdit-Bench: the tables."""

import csv
import io
from itertools import product
from math import nan, sqrt
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.gedit.aggregate import GEditRow, GEditTable, aggregate
from editloop.evals.suites.gedit.cases import COUNTS, GROUPS
from editloop.evals.suites.gedit.flags import read_flags
from editloop.evals.suites.profile import Profile
from editloop.evals.suites.unscored import Unscored
from editloop.memory.errors import InputError


def row(group: str, sc: float | None = 4, pq: float | None = 9, **more: object) -> GEditRow:
    fields = {"key": "k", "group": group, "language": "en", "semantics": sc, "quality": pq}
    return GEditRow.model_validate(fields | more)


def full(**more: object) -> list[GEditRow]:
    return [row(group, 4, 9, **more) for group in GROUPS]


def english(rows: list[GEditRow], profile: Profile = "official") -> GEditTable:
    return aggregate(rows, profile)[0]


def test_the_counts_are_those_of_the_data_set() -> None:
    assert sum(COUNTS.values()) == 606
    assert len(GROUPS) == 11


def naive(written: str, language: str, group: str) -> tuple[float, float, float]:
    """The three means of one group, from the text of its score file, the long way."""
    lists: tuple[list[float], list[float], list[float]] = ([], [], [])
    for line in csv.DictReader(io.StringIO(written)):
        if line["instruction_language"] == language and line["task"] == group:
            sc, pq = float(line["sementics_score"]), float(line["quality_score"])
            for values, value in zip(lists, (sc, pq, sqrt(sc * pq)), strict=True):
                values.append(value)
    a, b, c = (sum(values) / len(values) if values else nan for values in lists)
    return a, b, c


SCORES = st.integers(0, 10)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(GROUPS), st.sampled_from(["en", "cn"]), SCORES, SCORES),
        max_size=60,
    )
)
def test_both_profiles_agree_with_a_naive_count_when_nothing_is_missing(
    drawn: list[tuple[str, str, int, int]],
) -> None:
    drawn += [(g, lang, 5, 6) for g, lang in product(GROUPS, ["en", "cn"])]
    head = "task,instruction_language,sementics_score,quality_score\n"
    written = head + "".join(f"{g},{lang},{sc},{pq}\n" for g, lang, sc, pq in drawn)
    rows = [
        row(g, sc, pq, key=str(number), language=lang)
        for number, (g, lang, sc, pq) in enumerate(drawn)
    ]
    profiles: tuple[Profile, ...] = ("official", "corrected")
    for profile in profiles:
        for table in aggregate(rows, profile):
            expected = [naive(written, table.language, group) for group in GROUPS]
            found = [(m.full.semantics, m.full.quality, m.full.overall) for m in table.groups]
            assert found == [pytest.approx(each, abs=1e-12) for each in expected]
            averages = [fmean(column) for column in zip(*expected, strict=True)]
            line = table.average.full
            assert [line.semantics, line.quality, line.overall] == pytest.approx(averages)


def test_average_overall_is_not_the_root_of_the_averages() -> None:
    rows = [row(g, 1, 9) if g < "c" else row(g, 9, 1) for g in GROUPS]
    line = english(rows).average.full
    assert line.overall == 3
    assert line.semantics is not None
    assert line.quality is not None
    assert sqrt(line.semantics * line.quality) != 3


def test_group_sizes_do_not_matter_for_the_average() -> None:
    rows = full() + [row("ps_human", 0, 0, key=str(n)) for n in range(99)]
    assert english(rows).average.full.semantics == pytest.approx((10 * 4 + 4 / 100) / 11)


def test_official_a_group_without_rows_of_the_language_makes_the_average_nothing() -> None:
    rows = full(language="cn")
    table = english([*rows, *full()[1:]])
    assert table.groups[0].full.overall is None
    assert table.average.full.overall is None
    assert table.groups[1].full.overall == 6


def test_corrected_averages_the_groups_that_there_are_and_says_how_many() -> None:
    table = english(full()[1:], "corrected")
    assert (table.average.full.overall, table.averaged_groups) == (6, 10)


def test_official_a_missing_group_file_stops_the_script() -> None:
    with pytest.raises(InputError, match="background_change"):
        aggregate(full()[1:], "official")


def test_official_a_blank_score_empties_group_and_average() -> None:
    table = english([*full(), row("ps_human", None, key="blank")])
    human = table.groups[GROUPS.index("ps_human")].full
    assert (human.semantics, human.quality, human.overall) == (None, 9, None)
    assert table.average.full.semantics is None
    assert table.average.full.quality == 9


def test_corrected_a_blank_score_is_counted_and_left_out() -> None:
    why = Unscored(reason="missing_image", detail="no picture")
    rows = [*full(), row("ps_human", None, None, key="blank", why=why)]
    line = english(rows, "corrected").average.full
    assert line.overall == 6
    assert line.counts.cases == 12
    assert line.counts.scored == 11
    assert line.counts.unscored == {"missing_image": 1}


@pytest.mark.parametrize("profile", ["official", "corrected"])
def test_a_negative_product(profile: Profile) -> None:
    rows = [*full(), row("ps_human", -1, 4, key="bad")]
    if profile == "official":
        with pytest.raises(InputError, match="negative"):
            english(rows)
    else:
        counts = english(rows, profile).average.full.counts
        assert counts.unscored == {"out_of_range": 1}


def test_duplicates_count_twice_officially_and_the_last_one_corrected() -> None:
    rows = [*full(), row("ps_human", 0, 0)]
    at = GROUPS.index("ps_human")
    assert english(rows).groups[at].full.semantics == 2
    corrected = english(rows, "corrected").groups[at].full
    assert (corrected.semantics, corrected.counts.repeated) == (0, 1)


def test_a_blank_intersection_flag_counts_as_set_officially_only() -> None:
    rows = full()
    assert english(rows).average.intersection.overall == 6
    assert english(rows, "corrected").average.intersection.overall is None


def test_official_a_group_without_intersection_rows_empties_that_average_alone() -> None:
    rows = full(intersection=True)
    rows[0] = rows[0].but(intersection=False)
    table = english(rows)
    assert table.average.intersection.overall is None
    assert table.average.full.overall == 6


@pytest.mark.parametrize(
    ("column", "official", "corrected"),
    [
        (["True", "false", ""], [True, False, True], [True, False, None]),
        (["1", "0", "2", ""], [True, False, True, True], [True, False, None, None]),
        (["0.0", "1.0"], [False, True], [False, True]),
        (["no", "False", ""], [True, True, True], [None, False, None]),
        (["True", "0"], [True, True], [True, False]),
        ([], [], []),
    ],
)
def test_intersection_columns(
    column: list[str], official: list[bool], corrected: list[bool | None]
) -> None:
    assert read_flags(column, "official") == official
    assert read_flags(column) == corrected

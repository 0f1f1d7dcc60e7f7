"""ImgEdit-Bench: the table."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.imgedit.aggregate import (
    ImgEditRow,
    ImgEditTable,
    aggregate,
    hard_score,
)
from editloop.evals.suites.imgedit.cases import COUNTS, TITLES
from editloop.evals.suites.unscored import Unscored


def by_type(table: ImgEditTable) -> dict[str, float | None]:
    return {line.edit_type: line.score for line in table.types}


VECTOR = [
    ImgEditRow(key="1", score=4.33),
    ImgEditRow(key="2", score=3.67),
    ImgEditRow(key="3", score=2.0),
    ImgEditRow(key="unknown", score=5.0),
]
TYPES = {"1": "add", "2": "add", "3": "remove"}


def test_the_counts_are_those_of_the_data_set() -> None:
    assert sum(COUNTS.values()) == 737
    assert TITLES["compose"] == "Hybrid"


def test_official_vector() -> None:
    table = aggregate(VECTOR, TYPES, "official")
    assert by_type(table) == {"add": 4.0, "remove": 2.0}
    assert (table.micro, table.macro) == (3.75, 3.0)


def test_corrected_leaves_cases_of_other_data_out_of_the_overall() -> None:
    table = aggregate(VECTOR, TYPES)
    assert table.micro == pytest.approx((4.33 + 3.67 + 2) / 3)


def test_types_stand_in_order_of_first_appearance_and_empty_ones_are_absent() -> None:
    rows = [ImgEditRow(key="3", score=2), ImgEditRow(key="1", score=4), ImgEditRow(key="4")]
    table = aggregate(rows, TYPES | {"4": "style"}, "official")
    assert list(by_type(table)) == ["remove", "add"]


def test_rounding_goes_through_every_stage_officially_and_through_none_corrected() -> None:
    rows = [ImgEditRow(key="1", score=3.33), ImgEditRow(key="2", score=3.34)]
    assert by_type(aggregate(rows, TYPES, "official"))["add"] == round((3.33 + 3.34) / 2, 2)
    assert by_type(aggregate(rows, TYPES))["add"] == pytest.approx(3.335)


def test_official_drops_what_has_no_score() -> None:
    table = aggregate([*VECTOR[:3], ImgEditRow(key="9")], TYPES | {"9": "add"}, "official")
    assert by_type(table)["add"] == 4.0
    assert table.counts.cases == 4
    assert table.counts.scored == 3


def test_corrected_counts_absent_rows_as_missing_pictures_and_takes_the_last_of_two() -> None:
    why = Unscored(reason="ambiguous")
    rows = [
        ImgEditRow(key="1", score=1),
        ImgEditRow(key="1", score=4),
        ImgEditRow(key="2", why=why),
    ]
    table = aggregate(rows, TYPES)
    assert by_type(table) == {"add": 4, "remove": None}
    assert table.counts.unscored == {"ambiguous": 1, "missing_image": 1}
    assert (table.counts.repeated, table.counts.scored) == (1, 1)
    assert table.macro == 4


def test_the_hard_set_has_one_line() -> None:
    rows = [ImgEditRow(key="1", score=3), ImgEditRow(key="2", score=4), ImgEditRow(key="3")]
    assert hard_score(rows, "official").score == 3.5
    assert hard_score([ImgEditRow(key="3")], "official").score is None
    assert hard_score(rows).counts.scored == 2


def rounded(values: list[Decimal]) -> Decimal:
    """The mean to two decimals; exact here, because ties are kept out of the draw."""
    return (sum(values, Decimal()) / len(values)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(list(COUNTS)), st.integers(100, 500)), min_size=1))
def test_official_agrees_with_a_naive_count_in_decimals(drawn: list[tuple[str, int]]) -> None:
    types = {str(at): name for at, (name, _) in enumerate(drawn)}
    rows = [ImgEditRow(key=str(at), score=cents / 100) for at, (_, cents) in enumerate(drawn)]
    table = aggregate(rows, types, "official")
    for name, score in by_type(table).items():
        cents = [Decimal(c) / 100 for n, c in drawn if n == name]
        assert score == pytest.approx(float(rounded(cents)), abs=0.0101 if _tie(cents) else 1e-9)
    every = [Decimal(c) / 100 for _, c in drawn]
    assert table.micro == pytest.approx(float(rounded(every)), abs=0.0101 if _tie(every) else 1e-9)
    unrounded = aggregate(rows, types).micro
    assert unrounded == pytest.approx(float(sum(every, Decimal()) / len(every)))


def _tie(values: list[Decimal]) -> bool:
    """A mean that lies on half a cent: the binary number decides, not the decimal one."""
    return sum(values, Decimal()) * 1000 % (10 * len(values)) == 5 * len(values)

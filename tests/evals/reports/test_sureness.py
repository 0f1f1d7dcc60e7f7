"""Intervals: by case, in any order, over groups as over one."""

from random import Random
from statistics import fmean

import pytest

from editloop.evals.reports.sureness import draw, sure
from editloop.evals.reports.tables import Cell
from editloop.evals.suites.statistics import interval


def values(count: int, seed: int = 0) -> dict[str, tuple[float, ...]]:
    random = Random(seed)
    return {f"case {at}": (random.uniform(0, 10),) for at in range(count)}


def test_the_order_of_the_cases_changes_nothing() -> None:
    forward = values(50)
    backward = dict(reversed(forward.items()))
    assert sure(5.0, [draw(forward)]) == sure(5.0, [draw(backward)])


def test_a_plain_mean_has_the_interval_that_statistics_gives() -> None:
    known = values(200)
    ours = sure(fmean(v for (v,) in known.values()), [draw(known)])
    theirs = interval([v for (v,) in known.values()])
    assert ours.low == pytest.approx(theirs.low, abs=0.06)
    assert ours.high == pytest.approx(theirs.high, abs=0.06)


def test_a_mean_of_groups_weighs_a_small_group_like_a_large_one() -> None:
    small, large = {"a": (0.0,), "b": (10.0,)}, {f"c{at}": (5.0,) for at in range(1000)}
    cell = sure(5.0, [draw(small, seed=0), draw(large, seed=1)])
    assert (cell.low, cell.high) == (2.5, 7.5)


def test_values_of_one_case_are_drawn_together() -> None:
    apart = {f"{at}": (float(at % 2 * 10),) for at in range(20)}
    together = {"even": (0.0,) * 10, "odd": (10.0,) * 10}
    wide, narrow = sure(5.0, [draw(together)]), sure(5.0, [draw(apart)])
    assert (wide.low, wide.high) == (0.0, 10.0)
    assert narrow.low is not None
    assert narrow.low > 1


@pytest.mark.parametrize("cases", [{}, {"a": ()}, {"a": (1.0,)}, {"a": (1.0,), "b": ()}])
def test_fewer_than_two_scored_cases_have_no_interval(cases: dict[str, tuple[float, ...]]) -> None:
    assert sure(1.0, [draw(cases)]) == Cell(value=1.0)


def test_a_mean_of_groups_has_no_interval_where_a_group_has_one_case() -> None:
    lone, many = draw({"a": (1.0,)}), draw(values(10))
    assert sure(3.0, [lone, many]) == Cell(value=3.0)
    assert sure(3.0, [None, many]).low is not None


def test_a_number_that_is_absent_has_no_interval() -> None:
    assert sure(None, [draw(values(10))]) == Cell()

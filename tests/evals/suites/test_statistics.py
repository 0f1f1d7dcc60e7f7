"""Bootstrap intervals and paired comparisons."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.evals.suites.statistics import interval, paired
from editloop.memory.errors import InputError

VALUES = st.lists(st.floats(-100, 100), min_size=1, max_size=30)


@settings(deadline=None, max_examples=30)
@given(VALUES, st.integers(0, 2**31))
def test_the_interval_lies_inside_the_values_and_repeats_with_its_seed(
    values: list[float], seed: int
) -> None:
    found = interval(values, resamples=200, seed=seed)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found == interval(values, resamples=200, seed=seed)


def test_equal_values_leave_no_doubt() -> None:
    found = interval([4.0] * 10)
    assert (found.low, found.mean, found.high) == (4.0, 4.0, 4.0)


def test_the_width_is_that_of_the_normal_theory_for_many_cases() -> None:
    values = [0.0, 1.0] * 5000
    found = interval(values)
    assert found.mean == 0.5
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / 100, rel=0.1)


def test_more_confidence_is_wider() -> None:
    values = [float(each) for each in range(50)]
    narrow, wide = interval(values, confidence=0.5), interval(values, confidence=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_an_interval_of_nothing_or_of_no_number_is_refused(values: list[float]) -> None:
    with pytest.raises(InputError, match="at least one case"):
        interval(values)


def test_options_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="confidence"):
        interval([1.0], confidence=1.0)
    with pytest.raises(InputError, match="resamples"):
        interval([1.0], resamples=0)


def test_pairs_are_made_by_case_and_the_rest_is_counted() -> None:
    first = {"a": 1.0, "b": 2.0, "c": 3.0, "only": 9.0}
    second = {"a": 2.0, "b": 2.0, "c": 2.5, "new": 9.0, "newer": 9.0}
    found = paired(first, second)
    assert (found.better, found.equal, found.worse) == (1, 1, 1)
    assert (found.first_only, found.second_only) == (1, 2)
    assert found.difference.mean == pytest.approx(0.5 / 3)
    assert found.difference.cases == 3


def test_a_constant_gain_is_certain_although_the_cases_differ_widely() -> None:
    first = {str(each): float(each) for each in range(100)}
    second = {key: value + 0.25 for key, value in first.items()}
    found = paired(first, second)
    assert (found.difference.low, found.difference.high) == (0.25, 0.25)


def test_systems_without_a_common_case_are_not_compared() -> None:
    with pytest.raises(InputError, match="no scored case in common"):
        paired({"a": 1.0}, {"b": 1.0})


def test_the_suites_load_neither_numpy_nor_pyarrow_nor_pictures() -> None:
    code = (
        "import sys, importlib, itertools\n"
        "parts = itertools.product(['gedit', 'imgedit', 'kris', 'rise'],"
        " ['cases', 'parsing', 'aggregate', 'loading'])\n"
        "for suite, part in parts: importlib.import_module(f'editloop.evals.suites.{suite}.{part}')\n"
        "import editloop.evals.suites.statistics\n"
        "print({'numpy', 'pyarrow', 'PIL', 'sqlalchemy', 'pydantic_ai'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("set()", "")

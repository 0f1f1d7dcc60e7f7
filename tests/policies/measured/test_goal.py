from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.policies.measured.goal import EDGE, Band, at_most, effect

sizes = st.floats(1, 90)
errors = st.floats(0, 200)


def test_a_goal_on_its_target_is_fully_reached() -> None:
    assert effect(20, 3, 3).reached(20) == 1


def test_the_edge_of_the_band_is_still_reached_but_less() -> None:
    assert effect(20, 3, 3).reached(17) == EDGE
    assert effect(20, 3, 3).holds(17)


def test_nothing_done_reaches_nothing() -> None:
    assert effect(20, 3, 3).reached(0) == 0
    assert effect(-20, 3, 3).reached(0) == 0


def test_the_wrong_direction_reaches_nothing() -> None:
    assert effect(20, 3, 3).reached(-20) == 0
    assert effect(-20, 3, 3).reached(20) == 0


def test_a_value_that_is_not_a_number_reaches_nothing() -> None:
    assert effect(20, 3, 3).reached(float("nan")) == 0


def test_an_error_within_its_limit_is_reached() -> None:
    band = at_most(0.5, 4)
    assert band.reached(0) == 1
    assert band.holds(0.5)
    assert band.reached(4) == 0


@settings(deadline=None)
@given(sizes, st.sampled_from([-1, 1]), errors, errors)
def test_a_larger_error_never_reaches_more(
    size: float, sign: int, one: float, other: float
) -> None:
    band = effect(sign * size, 0.15 * size, 0.3 * size)
    small, large = sorted((one, other))
    for direction in (-1, 1):
        near = band.reached(band.target + direction * small)
        assert band.reached(band.target + direction * large) <= near + 1e-12


@settings(deadline=None)
@given(st.floats(-300, 300))
def test_reached_lies_between_0_and_1(measured: float) -> None:
    assert 0 <= Band(10, 8, 13, 0, 30).reached(measured) <= 1

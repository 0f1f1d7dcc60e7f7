import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.policies.measured.control import refined, step
from editloop.policies.measured.goal import Band, Goal, Handle, effect
from editloop.policies.measured.quality import Flaw
from editloop.policies.measured.wish import read_wishes
from editloop.tools.retouch.english import read
from editloop.tools.retouch.photometric import Brightness, Highlights


def brightness_goal(target: float, measured: float) -> Goal:
    band = effect(target, 0.15 * abs(target), 0.15 * abs(target))
    return Goal("mean lightness", "", " %", band, measured, handles=(Handle(0, "amount"),))


def amount(instruction: str) -> float:
    found = [op for op in read(instruction).operations if isinstance(op, Brightness)]
    return found[0].amount


def test_an_undershoot_asks_for_more() -> None:
    told = "brighten by 20%"
    new = refined(read_wishes(told), told, [brightness_goal(20, 14)], [])
    assert 20 < amount(new) < 30


def test_an_overshoot_asks_for_less() -> None:
    told = "brighten by 20%"
    new = refined(read_wishes(told), told, [brightness_goal(20, 30)], [])
    assert 12 < amount(new) < 20


def test_the_step_starts_from_what_was_told_and_not_from_what_was_asked() -> None:
    goal = brightness_goal(20, 16)
    new = refined(read_wishes("brighten by 20%"), "brighten by 30%", [goal], [])
    assert 35 < amount(new) < 40


def test_a_reached_goal_leaves_the_words_byte_for_byte() -> None:
    told = "Please  brighten by 20 %!"
    assert refined(read_wishes("brighten by 20%"), told, [brightness_goal(20, 19.9)], []) == told


def test_prose_that_cannot_be_read_falls_back_to_what_was_asked() -> None:
    told = "Let a soft luminous atmosphere embrace the whole scene."
    new = refined(read_wishes("brighten by 20%"), told, [brightness_goal(20, 10)], [])
    assert amount(new) > 20


def test_what_another_thinker_added_on_its_own_is_dropped_when_something_is_missed() -> None:
    told = "brighten by 20%, make it sepia"
    new = refined(read_wishes("brighten by 20%"), told, [brightness_goal(20, 12)], [])
    assert [op.op for op in read(new).operations] == ["brightness"]


def test_a_clause_that_was_lost_comes_back() -> None:
    wishes = read_wishes("brighten by 20%, flip horizontally")
    new = refined(wishes, "brighten by 20%", [brightness_goal(20, 12)], [])
    assert [op.op for op in read(new).operations] == ["brightness", "flip"]


def test_lost_highlights_are_protected_before_the_light_is_raised() -> None:
    told = "brighten by 20%"
    flaw = Flaw("highlights lost", " %", 4.0, 2.8)
    new = refined(read_wishes(told), told, [brightness_goal(20, 20)], [flaw])
    first, second = read(new).operations
    assert isinstance(first, Highlights)
    assert first.amount < 0
    assert isinstance(second, Brightness)


def test_highlights_that_the_user_asked_for_are_never_protected_against() -> None:
    told = "brighten the highlights by 20%"
    flaw = Flaw("highlights lost", " %", 4.0, 2.8)
    assert refined(read_wishes(told), told, [], [flaw]) == told


def test_a_goal_within_a_wide_band_is_not_left_by_a_leap() -> None:
    goal = Goal("contrast", "", " %", Band(15, 1, 34, 0, 64), 2.8, handles=(Handle(0, "amount"),))
    assert 45 < step(goal, 45, 15) <= 1.35 * 45


@settings(deadline=None)
@given(st.floats(1, 60), st.floats(0.35, 2.5), st.sampled_from([-1, 1]))
def test_on_a_straight_editor_every_step_shrinks_the_error(
    size: float, response: float, sign: int
) -> None:
    target = told = sign * size
    for _ in range(4):
        goal = brightness_goal(target, response * told)
        error = abs(target - goal.measured)
        told = step(goal, told, target)
        assert abs(target - response * told) <= error + 1e-9
    assert abs(target - response * told) < 0.15 * size


@pytest.mark.parametrize("measured", [0.0, -20.0, float("nan")])
def test_a_step_stays_finite_when_the_measurement_makes_no_sense(measured: float) -> None:
    assert 0 < step(brightness_goal(20, measured), 20, 20) <= 60

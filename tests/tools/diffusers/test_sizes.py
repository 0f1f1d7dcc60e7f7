"""The size that a pipeline works at."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as some

from editloop.memory import PictureError
from editloop.tools.diffusers.sizes import MEGAPIXEL, SizeRule

SIDES = some.integers(64, 8000)


@given(SIDES, SIDES, some.sampled_from((8, 16, 32)))
def test_sides_are_multiples_and_the_area_is_kept(width: int, height: int, multiple: int) -> None:
    rule = SizeRule(multiple=multiple, longest=200)
    made = rule.fit((width, height))
    assert made[0] % multiple == made[1] % multiple == 0
    if min(made) > 64:
        assert made[0] * made[1] <= MEGAPIXEL


@given(some.integers(512, 8000), some.integers(512, 8000))
def test_the_aspect_of_an_ordinary_picture_is_kept(width: int, height: int) -> None:
    made = SizeRule(longest=20).fit((width, height))
    drift = abs(log(made[0] / made[1] / (width / height)))
    assert drift < 16 / min(made)


def test_a_picture_that_fits_stays_as_it_is() -> None:
    assert SizeRule().fit((832, 1248)) == (832, 1248)


def test_a_large_picture_is_scaled_down() -> None:
    assert SizeRule().fit((6000, 4000)) == (1248, 832)


def test_a_small_picture_is_enlarged_only_where_the_model_needs_it() -> None:
    assert SizeRule().fit((256, 256)) == (256, 256)
    assert SizeRule(enlarges=True).fit((256, 256)) == (1024, 1024)


def test_a_tiny_side_is_brought_to_the_least() -> None:
    assert min(SizeRule(least=64).fit((30, 40))) == 64


def test_rounding_can_follow_the_pipeline() -> None:
    up = SizeRule(enlarges=True, rounding="up")
    nearest = SizeRule(multiple=32, enlarges=True, rounding="nearest")
    assert up.fit((300, 200)) == (1264, 848)
    assert nearest.fit((300, 200)) == (1248, 832)


def test_a_long_narrow_picture_is_refused_and_says_so() -> None:
    with pytest.raises(PictureError, match=r"2000x100: one side is 20.0 times"):
        SizeRule().fit((2000, 100))

import numpy as np
import pytest
from PIL import Image

from editloop.evals.embedded.cases import CASES, Case
from editloop.evals.embedded.facts import facts


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (60, 40)) -> Image.Image:
    return Image.new("RGB", size, colour)


def scene() -> Image.Image:
    """A blue sky over brown ground, with noise."""
    random = np.random.default_rng(4).normal(0, 6, (90, 120, 3))
    field = np.empty((90, 120, 3))
    field[:45], field[45:] = (70, 110, 190), (110, 85, 60)
    field += random + np.linspace(-30, 30, 120)[:, None]
    return Image.fromarray(np.clip(field, 0, 255).astype(np.uint8))


def test_luma_is_that_of_rec_709() -> None:
    assert facts(plain((255, 0, 0))).luma == pytest.approx(0.2126 * 255)
    assert facts(plain((0, 255, 0))).luma == pytest.approx(0.7152 * 255)


def test_grey_has_no_colour_and_red_is_warm() -> None:
    grey, red = facts(plain((90, 90, 90))), facts(plain((200, 90, 60)))
    assert (grey.colour, grey.colourful, grey.warmth) == (0, 0, 0)
    assert (red.colour, red.colourful, red.warmth) == (140, 140, 140)


def test_white_and_black_are_clipped_and_a_full_red_is_not() -> None:
    assert facts(plain((255, 255, 255))).clipped == 1
    assert facts(plain((0, 0, 0))).clipped == 1
    assert facts(plain((255, 0, 0))).clipped == 0


def test_top_and_bottom_are_thirds_and_the_border_is_one_pixel() -> None:
    image = plain((100, 100, 100), (60, 60))
    image.paste((200, 200, 200), (0, 0, 60, 20))
    found = facts(image)
    assert found.top == pytest.approx(200)
    assert found.bottom == pytest.approx(100)
    framed = plain((255, 255, 255))
    framed.paste((0, 0, 0), (1, 1, 59, 39))
    assert facts(framed).border == 255


def test_blue_is_measured_on_bluish_pixels_only() -> None:
    image = plain((200, 50, 50))
    image.paste((50, 50, 100), (0, 0, 60, 20))
    assert facts(image).blue == pytest.approx(0.5)
    assert facts(plain((200, 50, 50))).blue == 0


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.kind != "colour-selective"],
    ids=lambda case: case.instruction,
)
def test_no_check_holds_for_the_source_itself(case: Case) -> None:
    found = facts(scene())
    assert not case.check(found, found)


def test_the_check_of_blues_fails_on_a_source_that_has_blues() -> None:
    case = next(case for case in CASES if case.kind == "colour-selective")
    found = facts(scene())
    assert found.blue > 0
    assert not case.check(found, found)

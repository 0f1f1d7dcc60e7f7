"""Operations on chroma and hue do in numbers what they say."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image

from editloop.tools.instruments.colour import Floats, chroma, hue, hue_band_weight

Cook = Callable[..., Image.Image]
Measure = Callable[[Image.Image], Floats]


@pytest.mark.parametrize("amount", [-60, -20, 20])
def test_saturation_scales_mean_chroma(
    chart: Image.Image, cook: Cook, lab: Measure, amount: float
) -> None:
    before = chroma(lab(chart)).mean()
    after = chroma(lab(cook(chart, {"op": "saturation", "amount": amount}))).mean()
    assert after / before == pytest.approx(1 + amount / 100, abs=0.02)


@pytest.mark.parametrize(("op", "axis"), [("temperature", 2), ("tint", 1)])
@pytest.mark.parametrize("amount", [-20, 10])
def test_temperature_and_tint_shift_grey_by_a_thousandth_per_unit(
    cook: Cook, lab: Measure, op: str, axis: int, amount: float
) -> None:
    grey = Image.new("RGB", (4, 4), (128, 128, 128))
    before, after = lab(grey)[0, 0], lab(cook(grey, {"op": op, "amount": amount}))[0, 0]
    shift = np.zeros(3)
    shift[axis] = amount / 1000
    assert after - before == pytest.approx(shift, abs=0.003)


def test_pure_white_stays_clean_when_a_picture_gets_warmer(cook: Cook) -> None:
    white = Image.new("RGB", (4, 4), (255, 255, 255))
    assert cook(white, {"op": "temperature", "amount": 50}).tobytes() == white.tobytes()


@pytest.mark.parametrize("operation", [{"op": "grayscale"}, {"op": "saturation", "amount": -100}])
def test_grayscale_is_exactly_grey_and_keeps_lightness(
    cube: Image.Image, cook: Cook, lab: Measure, operation: dict[str, Any]
) -> None:
    after = cook(cube, operation)
    assert not np.ptp(np.asarray(after), axis=2).any()
    assert np.abs(lab(after)[..., 0] - lab(cube)[..., 0]).max() < 0.01


def test_vibrance_helps_pale_colours_more_than_strong_ones_and_spares_skin(
    cook: Cook, lab: Measure
) -> None:
    colours = [(120, 130, 150), (60, 90, 200), (200, 160, 140)]  # pale blue, strong blue, skin
    image = Image.new("RGB", (3, 1))
    image.putdata(colours)
    ratio = chroma(lab(cook(image, {"op": "vibrance", "amount": 50}))) / chroma(lab(image))
    pale, strong, skin = ratio[0]
    assert pale > strong > 1
    assert pale > skin + 0.15


@pytest.mark.parametrize("degrees", [-150, 30, 90])
def test_hue_turns_every_colour_by_the_angle(
    chart: Image.Image, cook: Cook, lab: Measure, degrees: float
) -> None:
    before, after = lab(chart), lab(cook(chart, {"op": "hue", "degrees": degrees}))
    clear = (chroma(before) > 0.06) & (chroma(after) > 0.06)
    turned = np.mod(hue(after) - hue(before) - degrees + 180, 360) - 180
    assert np.abs(turned[clear]).max() < 4


def test_a_hue_band_moves_its_hue_and_no_other(cook: Cook, lab: Measure) -> None:
    image = Image.new("RGB", (2, 1))
    image.putdata([(80, 100, 170), (200, 60, 50)])
    band = {"op": "hue_band", "hue": "blue", "degrees": -20, "saturation": -20, "lightness": 20}
    before, after = lab(image), lab(cook(image, band))
    assert np.array_equal(np.asarray(cook(image, band))[0, 1], (200, 60, 50))
    assert hue(after)[0, 0] - hue(before)[0, 0] == pytest.approx(-20, abs=4)
    assert chroma(after)[0, 0] / chroma(before)[0, 0] == pytest.approx(0.8, abs=0.03)
    assert after[0, 0, 0] / before[0, 0, 0] == pytest.approx(1.2, abs=0.03)


def test_sepia_at_full_strength_leaves_one_hue(cube: Image.Image, cook: Cook, lab: Measure) -> None:
    after = lab(cook(cube, {"op": "sepia"}))
    clear = chroma(after) > 0.03
    assert clear.any()
    assert np.ptp(hue(after)[clear]) < 12


def test_invert_is_exact_and_its_own_inverse(cube: Image.Image, cook: Cook) -> None:
    negative = cook(cube, {"op": "invert"})
    assert np.array_equal(np.asarray(negative), 255 - np.asarray(cube))
    assert cook(negative, {"op": "invert"}).tobytes() == cube.tobytes()


@pytest.mark.parametrize("levels", [2, 5, 64])
def test_posterize_leaves_as_many_tones_as_it_says(
    ramp: Image.Image, cook: Cook, levels: int
) -> None:
    tones = np.unique(np.asarray(cook(ramp, {"op": "posterize", "levels": levels})))
    assert len(tones) == levels
    assert (tones[0], tones[-1]) == (0, 255)


def test_strong_saturation_does_not_shift_hues_in_photos(
    some_photos: Sequence[Image.Image], cook: Cook, lab: Measure
) -> None:
    for photo in some_photos:
        before, after = lab(photo), lab(cook(photo, {"op": "saturation", "amount": 60}))
        clear = (chroma(before) > 0.08) & (before[..., 0] > 0.3)
        turned = np.abs(np.mod(hue(after) - hue(before) + 180, 360) - 180)[clear]
        assert turned.size == 0 or np.percentile(turned, 99) < 5.5


def test_yellow_flowers_stay_yellow_when_exposed_more(cook: Cook, lab: Measure) -> None:
    petal = Image.new("RGB", (2, 2), (246, 190, 10))
    brighter = lab(cook(petal, {"op": "exposure", "stops": 0.7}))
    assert chroma(brighter)[0, 0] > 0.6 * chroma(lab(petal))[0, 0]
    assert hue_band_weight(brighter, "yellow")[0, 0] > 0.5


@pytest.mark.parametrize("colour", [(230, 130, 20), (250, 170, 20)])
def test_an_orange_in_more_light_does_not_turn_to_salmon_pink(
    cook: Cook, lab: Measure, colour: tuple[int, int, int]
) -> None:
    fruit = Image.new("RGB", (2, 2), colour)
    before, after = lab(fruit), lab(cook(fruit, {"op": "exposure", "stops": 1.0}))
    assert after[0, 0, 0] > before[0, 0, 0] + 0.05
    assert chroma(after)[0, 0] > 0.75 * chroma(before)[0, 0]
    assert 0 <= hue(after)[0, 0] - hue(before)[0, 0] < 20

"""Operations on lightness do in numbers what they say."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image

from editloop.tools.instruments.colour import Floats, smoothstep

Cook = Callable[..., Image.Image]
Measure = Callable[[Image.Image], Floats]


@pytest.mark.parametrize("amount", [-30, -10, 10, 20])
def test_brightness_moves_mean_lightness_by_its_per_cents(
    chart: Image.Image, cook: Cook, lab: Measure, amount: float
) -> None:
    before, after = lab(chart)[..., 0], lab(cook(chart, {"op": "brightness", "amount": amount}))
    assert after[..., 0].mean() / before.mean() == pytest.approx(1 + amount / 100, abs=0.01)


@pytest.mark.parametrize("amount", [-60, -20, 20, 40])
def test_contrast_moves_the_spread_and_keeps_the_mean(
    chart: Image.Image, cook: Cook, lab: Measure, amount: float
) -> None:
    before = lab(chart)[..., 0]
    after = lab(cook(chart, {"op": "contrast", "amount": amount}))[..., 0]
    assert after.std() / before.std() == pytest.approx(1 + amount / 100, abs=0.02)
    assert after.mean() == pytest.approx(before.mean(), abs=0.01)


@pytest.mark.parametrize("op", ["brightness", "contrast"])
@pytest.mark.parametrize("amount", [25, 100])
def test_brightness_and_contrast_keep_black_and_white_and_the_order_of_tones(
    ramp: Image.Image, cook: Cook, op: str, amount: float
) -> None:
    tones = np.asarray(cook(ramp, {"op": op, "amount": amount}))[0, :, 0].astype(int)
    assert (tones[0], tones[255]) == (0, 255)
    assert (np.diff(tones) >= 0).all()


def test_brightness_does_not_drive_photos_into_clipping(
    some_photos: Sequence[Image.Image], cook: Cook
) -> None:
    for photo in some_photos:
        after = cook(photo, {"op": "brightness", "amount": 20})
        assert _white(after) <= _white(photo) + 0.03


@pytest.mark.parametrize("stops", [-2.0, -1.0, 0.5, 1.0])
def test_exposure_multiplies_linear_light_below_the_shoulder(
    cook: Cook, lab: Measure, stops: float
) -> None:
    grey = Image.new("RGB", (4, 4), (90, 90, 90))
    before = lab(grey)[0, 0, 0] ** 3
    after = lab(cook(grey, {"op": "exposure", "stops": stops}))[0, 0, 0] ** 3
    assert after / before == pytest.approx(2**stops, rel=0.04)


def test_exposure_rolls_highlights_off_instead_of_clipping(ramp: Image.Image, cook: Cook) -> None:
    tones = np.asarray(cook(ramp, {"op": "exposure", "stops": 1}))[0, :, 0]
    assert tones[255] == 255
    assert tones[240] < 253


@pytest.mark.parametrize(
    ("op", "amount", "low", "high"),
    [
        ("highlights", -12, 0.55, 0.75),
        ("highlights", 8, 0.55, 0.75),
        ("shadows", 25, 0.55, 0.35),
        ("shadows", -25, 0.55, 0.35),
    ],
)
def test_highlights_and_shadows_move_the_mean_of_their_part(
    chart: Image.Image,
    cook: Cook,
    lab: Measure,
    op: str,
    amount: float,
    low: float,
    high: float,
) -> None:
    before = lab(chart)[..., 0]
    after = lab(cook(chart, {"op": op, "amount": amount}))[..., 0]
    part = smoothstep(before, low, high)
    rest = before < 0.4 if op == "highlights" else before > 0.7
    moved = (part * after).sum() / (part * before).sum() - 1
    assert moved == pytest.approx(amount / 100, abs=0.05)
    assert after[rest].mean() == pytest.approx(before[rest].mean(), abs=0.01)


def test_shadows_keep_their_texture_when_lifted(cook: Cook, lab: Measure) -> None:
    y, x = np.mgrid[0:200, 0:300]
    tones = np.where(x < 150, 40, 200) + 8 * ((x // 2 + y // 2) % 2)
    image = Image.fromarray(tones.astype(np.uint8)).convert("RGB")
    after = np.asarray(cook(image, {"op": "shadows", "amount": 40}), np.float32)[..., 0]
    assert after[60:140, 40:110].mean() > 50
    assert after[60:140, 40:110].std() > 4


@pytest.mark.parametrize(("op", "value"), [("whites", 255), ("blacks", 0)])
def test_whites_and_blacks_move_their_end_by_a_quarter(
    ramp: Image.Image, cook: Cook, lab: Measure, op: str, value: int
) -> None:
    sign = -1 if value else 1
    after = lab(cook(ramp, {"op": op, "amount": sign * 100}))[0, value, 0]
    assert after == pytest.approx((value == 255) + sign * 0.25, abs=0.01)


def test_a_curve_goes_through_its_points(ramp: Image.Image, cook: Cook, lab: Measure) -> None:
    points = [(0, 0.1), (0.5, 0.7), (1, 0.9)]
    before = lab(ramp)[0, :, 0]
    after = lab(cook(ramp, {"op": "curve", "points": points}))[0, :, 0]
    for x, y in points:
        assert np.interp(x, before, after) == pytest.approx(y, abs=0.01)
    assert (np.diff(after) >= -1e-6).all()


def test_a_curve_of_one_channel_leaves_the_others_alone(chart: Image.Image, cook: Cook) -> None:
    curve = {"op": "curve", "points": [(0, 0), (0.5, 0.6), (1, 1)], "channel": "red"}
    before, after = np.asarray(chart), np.asarray(cook(chart, curve))
    assert (after[..., 0] >= before[..., 0]).all()
    assert np.array_equal(after[..., 1:], before[..., 1:])


def test_grey_pictures_stay_exactly_grey_under_every_tone_operation(
    ramp: Image.Image, cook: Cook
) -> None:
    for op in ("brightness", "contrast", "highlights", "shadows", "whites", "blacks", "clarity"):
        assert not np.ptp(np.asarray(cook(ramp, {"op": op, "amount": 30})), axis=2).any()


def _white(image: Image.Image) -> float:
    return float((np.asarray(image, np.uint8).min(axis=2) == 255).sum()) / (
        image.width * image.height
    )


def test_a_light_part_gets_darker_by_the_per_cents_that_were_asked(
    cook: Cook, lab: Measure
) -> None:
    values = np.tile(np.linspace(200, 250, 256).astype(np.uint8), (64, 1))
    sky = Image.fromarray(values).convert("RGB")
    before, after = lab(sky), lab(cook(sky, {"op": "brightness", "amount": -20}))
    assert after[..., 0].mean() / before[..., 0].mean() == pytest.approx(0.8, abs=0.01)
    assert np.all(np.diff(after[0, :, 0]) >= -1e-6)

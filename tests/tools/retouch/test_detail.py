"""Operations that look at neighbours, and the effects."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image

from editloop.tools.instruments.colour import Floats, chroma
from editloop.tools.retouch.noise import noise_level

Cook = Callable[..., Image.Image]
Measure = Callable[[Image.Image], Floats]


@pytest.fixture
def noisy() -> Image.Image:
    """Two flat halves and noise with a standard deviation of 6 levels."""
    generator = np.random.Generator(np.random.Philox(5))
    flat = np.repeat(np.array([80, 170]), 150)[None, :, None]
    noise = generator.standard_normal((300, 300, 3)) * 6
    return Image.fromarray(np.clip(flat + noise, 0, 255).astype(np.uint8))


@pytest.fixture
def edge() -> Image.Image:
    tones = np.repeat(np.array([[90, 160]], np.uint8), 150, axis=1)
    return Image.fromarray(np.repeat(tones, 200, axis=0)).convert("RGB")


def test_the_estimated_noise_is_that_which_was_added(noisy: Image.Image) -> None:
    assert noise_level(np.asarray(noisy)[..., 0]) == pytest.approx(6, rel=0.1)


@pytest.mark.parametrize("amount", [40, 80])
def test_denoise_removes_about_its_share_and_keeps_the_edge(
    noisy: Image.Image, cook: Cook, amount: float
) -> None:
    before = np.asarray(noisy, np.float32)
    after = np.asarray(cook(noisy, {"op": "denoise", "amount": amount}), np.float32)
    left = after[:, 20:130].std() / before[:, 20:130].std()
    assert left == pytest.approx(1 - amount / 100, abs=0.12)
    assert after[:, 154:].mean() - after[:, :146].mean() > 85


def test_sharpen_steepens_an_edge_without_a_wide_halo(edge: Image.Image, cook: Cook) -> None:
    soft = cook(edge, {"op": "blur", "radius": 1.5})
    sharp = np.asarray(cook(soft, {"op": "sharpen", "amount": 100, "radius": 1.5}), int)[100, :, 0]
    assert np.diff(sharp).max() > 1.15 * np.diff(np.asarray(soft, int)[100, :, 0]).max()
    assert np.abs(sharp[:140] - 90).max() <= 1
    assert sharp.min() > 90 - 15
    assert sharp.max() < 160 + 15


def test_sharpen_leaves_smooth_tones_smooth(ramp: Image.Image, cook: Cook) -> None:
    wide = ramp.resize((1024, 64), Image.Resampling.BICUBIC)
    sharp = np.asarray(cook(wide, {"op": "sharpen", "amount": 100}), int)
    assert np.abs(sharp - np.asarray(wide, int))[:, 20:-20].max() <= 1


def test_clarity_raises_local_contrast_and_leaves_no_halo_at_an_edge(
    edge: Image.Image, cook: Cook
) -> None:
    y, x = np.mgrid[0:200, 0:300]
    texture = 120 + 8 * np.sin(x) * np.sin(y)
    image = Image.fromarray(texture.astype(np.uint8)).convert("RGB")
    after = np.asarray(cook(image, {"op": "clarity", "amount": 60}), np.float32)
    assert after.std() > 1.3 * np.asarray(image).std()
    around = np.asarray(cook(edge, {"op": "clarity", "amount": 100}), int) - np.asarray(edge, int)
    assert np.abs(around).max() <= 17


def test_blur_has_the_standard_deviation_that_it_is_asked_for(cook: Cook) -> None:
    image = Image.new("RGB", (201, 201))
    image.paste((255, 255, 255), (100, 0, 101, 201))
    row = np.asarray(cook(image, {"op": "blur", "radius": 8}), float)[100, :, 0]
    spread = np.sqrt(np.average((np.arange(201) - 100) ** 2, weights=row))
    assert spread == pytest.approx(8, rel=0.15)


def test_a_vignette_darkens_corners_by_its_per_cents_and_not_the_centre(
    cook: Cook, lab: Measure
) -> None:
    grey = Image.new("RGB", (300, 200), (140, 140, 140))
    ratio = lab(cook(grey, {"op": "vignette", "amount": 30}))[..., 0] / lab(grey)[..., 0]
    assert ratio[0, 0] == pytest.approx(0.7, abs=0.02)
    assert ratio[70:130, 100:200] == pytest.approx(1, abs=1e-3)
    assert lab(cook(grey, {"op": "vignette", "amount": -30}))[0, 0, 0] > lab(grey)[0, 0, 0]


def test_grain_has_its_strength_and_no_colour(cook: Cook, lab: Measure) -> None:
    grey = Image.new("RGB", (300, 200), (128, 128, 128))
    after = lab(cook(grey, {"op": "grain", "amount": 40}))
    assert after[..., 0].std() == pytest.approx(0.04, rel=0.1)
    assert after[..., 0].mean() == pytest.approx(lab(grey)[..., 0].mean(), abs=0.004)
    assert chroma(after).max() < 1e-3


def test_the_seed_decides_about_the_grain(chart: Image.Image, cook: Cook) -> None:
    one, same, other = (
        cook(chart, {"op": "grain", "amount": 20, "seed": seed}).tobytes() for seed in (1, 1, 2)
    )
    assert one == same != other


def test_clarity_and_sharpening_do_not_clip_photos(
    some_photos: Sequence[Image.Image], cook: Cook
) -> None:
    for photo in some_photos:
        after = cook(photo, {"op": "clarity", "amount": 50}, {"op": "sharpen", "amount": 60})
        assert _clipped(after) < _clipped(photo) + 0.02


def _clipped(image: Image.Image) -> float:
    pixels = np.asarray(image, np.uint8)
    ends = (pixels.min(axis=2) == 255) | (pixels.max(axis=2) == 0)
    return float(ends.sum()) / (image.width * image.height)

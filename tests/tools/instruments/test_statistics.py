import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editloop.tools.instruments.arrays import Plane, rgb_bytes, weighted_percentile
from editloop.tools.instruments.change import changed_share, unexplained
from editloop.tools.instruments.colour import oklab_from_bytes
from editloop.tools.instruments.statistics import colour_map, new_clipping, tone_curve, tones


def everywhere(image: Image.Image) -> Plane:
    return np.ones((image.height, image.width), np.float32)


@settings(deadline=None, max_examples=20)
@given(st.floats(0.3, 1.6), st.floats(-40, 40), st.floats(-0.03, 0.03), st.floats(-0.03, 0.03))
def test_scale_turn_and_cast_are_told_apart(
    scale: float, turn: float, tint: float, warmth: float
) -> None:
    random = np.random.default_rng(4)
    before = random.normal(0, 0.06, (40, 50, 3)).astype(np.float32)
    moved = (before[..., 1] + 1j * before[..., 2]) * scale * np.exp(1j * np.radians(turn))
    after = before.copy()
    after[..., 1], after[..., 2] = moved.real + tint, moved.imag + warmth
    found = colour_map(before, after, np.ones((40, 50), np.float32))
    assert found.scale == pytest.approx(scale, abs=0.01)
    assert found.turn == pytest.approx(turn, abs=0.5)
    assert (found.tint, found.warmth) == pytest.approx((tint, warmth), abs=1e-3)


def test_a_grey_picture_tells_a_cast_and_claims_no_saturation() -> None:
    before = np.zeros((20, 20, 3), np.float32)
    after = before + np.array([0, 0.01, -0.02], np.float32)
    found = colour_map(before, after, np.ones((20, 20), np.float32))
    assert found.scale == pytest.approx(1)
    assert (found.tint, found.warmth) == pytest.approx((0.01, -0.02), abs=1e-5)


def test_weights_choose_the_part_that_is_measured(scene: Image.Image) -> None:
    lab, top = oklab_from_bytes(rgb_bytes(scene)), everywhere(scene)
    top[210:] = 0
    assert tones(lab, top).lightness == pytest.approx(float(lab[:210, :, 0].mean()), abs=1e-4)


def test_a_tone_curve_is_recovered(scene: Image.Image) -> None:
    light = oklab_from_bytes(rgb_bytes(scene))[..., 0]
    x, y, heavy = tone_curve(light, light**2, everywhere(scene))
    assert float(np.abs(y - x**2).max()) < 0.01
    assert float(heavy.sum()) == pytest.approx(light.size, rel=0.02)


def test_only_new_clipping_counts(scene: Image.Image) -> None:
    pixels = rgb_bytes(scene)
    bright = np.minimum(255, pixels.astype(np.int32) * 3).astype(np.uint8)
    assert new_clipping(pixels, pixels, everywhere(scene)).highlights == 0
    assert new_clipping(pixels, bright, everywhere(scene)).highlights > 0.2
    assert new_clipping(bright, bright, everywhere(scene)).highlights == 0


def test_a_percentile_follows_the_weights() -> None:
    field = np.arange(100, dtype=np.float32).reshape(10, 10)
    assert weighted_percentile(field, np.ones((10, 10), np.float32), 0.5) == pytest.approx(49.5, 1)
    assert np.isnan(weighted_percentile(field, np.zeros((10, 10), np.float32), 0.5))


def test_a_smooth_recolouring_is_no_repainting(scene: Image.Image) -> None:
    recoloured = scene.point([int(255 * (v / 255) ** 0.7) for v in range(256)] * 3)
    before, after = (oklab_from_bytes(rgb_bytes(image)) for image in (scene, recoloured))
    gaps = unexplained(before, after, everywhere(scene))
    assert changed_share(gaps, everywhere(scene)) < 0.005


def test_a_repainted_part_is_found_where_it_is_although_all_tones_changed(
    scene: Image.Image,
) -> None:
    edited = scene.point([int(255 * (v / 255) ** 0.7) for v in range(256)] * 3)
    edited.paste((240, 30, 220), (100, 100, 260, 220))
    before, after = (oklab_from_bytes(rgb_bytes(image)) for image in (scene, edited))
    gaps = unexplained(before, after, everywhere(scene))
    inside = everywhere(scene) * 0
    inside[104:216, 104:256] = 1
    outside = everywhere(scene)
    outside[96:224, 96:264] = 0
    assert changed_share(gaps, inside) > 0.8
    assert changed_share(gaps, outside) < 0.03

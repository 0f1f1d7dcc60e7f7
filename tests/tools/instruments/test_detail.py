import numpy as np
import pytest
from PIL import Image, ImageFilter

from editloop.tools.instruments.arrays import Plane, gaussian, luma
from editloop.tools.instruments.detail import banding, blockiness, fine_detail, halo, noise

RAMP: Plane = np.broadcast_to(np.linspace(0.2, 0.7, 256, dtype=np.float32), (256, 256)).copy()


def noisy(sigma: float) -> Plane:
    random = np.random.default_rng(2).normal(0, sigma, RAMP.shape)
    return (RAMP + random).astype(np.float32)


@pytest.mark.parametrize("sigma", [0.005, 0.02, 0.05])
def test_noise_is_measured_within_a_fifth(sigma: float) -> None:
    assert noise(noisy(sigma)) == pytest.approx(sigma, rel=0.2)


def test_a_ramp_has_no_noise() -> None:
    assert noise(RAMP) < 0.0005


def test_blur_takes_fine_detail_and_sharpening_adds_it(scene: Image.Image) -> None:
    detail = fine_detail(luma(scene))
    assert fine_detail(luma(scene.filter(ImageFilter.GaussianBlur(2)))) < 0.7 * detail
    assert fine_detail(luma(scene.filter(ImageFilter.UnsharpMask(1, 100, 0)))) > 1.3 * detail


def test_a_gaussian_keeps_the_mean_and_follows_the_closed_form() -> None:
    point = np.zeros((61, 61), np.float32)
    point[30, 30] = 1
    for sigma in (1.0, 2.0, 4.0):
        blurred = gaussian(point, sigma)
        assert float(blurred.sum()) == pytest.approx(1, abs=1e-3)
        assert float(blurred[30, 30]) == pytest.approx(1 / (2 * np.pi * sigma**2), rel=0.12)


def test_steps_in_a_ramp_are_banding_and_noise_is_not() -> None:
    fine: Plane = (np.rint(RAMP * 255) / 255).astype(np.float32)
    coarse: Plane = (np.rint(fine * 20) / 20).astype(np.float32)
    assert banding(fine, coarse) > 0.5
    assert banding(fine, fine) == 0
    assert banding(fine, noisy(0.02)) < 0.1


def test_steps_next_to_black_are_not_seen_and_the_same_steps_above_are() -> None:
    quiet: Plane = (np.rint(RAMP * 8) / 255).astype(np.float32)  # levels 2 to 6, lifted to 6 to 18
    lifted: Plane = (np.rint(quiet * 255 * 3) / 255).astype(np.float32)
    assert banding(quiet, lifted) == 0
    assert banding(quiet, lifted + np.float32(60 / 255)) > 0.5


def test_unsharp_masking_with_force_leaves_haloes(scene: Image.Image) -> None:
    before = luma(scene)
    assert halo(before, before) == 0
    assert halo(before, luma(scene.filter(ImageFilter.UnsharpMask(3, 250, 0)))) > 0.02


def test_a_new_tone_on_one_side_of_an_edge_is_no_halo() -> None:
    edge = np.full((64, 64), 0.2, np.float32)
    edge[:, 32:] = 0.8
    after = edge.copy()
    after[:, 32:] = 0.95
    assert halo(edge, after) < 0.005


def test_a_coarse_jpeg_has_blocks_and_a_picture_has_none(scene: Image.Image) -> None:
    import io

    buffer = io.BytesIO()
    scene.save(buffer, "JPEG", quality=5)
    coarse = Image.open(io.BytesIO(buffer.getvalue()))
    assert blockiness(luma(coarse)) > blockiness(luma(scene)) + 0.5

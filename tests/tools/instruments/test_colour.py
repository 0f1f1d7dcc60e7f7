"""OKLab against published values, and the hue bands."""

from typing import get_args

import numpy as np
import pytest

from editloop.tools.instruments import colour
from editloop.tools.retouch.region import HueName

EVERY_BYTE = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize(
    ("code", "lab"),
    [  # CSS Color Module Level 4, sample conversions
        ("#ffffff", (1.0, 0.0, 0.0)),
        ("#000000", (0.0, 0.0, 0.0)),
        ("#ff0000", (0.62796, 0.22486, 0.12585)),
        ("#00ff00", (0.86644, -0.23389, 0.17950)),
        ("#0000ff", (0.45201, -0.03246, -0.31153)),
    ],
)
def test_primaries_have_their_published_oklab_values(
    code: str, lab: tuple[float, float, float]
) -> None:
    assert colour.oklab_from_hex(code) == pytest.approx(lab, abs=2e-4)


def test_every_byte_survives_the_way_to_linear_light_and_back() -> None:
    assert np.array_equal(
        colour.bytes_from_linear(colour.linear_from_bytes(EVERY_BYTE)), EVERY_BYTE
    )


def test_every_colour_of_a_coarse_cube_survives_the_way_to_oklab_and_back() -> None:
    steps = EVERY_BYTE[::15]
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1)
    assert np.array_equal(colour.bytes_from_oklab(colour.oklab_from_bytes(cube)), cube)


def test_conversions_stay_in_single_precision() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    lab = colour.oklab_from_bytes(pixels)
    assert lab.dtype == np.float32
    assert colour.linear_from_oklab(lab).dtype == np.float32
    assert colour.hue_band_weight(lab, "red").dtype == np.float32
    assert colour.hue(lab).dtype == np.float32


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("#ff0000", "red"),
        ("#c03030", "red"),
        ("#ff8c00", "orange"),
        ("#ffa500", "orange"),
        ("#c68642", "orange"),
        ("#ffff00", "yellow"),
        ("#ffd700", "yellow"),
        ("#00ff00", "green"),
        ("#3a7a2a", "green"),
        ("#00ffff", "aqua"),
        ("#20b2aa", "aqua"),
        ("#0000ff", "blue"),
        ("#87ceeb", "blue"),
        ("#8000ff", "purple"),
        ("#9b59d0", "purple"),
        ("#ff00ff", "magenta"),
        ("#ff69b4", "magenta"),
    ],
)
def test_everyday_colours_belong_to_the_band_of_their_name(code: str, name: HueName) -> None:
    assert colour.hue_band_weight(colour.oklab_from_hex(code), name) > 0.8


def test_the_bands_of_a_colourful_pixel_add_up_to_one() -> None:
    angle = np.radians(np.arange(0, 360, 0.5, dtype=np.float32))
    lab = np.stack([np.full_like(angle, 0.7), np.cos(angle) / 10, np.sin(angle) / 10], axis=-1)
    lab = lab.astype(np.float32)
    total = sum(colour.hue_band_weight(lab, name) for name in get_args(HueName))
    assert total == pytest.approx(np.ones(angle.shape), abs=1e-4)


def test_grey_belongs_to_no_band() -> None:
    greys = colour.oklab_from_bytes(np.repeat(EVERY_BYTE[:, None], 3, axis=1))
    assert all(not colour.hue_band_weight(greys, name).any() for name in get_args(HueName))


def test_hue_runs_from_0_up_to_360_degrees() -> None:
    lab = np.array([[0.5, 0.1, 0.0], [0.5, 0.0, 0.1], [0.5, 0.1, -0.0001]], np.float32)
    assert colour.hue(lab) == pytest.approx([0.0, 90.0, 359.94], abs=0.01)


def test_distance_is_zero_only_to_itself() -> None:
    lab = colour.oklab_from_bytes(np.array([[255, 0, 0], [0, 0, 255]], np.uint8))
    assert colour.distance(lab, lab[0]) == pytest.approx([0.0, 0.5370], abs=1e-3)

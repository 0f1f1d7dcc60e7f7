from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageOps

from editloop.tools.instruments.register import KNOWN, Geometry, register


def corner(geometry: Geometry, x: float, y: float) -> tuple[float, float]:
    """Where a point of the edit lies in the source."""
    across, down = geometry.affine.apply(np.array([[x, y]]))[0]
    return float(across), float(down)


def test_the_same_picture_is_the_identity(scene: Image.Image) -> None:
    assert register(scene, scene).identity


RECOLOURED: list[Callable[[Image.Image], Image.Image]] = [
    lambda image: image.point([min(255, int(1.5 * v)) for v in range(256)] * 3),
    lambda image: image.point([int(255 * (v / 255) ** 2) for v in range(256)] * 3),
    ImageOps.invert,
    lambda image: ImageOps.posterize(image, 2),
    lambda image: image.convert("L").convert("RGB"),
]


@pytest.mark.parametrize(
    "recolour",
    RECOLOURED,
    ids=["brighter", "darker", "negative", "few tones", "grey"],
)
def test_new_tones_do_not_move_anything(
    scene: Image.Image, recolour: Callable[[Image.Image], Image.Image]
) -> None:
    assert register(scene, recolour(scene)).identity


def test_a_crop_of_one_per_cent_is_found_to_a_pixel(scene: Image.Image) -> None:
    geometry = register(scene, scene.crop((6, 0, 640, 420)))
    assert geometry.known
    assert corner(geometry, 0, 0) == pytest.approx((6, 0), abs=1)
    assert corner(geometry, 634, 420) == pytest.approx((640, 420), abs=1)


def test_a_crop_that_was_enlarged_is_found(scene: Image.Image) -> None:
    geometry = register(scene, scene.crop((100, 60, 500, 360)).resize((640, 480)))
    assert corner(geometry, 0, 0) == pytest.approx((100, 60), abs=3)
    assert corner(geometry, 640, 480) == pytest.approx((500, 360), abs=3)


def test_a_mirror_image_is_told_from_the_original(scene: Image.Image) -> None:
    geometry = register(scene, ImageOps.mirror(scene))
    assert geometry.affine.mirrored
    assert corner(geometry, 0, 0) == pytest.approx((640, 0), abs=2)


@pytest.mark.parametrize(
    ("turn", "degrees"),
    [
        (Image.Transpose.ROTATE_270, -90),
        (Image.Transpose.ROTATE_180, 180),
        (Image.Transpose.ROTATE_90, 90),
    ],
)
def test_quarter_turns_are_found(scene: Image.Image, turn: Image.Transpose, degrees: float) -> None:
    geometry = register(scene, scene.transpose(turn))
    assert abs(geometry.affine.angle) == pytest.approx(abs(degrees), abs=0.5)
    if abs(degrees) == 90:
        assert geometry.affine.angle == pytest.approx(degrees, abs=0.5)


@pytest.mark.parametrize("degrees", [2.0, -3.0, 7.0])
def test_a_small_turn_is_measured(scene: Image.Image, degrees: float) -> None:
    turned = scene.rotate(-degrees, Image.Resampling.BICUBIC).crop((70, 50, 570, 370))
    assert -register(scene, turned).affine.angle == pytest.approx(degrees, abs=0.2)


def test_a_stretch_is_measured_on_both_axes(scene: Image.Image) -> None:
    scales = register(scene, scene.resize((512, 512))).affine.scales
    assert scales == pytest.approx((640 / 512, 420 / 512), rel=0.01)


def test_a_border_is_measured_and_does_not_move_the_picture(scene: Image.Image) -> None:
    geometry = register(scene, ImageOps.expand(scene, 14, "white"))
    assert geometry.frame.widths == (14, 14, 14, 14)
    assert geometry.frame.colour == (255, 255, 255)
    assert corner(geometry, 14, 14) == pytest.approx((0, 0), abs=1)


def test_another_picture_is_not_known(scene: Image.Image) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (21, 32, 3), dtype=np.uint8)
    other = Image.fromarray(noise).resize(scene.size, Image.Resampling.BICUBIC)
    geometry = register(scene, other)
    assert not geometry.known
    assert geometry.confidence < KNOWN


def test_two_plain_surfaces_are_taken_for_the_same() -> None:
    assert register(Image.new("RGB", (90, 60), "navy"), Image.new("RGB", (90, 60), "teal")).identity

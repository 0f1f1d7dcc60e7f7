"""A recipe as a whole: order, alpha, precision, notes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from editloop.memory import InputError
from editloop.tools.instruments.colour import Floats, oklab_from_bytes
from editloop.tools.retouch.engine import apply, carry_out
from editloop.tools.retouch.gamut import bytes_within_gamut
from editloop.tools.retouch.recipe import Recipe
from editloop.tools.retouch.table import recoloured

Cook = Callable[..., Image.Image]
NOTHING = [
    {"op": "exposure", "stops": 0},
    {"op": "brightness", "amount": 0},
    {"op": "hue", "degrees": 0},
    {"op": "hue_band", "hue": "red"},
    {"op": "curve", "points": [(0, 0), (0.5, 0.5), (1, 1)]},
    {"op": "curve", "points": [(0, 0), (1, 1)], "channel": "red"},
    {"op": "sepia", "amount": 0},
    {"op": "sharpen", "amount": 0},
    {"op": "straighten", "degrees": 0},
]


@pytest.mark.parametrize("operation", NOTHING, ids=lambda operation: operation["op"])
def test_an_operation_of_nothing_changes_no_byte(
    cube: Image.Image, cook: Cook, operation: dict[str, Any]
) -> None:
    assert cook(cube, operation).tobytes() == cube.tobytes()


def test_every_colour_survives_a_change_that_changes_nothing() -> None:
    levels = np.arange(0, 256, 3, dtype=np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(86, -1, 3)
    image = Image.fromarray(colours)
    assert recoloured(image, lambda lab: lab).tobytes() == image.tobytes()


def test_the_lookup_gives_every_pixel_its_exact_colour() -> None:
    pixels = np.random.Generator(np.random.Philox(3)).integers(0, 256, (300, 400, 3), np.uint8)

    def change(lab: Floats) -> Floats:
        return lab * np.array([0.8, 1.5, 0.5], np.float32)

    exact = bytes_within_gamut(change(oklab_from_bytes(pixels.reshape(-1, 3))))
    found = np.asarray(recoloured(Image.fromarray(pixels), change), int).reshape(-1, 3)
    assert np.abs(found - exact).max() <= 1  # batches of other sizes may round once differently


def test_a_run_of_operations_equals_the_operations_one_by_one(
    chart: Image.Image, cook: Cook
) -> None:
    steps = [
        {"op": "brightness", "amount": 15},
        {"op": "saturation", "amount": 20},
        {"op": "temperature", "amount": 10},
    ]
    slow = chart
    for step in steps:
        slow = cook(slow, step)
    apart = np.abs(np.asarray(cook(chart, *steps), int) - np.asarray(slow, int))
    assert apart.max() <= 3  # one by one, each step rounds to 8 bits


def test_order_matters(chart: Image.Image, cook: Cook) -> None:
    crop, border = {"op": "crop_box", "left": 0.5}, {"op": "border", "width": 0.1}
    assert cook(chart, crop, border).size != cook(chart, border, crop).size
    hue, grey = {"op": "sepia"}, {"op": "grayscale"}
    assert cook(chart, hue, grey).tobytes() != cook(chart, grey, hue).tobytes()


@pytest.fixture
def veiled(chart: Image.Image) -> Image.Image:
    """The chart with alpha from 0 to 255."""
    image = chart.copy()
    image.putalpha(Image.linear_gradient("L").resize(chart.size))
    return image


@pytest.mark.parametrize("op", ["brightness", "clarity", "vignette", "saturation", "highlights"])
def test_photometric_operations_leave_alpha_alone(veiled: Image.Image, cook: Cook, op: str) -> None:
    after = cook(veiled, {"op": op, "amount": 40})
    assert after.mode == "RGBA"
    assert after.getchannel("A").tobytes() == veiled.getchannel("A").tobytes()
    assert (
        after.convert("RGB").tobytes()
        == cook(veiled.convert("RGB"), {"op": op, "amount": 40}).tobytes()
    )


def test_geometry_carries_alpha_and_what_it_adds_is_opaque(veiled: Image.Image, cook: Cook) -> None:
    flipped = cook(veiled, {"op": "flip", "axis": "vertical"})
    assert flipped.getchannel("A").getpixel((0, 0)) == veiled.getchannel("A").getpixel((0, 191))
    framed = cook(veiled, {"op": "border", "width": 0.1, "colour": "#ff0000"})
    assert framed.getpixel((0, 0)) == (255, 0, 0, 255)
    assert framed.crop((19, 19, 275, 211)).tobytes() == veiled.tobytes()


def test_blur_does_not_pull_colour_out_of_transparent_pixels(cook: Cook) -> None:
    image = Image.new("RGBA", (60, 20), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 30, 20))
    blurred = np.asarray(cook(image, {"op": "blur", "radius": 3}))
    assert blurred[:, :30, 0].max() < 10


def test_a_picture_of_another_mode_is_refused() -> None:
    with pytest.raises(InputError, match="CMYK"):
        apply(Recipe(), Image.new("CMYK", (2, 2)))


@pytest.mark.parametrize(
    ("operation", "note"),
    [
        ({"op": "crop_aspect", "ratio": [4, 5]}, "crop 4:5 removed 40 % of the width"),
        ({"op": "trim"}, "trim found no border of one colour"),
        ({"op": "resize", "percent": 200}, "enlarged"),
        ({"op": "pad_aspect", "ratio": [1, 1]}, "256 x 256"),
    ],
)
def test_notes_say_what_a_step_took_or_added(
    chart: Image.Image, operation: dict[str, Any], note: str
) -> None:
    [said] = carry_out(Recipe.model_validate({"operations": [operation]}), chart).notes
    assert note in said


def test_a_check_can_stop_between_two_operations(chart: Image.Image) -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise TimeoutError

    recipe = Recipe.model_validate(
        {"operations": [{"op": "invert"}, {"op": "invert"}, {"op": "trim"}]}
    )
    with pytest.raises(TimeoutError):
        carry_out(recipe, chart, check=check)
    assert len(calls) == 2

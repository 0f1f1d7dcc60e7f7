"""Sizes and places after geometric operations, exactly."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from editloop.memory import InputError

Cook = Callable[..., Image.Image]


@pytest.fixture
def photo() -> Image.Image:
    return Image.effect_noise((120, 80), 60).convert("RGB")


@pytest.mark.parametrize(
    ("operation", "size"),
    [
        ({"op": "crop_box", "left": 0.25, "right": 0.5}, (30, 80)),
        ({"op": "crop_aspect", "ratio": [4, 5]}, (64, 80)),
        ({"op": "crop_aspect", "ratio": [16, 9]}, (120, 68)),
        ({"op": "crop_aspect", "ratio": [100, 0.01]}, (120, 1)),
        ({"op": "rotate", "degrees": 90}, (80, 120)),
        ({"op": "rotate", "degrees": 180}, (120, 80)),
        ({"op": "flip", "axis": "vertical"}, (120, 80)),
        ({"op": "resize", "width": 60}, (60, 40)),
        ({"op": "resize", "height": 20}, (30, 20)),
        ({"op": "resize", "width": 50, "height": 50}, (50, 50)),
        ({"op": "resize", "long_side": 240}, (240, 160)),
        ({"op": "resize", "percent": 25}, (30, 20)),
        ({"op": "resize", "percent": 0.01}, (1, 1)),
        ({"op": "border", "width": 0.1}, (136, 96)),
        ({"op": "border", "width": 0.0001}, (122, 82)),
        ({"op": "pad_aspect", "ratio": [1, 1]}, (120, 120)),
        ({"op": "pad_aspect", "ratio": [2, 1]}, (160, 80)),
        ({"op": "straighten", "degrees": 0}, (120, 80)),
    ],
)
def test_sizes_are_exact(
    photo: Image.Image, cook: Cook, operation: dict[str, Any], size: tuple[int, int]
) -> None:
    assert cook(photo, operation).size == size


def test_a_crop_to_4_5_keeps_the_centre(photo: Image.Image, cook: Cook) -> None:
    cropped = cook(photo, {"op": "crop_aspect", "ratio": [4, 5]})
    assert cropped.tobytes() == photo.crop((28, 0, 92, 80)).tobytes()


@pytest.mark.parametrize(("anchor", "left"), [("left", 0), ("top right", 56), ("bottom", 28)])
def test_a_crop_goes_where_its_anchor_says(
    photo: Image.Image, cook: Cook, anchor: str, left: int
) -> None:
    cropped = cook(photo, {"op": "crop_aspect", "ratio": [4, 5], "anchor": anchor})
    assert cropped.tobytes() == photo.crop((left, 0, left + 64, 80)).tobytes()


def test_rotate_turns_clockwise(cook: Cook) -> None:
    image = Image.new("RGB", (2, 1))
    image.putdata([(255, 0, 0), (0, 0, 255)])
    turned = cook(image, {"op": "rotate", "degrees": 90})
    assert (turned.getpixel((0, 0)), turned.getpixel((0, 1))) == ((255, 0, 0), (0, 0, 255))


@pytest.mark.parametrize("degrees", [-20, 3, 45])
def test_straighten_turns_clockwise_and_keeps_ratio_and_no_corner(
    cook: Cook, degrees: float
) -> None:
    image = Image.new("RGB", (300, 200), (200, 200, 200))
    ImageDraw.Draw(image).line((150, 100, 290, 100), fill=(0, 0, 0), width=3)
    turned = cook(image, {"op": "straighten", "degrees": degrees})
    assert turned.width / turned.height == pytest.approx(1.5, abs=0.02)
    pixels = np.asarray(turned)[..., 0]
    assert min(pixels[0, 0], pixels[0, -1], pixels[-1, 0], pixels[-1, -1]) > 150
    x, y = (turned.width / 2 + 40, turned.height / 2 + 40 * np.tan(np.radians(degrees)))
    assert pixels[round(y - 0.5), round(x - 0.5)] < 80


def test_trim_undoes_a_border(photo: Image.Image, cook: Cook) -> None:
    framed = cook(photo, {"op": "border", "width": 0.1, "colour": "#30c060"})
    assert cook(framed, {"op": "trim"}).tobytes() == photo.tobytes()


def test_trim_leaves_a_picture_without_border_and_one_that_is_all_border(
    photo: Image.Image, cook: Cook
) -> None:
    plain = Image.new("RGB", (30, 20), (9, 9, 9))
    assert cook(plain, {"op": "trim"}).size == (30, 20)
    assert cook(photo, {"op": "trim", "tolerance": 0}).size == (120, 80)


def test_a_border_has_its_colour_and_leaves_the_picture(photo: Image.Image, cook: Cook) -> None:
    framed = cook(photo, {"op": "border", "width": 0.1, "colour": "#102030"})
    assert framed.getpixel((0, 0)) == (16, 32, 48)
    assert framed.crop((8, 8, 128, 88)).tobytes() == photo.tobytes()


@pytest.mark.parametrize(
    "operation",
    [{"op": "resize", "width": 16000, "height": 16000}, {"op": "pad_aspect", "ratio": [100, 0.01]}],
)
def test_a_size_that_no_machine_can_hold_is_refused(cook: Cook, operation: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="smaller"):
        cook(Image.new("RGB", (2000, 2000)), operation)


def test_transparent_pixels_do_not_shine_through_when_resized(cook: Cook) -> None:
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 20, 40))
    small = np.asarray(cook(image, {"op": "resize", "percent": 30}))
    assert small[small[..., 3] > 30][:, 0].max() < 10


@pytest.mark.parametrize("ground", [(0, 0, 0), (255, 255, 255), (128, 128, 128)])
@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#808080"])
def test_text_is_readable_on_any_ground(
    cook: Cook, ground: tuple[int, int, int], colour: str
) -> None:
    image = Image.new("RGB", (400, 300), ground)
    written = np.asarray(
        cook(image, {"op": "text", "content": "Hello", "height": 0.2, "colour": colour})
    )
    assert np.ptp(written[200:].astype(int)) > 120
    assert (written[:150] == ground[0]).all()


@pytest.mark.parametrize("anchor", ["top left", "right", "centre", "bottom right"])
def test_text_stays_inside_however_long_it_is(cook: Cook, anchor: str) -> None:
    image = Image.new("RGB", (300, 200))
    text = {"op": "text", "content": "many words " * 20, "height": 0.3, "anchor": anchor}
    written = np.asarray(cook(image, text))
    assert written.any()
    frame = np.concatenate([written[0], written[-1], written[:, 0], written[:, -1]])
    assert not frame.any()


def test_letters_that_the_font_lacks_are_named(cook: Cook) -> None:
    with pytest.raises(InputError, match="猫"):
        cook(Image.new("RGB", (50, 50)), {"op": "text", "content": "a 猫"})


@pytest.mark.parametrize("colour", [(0, 0, 0), (17, 93, 201), (255, 255, 255)])
@pytest.mark.parametrize("size", [(1, 7), (7, 1), (64, 48)])
def test_trimming_a_plain_picture_with_no_tolerance_leaves_it_whole(
    cook: Cook, size: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    plain = Image.new("RGB", size, colour)
    assert cook(plain, {"op": "trim", "tolerance": 0}).size == size

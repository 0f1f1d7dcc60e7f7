"""Wrong edits score low, right ones high, on a synthetic photograph."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from editloop.memory import Score, ThinkerError
from editloop.policies.measured.assess import assess
from editloop.tools.retouch.engine import apply
from editloop.tools.retouch.english import read

BRIGHTEN = "brighten by 20%"


def edited(picture: Image.Image, instruction: str) -> Image.Image:
    return apply(read(instruction), picture)


def scored(source: Image.Image, edit: Image.Image, asked: str) -> Score:
    score = assess(source, edit, asked, asked).score
    assert score is not None
    return score


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


def noisy(picture: Image.Image, sigma: float) -> Image.Image:
    field = np.asarray(picture, np.float64)
    field = field + np.random.default_rng(1).normal(0, sigma, field.shape)
    return Image.fromarray(np.clip(field, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "asked",
    [
        BRIGHTEN,
        "increase exposure by 0.5 stops",
        "increase the contrast by 20%",
        "make it warmer",
        "reduce the saturation by 40%",
        "make it black and white",
        "darken the bottom half by 15%",
        "crop to 4:5",
        "crop to 1:1, then brighten by 10%",
        "flip horizontally",
        "rotate 90 degrees clockwise",
        "straighten by 3 degrees",
        "resize to 320 px wide",
        "add a white border",
        "add film grain 20%",
        "posterize to 4 levels",
        "shift the hue by 20 degrees",
    ],
)
def test_a_correct_edit_is_accepted(scenery: Image.Image, asked: str) -> None:
    score = scored(scenery, edited(scenery, asked), asked)
    assert score.semantic >= 8
    assert score.quality >= 8


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        (BRIGHTEN, "darken by 20%"),
        (BRIGHTEN, "brighten by 40%"),
        (BRIGHTEN, "brighten by 20%, flip horizontally"),
        ("brighten the top half by 20%", "brighten the bottom half by 20%"),
        ("brighten the top half by 20%", BRIGHTEN),
        ("crop to 4:5", "crop to 1:1"),
        ("flip horizontally", "flip vertically"),
        ("rotate 90 degrees clockwise", "rotate 90 degrees counterclockwise"),
        ("make it warmer", "make it cooler"),
        ("make the reds more saturated by 30%", "make the greens more saturated by 30%"),
    ],
)
def test_a_different_edit_than_the_one_asked_scores_low(
    scenery: Image.Image, asked: str, done: str
) -> None:
    assert scored(scenery, edited(scenery, done), asked).semantic < 4


@pytest.mark.parametrize(
    "asked", [BRIGHTEN, "make it warmer", "crop to 4:5", "flip horizontally", "make it sepia"]
)
def test_the_source_itself_scores_next_to_nothing(scenery: Image.Image, asked: str) -> None:
    assert scored(scenery, scenery, asked).semantic < 1


def test_an_edit_of_something_else_scores_nothing(scenery: Image.Image) -> None:
    random = np.random.default_rng(3).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    other = Image.fromarray(random).resize(scenery.size, Image.Resampling.BICUBIC)
    assert scored(scenery, other, BRIGHTEN).semantic == 0


def test_content_pasted_over_a_right_edit_is_found(scenery: Image.Image) -> None:
    edit = edited(scenery, BRIGHTEN)
    edit.paste((250, 20, 200), (150, 100, 270, 220))
    assert scored(scenery, edit, BRIGHTEN).semantic < 6


def test_a_stretched_edit_is_found(scenery: Image.Image) -> None:
    assert scored(scenery, edited(scenery, BRIGHTEN).resize((400, 400)), BRIGHTEN).semantic < 2


FLAWS: list[Callable[[Image.Image], Image.Image]] = [
    lambda edit: jpeg(edit, 5),
    lambda edit: noisy(edit, 25),
    lambda edit: ImageOps.posterize(edit, 2),
    lambda edit: edit.filter(ImageFilter.UnsharpMask(4, 400, 0)),
    lambda edit: edit.point([min(255, 2 * value) for value in range(256)] * 3),
    lambda edit: edit.filter(ImageFilter.GaussianBlur(4)),
]


@pytest.mark.parametrize("flaw", FLAWS, ids=["jpeg", "noise", "bands", "haloes", "clips", "blur"])
def test_a_damaged_edit_has_a_low_quality(
    scenery: Image.Image, flaw: Callable[[Image.Image], Image.Image]
) -> None:
    assert scored(scenery, flaw(edited(scenery, BRIGHTEN)), BRIGHTEN).quality < 6


def test_a_light_jpeg_is_no_damage(scenery: Image.Image) -> None:
    score = scored(scenery, jpeg(edited(scenery, BRIGHTEN), 92), BRIGHTEN)
    assert score.semantic >= 8
    assert score.quality >= 8


@settings(deadline=None, max_examples=12)
@given(st.floats(0, 25), st.floats(0, 25), st.sampled_from([-1, 1]))
def test_a_larger_error_never_scores_higher(one: float, other: float, sign: int) -> None:
    x = np.linspace(40, 200, 200)
    ramp = np.stack([np.add.outer(0.2 * x, 0.6 * x)] * 3, axis=-1)
    ramp[60:120, 60:120, 0] += 40
    source = Image.fromarray(np.clip(ramp, 0, 255).astype(np.uint8))
    small, large = sorted((one, other))
    near, far = (
        scored(source, edited(source, f"brighten by {30 + sign * error:.2f}%"), "brighten by 30%")
        for error in (small, large)
    )
    assert far.semantic <= near.semantic + 0.15  # a quarter of a grey level is measuring error


def test_the_same_pictures_and_sentences_give_the_same_critique(scenery: Image.Image) -> None:
    edit = edited(scenery, "brighten by 12%")
    assert assess(scenery, edit, BRIGHTEN, BRIGHTEN) == assess(scenery, edit, BRIGHTEN, BRIGHTEN)


def test_a_wish_beyond_pixels_is_refused_by_its_name(scenery: Image.Image) -> None:
    with pytest.raises(ThinkerError, match=r"add a cat.*vision model"):
        assess(scenery, scenery, "add a cat", "add a cat")


def test_a_hue_that_the_picture_lacks_is_refused_and_not_guessed() -> None:
    grey = Image.new("RGB", (200, 200), (90, 90, 90))
    with pytest.raises(ThinkerError, match="reds"):
        assess(grey, grey, "make the reds brighter by 10%", "make the reds brighter by 10%")


def bright(scenery: Image.Image) -> Image.Image:
    return scenery.point([155 + value * 100 // 255 for value in range(256)] * 3)


def test_a_light_picture_is_asked_for_as_much_as_there_is_room_for(scenery: Image.Image) -> None:
    light, asked = bright(scenery), "brighten by 60%"
    critique = assess(light, edited(light, asked), asked, asked)
    assert "no room for 60 %" in critique.reasoning
    assert critique.score is not None
    assert critique.score.semantic >= 8
    assert scored(light, edited(light, "brighten by 5%"), asked).semantic < 6


def test_a_white_picture_cannot_get_brighter_and_the_thinker_says_so() -> None:
    white = Image.new("RGB", (200, 200), (255, 255, 255))
    with pytest.raises(ThinkerError, match="nothing to measure"):
        assess(white, white, BRIGHTEN, BRIGHTEN)


def test_next_to_black_the_rounding_to_levels_is_forgiven(scenery: Image.Image) -> None:
    night, asked = scenery.point([value // 40 for value in range(256)] * 3), "darken by 15%"
    assert scored(night, edited(night, asked), asked).semantic >= 8


def test_contrast_that_brightening_takes_is_half_forgiven(scenery: Image.Image) -> None:
    light = scenery.point([70 + value * 180 // 255 for value in range(256)] * 3)
    asked = "brighten by 40% and add contrast"
    plain = scored(light, edited(light, "brighten by 40%"), asked)
    added = scored(light, edited(light, "brighten by 40%, increase the contrast by 75%"), asked)
    assert added.semantic > plain.semantic + 2


def test_clarity_does_what_it_says_to_a_textured_picture(scenery: Image.Image) -> None:
    asked = "increase the clarity by 30%"
    assert scored(scenery, edited(scenery, asked), asked).semantic >= 8

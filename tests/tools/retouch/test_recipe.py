"""Any recipe: round trip, extremes, determinism; strategies that generate every operation."""

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editloop.memory import InputError
from editloop.tools.retouch.engine import apply
from editloop.tools.retouch.geometric import Anchor, Geometric
from editloop.tools.retouch.photometric import Photometric
from editloop.tools.retouch.recipe import Recipe
from editloop.tools.retouch.region import HueName, PositionName
from editloop.tools.retouch.schema import PLACE, schema_text

Fields = dict[str, st.SearchStrategy[Any]]

fraction, amount, strength = st.floats(0, 1), st.floats(-100, 100), st.floats(0, 100)
angle = st.floats(-180, 180)
colour = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
hue = st.sampled_from(get_args(HueName))
anchor = st.sampled_from(get_args(Anchor))
ratio = st.tuples(st.floats(0.3, 3), st.floats(0.3, 3))
sides = st.tuples(fraction, fraction, fraction, fraction).map(
    lambda f: {
        "left": min(f[:2]) * 0.9,
        "right": max(f[:2]) * 0.05 + 0.95,
        "top": min(f[2:]) * 0.9,
        "bottom": max(f[2:]) * 0.05 + 0.95,
    }
)


def made(kind: str, which: str, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({kind: st.just(which), **fields})


common: Fields = {"feather": fraction, "invert": st.booleans()}
simple_region = st.one_of(
    sides.map(lambda box: {"shape": "box", **box}),
    made("shape", "ellipse", x=fraction, y=fraction, radius_x=st.floats(0.001, 2), **common),
    made("shape", "position", name=st.sampled_from(get_args(PositionName)), **common),
    made("shape", "hue", hue=hue, **common),
    made("shape", "colour", colour=colour, tolerance=st.floats(0.001, 1), **common),
    made("shape", "luminance", low=st.floats(0, 0.5), high=st.floats(0.51, 1), **common),
    made("shape", "mask", **common),
)
region = (
    st.none()
    | simple_region
    | made("shape", "both", parts=st.lists(simple_region, min_size=2, max_size=4))
)
points = st.lists(
    st.tuples(fraction, fraction), min_size=2, max_size=6, unique_by=lambda p: p[0]
).map(sorted)

TONAL = ("brightness", "contrast", "highlights", "shadows", "whites", "blacks", "clarity")
PHOTOMETRIC: dict[str, Fields] = {
    "exposure": {"stops": st.floats(-5, 5)},
    **{name: {"amount": amount} for name in TONAL},
    **{name: {"amount": amount} for name in ("temperature", "tint", "saturation", "vibrance")},
    "hue": {"degrees": angle},
    "hue_band": {"hue": hue, "degrees": angle, "saturation": amount, "lightness": amount},
    "curve": {"points": points, "channel": st.sampled_from(("lightness", "red", "green", "blue"))},
    "sharpen": {"amount": strength, "radius": st.floats(0.01, 20)},
    "denoise": {"amount": strength},
    "blur": {"radius": st.floats(0.01, 250)},
    "vignette": {"amount": amount, "midpoint": fraction},
    "grain": {"amount": strength, "seed": st.integers(0, 2**32 - 1)},
    "grayscale": {},
    "sepia": {"amount": strength},
    "invert": {},
    "posterize": {"levels": st.integers(2, 64)},
}
GEOMETRIC: dict[str, st.SearchStrategy[Any]] = {
    "crop_box": sides.map(lambda box: {"op": "crop_box", **box}),
    "crop_aspect": made("op", "crop_aspect", ratio=ratio, anchor=anchor),
    "trim": made("op", "trim", tolerance=fraction),
    "straighten": made("op", "straighten", degrees=st.floats(-45, 45)),
    "rotate": made("op", "rotate", degrees=st.sampled_from((90, 180, 270))),
    "flip": made("op", "flip", axis=st.sampled_from(("horizontal", "vertical"))),
    "resize": made("op", "resize", percent=st.floats(1, 150)),
    "border": made("op", "border", width=st.floats(0.001, 0.3), colour=colour),
    "pad_aspect": made("op", "pad_aspect", ratio=ratio, colour=colour),
    "text": made("op", "text", content=st.text("aZ 0.,", min_size=1), anchor=anchor, colour=colour),
}
operation = st.one_of(
    *[made("op", name, region=region, **fields) for name, fields in PHOTOMETRIC.items()],
    *GEOMETRIC.values(),
)
recipes = st.lists(operation, max_size=4).map(
    lambda ops: Recipe.model_validate({"operations": ops})
)


def picture(mode: str) -> Image.Image:
    """Noise of all colours, black, white and a grey patch; in RGBA with all kinds of alpha."""
    pixels = np.random.Generator(np.random.Philox(2)).integers(0, 256, (32, 48, 4), np.uint8)
    pixels[:8, :8], pixels[:8, 8:16], pixels[:8, 16:24] = 0, 255, 128
    return Image.fromarray(pixels).convert(mode)


def test_the_strategies_know_every_operation() -> None:
    names = {
        kind.model_fields["op"].default for kind in (*get_args(Photometric), *get_args(Geometric))
    }
    assert names == PHOTOMETRIC.keys() | GEOMETRIC.keys()


@given(recipes)
@settings(deadline=None)
def test_a_recipe_survives_json(recipe: Recipe) -> None:
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@given(recipe=recipes)
@settings(deadline=None, max_examples=60)
def test_any_recipe_gives_the_same_picture_twice_and_keeps_the_mode(
    mode: str, recipe: Recipe
) -> None:
    image = picture(mode)
    untouched = image.tobytes()
    mask = image.getchannel(0)
    first, second = (apply(recipe, image, mask=mask) for _ in range(2))
    assert (first.mode, first.tobytes()) == (mode, second.tobytes())
    assert min(first.size) >= 1
    assert image.tobytes() == untouched


@given(st.lists(st.sampled_from([-100.0, 100.0]), min_size=3, max_size=3), st.data())
@settings(deadline=None, max_examples=40)
def test_extreme_amounts_neither_fail_nor_make_colour_of_grey(
    amounts: list[float], data: st.DataObject
) -> None:
    names = data.draw(st.lists(st.sampled_from((*TONAL, "vignette")), min_size=3, max_size=3))
    operations = [{"op": name, "amount": each} for name, each in zip(names, amounts, strict=True)]
    grey = picture("RGB").convert("L").convert("RGB")
    after = np.asarray(apply(Recipe.model_validate({"operations": operations}), grey))
    assert not np.ptp(after, axis=2).any()


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (300, 2)])
@given(operation)
@settings(deadline=None, max_examples=40)
def test_every_operation_takes_tiny_pictures(
    size: tuple[int, int], operation: dict[str, Any]
) -> None:
    image = Image.new("RGB", size, (90, 120, 150))
    recipe = Recipe.model_validate({"operations": [operation]})
    assert apply(recipe, image, mask=Image.new("L", size, 200)).mode == "RGB"


def test_the_published_schema_is_up_to_date() -> None:
    assert PLACE.read_text(encoding="utf-8") == schema_text(), (
        "run `python -m editloop.tools.retouch.schema`"
    )


def test_a_wrong_parameter_is_named() -> None:
    with pytest.raises(InputError, match="amount"):
        Recipe.from_json('{"operations": [{"op": "brightness", "amount": 300}]}')

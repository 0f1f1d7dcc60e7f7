"""Whatever is written can be read, exactly."""

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from editloop.tools.retouch.english import read, read_clauses, write
from editloop.tools.retouch.geometric import Anchor
from editloop.tools.retouch.photometric import Brightness, Denoise, HueBand, Invert
from editloop.tools.retouch.recipe import Operation, Recipe
from editloop.tools.retouch.region import (
    Both,
    HueName,
    MaskImage,
    Position,
    PositionName,
    Region,
    Sky,
)

OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
REGION: TypeAdapter[Region] = TypeAdapter(Region)
Fields = dict[str, object]


def numbers(low: float, high: float, exclude_min: bool = False) -> st.SearchStrategy[float]:
    rounded = st.integers(int(low) + exclude_min, int(high))
    return st.one_of(rounded.map(float), st.floats(low, high, exclude_min=exclude_min))


UNIT = st.one_of(st.integers(0, 20).map(lambda n: n / 20), st.floats(0, 1))
AMOUNT = numbers(-100, 100)
STRENGTH = numbers(0, 100)
ANGLE = numbers(-180, 180)
HEX = st.one_of(
    st.sampled_from(["#ffffff", "#000000", "#ff0000"]),
    st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}"),
)
POSITIVE = numbers(0, 1, exclude_min=True)
RATIO = st.tuples(numbers(0, 100, exclude_min=True), numbers(0, 100, exclude_min=True))
PAIR = st.lists(UNIT, min_size=2, max_size=2, unique=True).map(sorted)
HUES = st.sampled_from(get_args(HueName))
ANCHORS = st.sampled_from(get_args(Anchor))
PIXELS = st.integers(1, 16_383)


def fields(**parts: st.SearchStrategy[object]) -> st.SearchStrategy[Fields]:
    return st.fixed_dictionaries(dict(parts))


def boxes() -> st.SearchStrategy[Fields]:
    return st.tuples(PAIR, PAIR).map(
        lambda p: {"left": p[0][0], "right": p[0][1], "top": p[1][0], "bottom": p[1][1]}
    )


def shaped(shape: str, parts: st.SearchStrategy[Fields]) -> st.SearchStrategy[Fields]:
    feather = st.one_of(st.just(0.05), UNIT)
    return st.tuples(parts, feather, st.booleans()).map(
        lambda t: {"shape": shape, **t[0], "feather": t[1], "invert": t[2]}
    )


SIMPLE = st.one_of(
    shaped("box", boxes()),
    shaped("ellipse", fields(x=UNIT, y=UNIT, radius_x=POSITIVE, radius_y=POSITIVE)),
    shaped("position", fields(name=st.sampled_from(get_args(PositionName)))),
    shaped("hue", fields(hue=HUES)),
    shaped("colour", fields(colour=HEX, tolerance=POSITIVE)),
    shaped("luminance", PAIR.map(lambda p: {"low": p[0], "high": p[1]})),
    shaped("sky", st.just({})),
    shaped("mask", st.just({})),
    shaped("mask", fields(sha256=st.text("0123456789abcdef", min_size=64, max_size=64))),
)
REGIONS = st.recursive(
    SIMPLE,
    lambda inner: shaped("both", fields(parts=st.lists(inner, min_size=2, max_size=4))),
    max_leaves=6,
)


def light(op: str, **parts: st.SearchStrategy[object]) -> st.SearchStrategy[Fields]:
    where = st.one_of(st.none(), REGIONS)
    return fields(op=st.just(op), region=where, **parts)


def shape(op: str, **parts: st.SearchStrategy[object]) -> st.SearchStrategy[Fields]:
    return fields(op=st.just(op), **parts)


POINTS = st.lists(UNIT, min_size=2, max_size=16, unique=True).flatmap(
    lambda xs: st.tuples(*[st.tuples(st.just(x), UNIT) for x in sorted(xs)])
)
AMOUNTS = [
    "brightness",
    "contrast",
    "highlights",
    "shadows",
    "whites",
    "blacks",
    "temperature",
    "tint",
    "saturation",
    "vibrance",
    "clarity",
]
OPERATIONS = st.one_of(
    *(light(op, amount=AMOUNT) for op in AMOUNTS),
    light("exposure", stops=numbers(-5, 5)),
    light("hue", degrees=ANGLE),
    light("hue_band", hue=HUES, degrees=ANGLE, saturation=AMOUNT, lightness=AMOUNT),
    light("hue_band", hue=HUES, degrees=ANGLE),
    light("hue_band", hue=HUES, saturation=AMOUNT),
    light("hue_band", hue=HUES, lightness=AMOUNT),
    light("curve", points=POINTS, channel=st.sampled_from(["lightness", "red", "green", "blue"])),
    light("sharpen", amount=STRENGTH, radius=numbers(0, 20, exclude_min=True)),
    light("denoise", amount=STRENGTH),
    light("blur", radius=numbers(0, 250, exclude_min=True)),
    light("vignette", amount=AMOUNT, midpoint=UNIT),
    light("grain", amount=STRENGTH, seed=st.integers(0, 2**32 - 1)),
    light("grayscale"),
    light("sepia", amount=STRENGTH),
    light("invert"),
    light("posterize", levels=st.integers(2, 64)),
    boxes().map(lambda box: {"op": "crop_box", **box}),
    shape("crop_aspect", ratio=RATIO, anchor=ANCHORS),
    shape("trim", tolerance=UNIT),
    shape("straighten", degrees=numbers(-45, 45)),
    shape("rotate", degrees=st.sampled_from([90, 180, 270])),
    shape("flip", axis=st.sampled_from(["horizontal", "vertical"])),
    shape("resize", width=PIXELS),
    shape("resize", height=PIXELS),
    shape("resize", width=PIXELS, height=PIXELS),
    shape("resize", long_side=PIXELS),
    shape("resize", percent=numbers(0, 1000, exclude_min=True)),
    shape("border", width=POSITIVE, colour=HEX),
    shape("pad_aspect", ratio=RATIO, colour=HEX),
    shape(
        "text",
        content=st.text(min_size=1, max_size=500),
        anchor=ANCHORS,
        height=POSITIVE,
        colour=HEX,
    ),
).map(OPERATION.validate_python)
RECIPES = st.lists(OPERATIONS, max_size=5).map(lambda ops: Recipe(operations=tuple(ops)))


@settings(deadline=None, max_examples=400)
@given(OPERATIONS)
def test_every_operation_is_read_back_as_it_was_written(one: Operation) -> None:
    recipe = Recipe(operations=(one,))
    assert read(write(recipe)) == recipe


@settings(deadline=None)
@given(RECIPES)
def test_every_recipe_is_read_back_and_its_text_is_stable(recipe: Recipe) -> None:
    text = write(recipe)
    assert read(text) == recipe
    assert write(read(text)) == text


@settings(deadline=None)
@given(RECIPES)
def test_a_written_recipe_has_one_exact_clause_per_operation(recipe: Recipe) -> None:
    clauses = read_clauses(write(recipe))
    assert all(clause.exact and clause.strength is None for clause in clauses)
    assert [one for clause in clauses for one in clause.operations] == list(recipe.operations)
    assert len(clauses) == max(1, len(recipe.operations))


def test_the_strategies_cover_every_operation_and_region_of_the_schema() -> None:
    schema = Recipe.json_schema()["$defs"]
    names = {
        definition["properties"]["op"]["const"]
        for definition in schema.values()
        if "op" in definition["properties"]
    }
    seen = {
        *AMOUNTS,
        *[
            "exposure",
            "hue",
            "hue_band",
            "curve",
            "sharpen",
            "denoise",
            "blur",
            "vignette",
            "grain",
            "grayscale",
        ],
        *[
            "sepia",
            "invert",
            "posterize",
            "crop_box",
            "crop_aspect",
            "trim",
            "straighten",
            "rotate",
            "flip",
        ],
        *["resize", "border", "pad_aspect", "text"],
    }
    assert names == seen


def test_a_text_of_64_long_operations_is_read_back_although_it_is_long() -> None:
    one = OPERATION.validate_python(
        {"op": "text", "content": 'a "quoted" word, then\n' * 20, "height": 1 / 3}
    )
    recipe = Recipe(operations=(one,) * 64)
    assert read(write(recipe)) == recipe


def test_an_order_after_a_named_hue_is_about_the_whole_picture() -> None:
    band = HueBand(hue="red", saturation=20)
    said = read("make the reds more saturated by 20%, brighten by 5%")
    assert said.operations == (band, Brightness(amount=5))
    cleaned = read("make the reds more saturated by 20%, reduce the noise by 5%")
    assert cleaned.operations == (band, Denoise(amount=5))
    more = read("make the reds more saturated by 20% and brighter by 5%")
    assert more.operations == (band, HueBand(hue="red", lightness=5))


def test_a_long_place_before_does_not_make_the_next_clause_impossible() -> None:
    places = (Position(name="top half"), MaskImage(), Sky())
    region = Both(parts=(Both(parts=places), Both(parts=(Sky(), Sky()))))
    recipe = Recipe(
        operations=(
            Brightness(amount=0),
            HueBand(hue="red", saturation=1, region=region),
            Invert(),
            Brightness(amount=0),
        )
    )
    assert read(write(recipe)) == recipe

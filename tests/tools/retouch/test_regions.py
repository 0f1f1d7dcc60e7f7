"""Regions: where they act, and that they act nowhere else."""

from collections.abc import Callable, Sequence
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image, ImageDraw

from editloop.memory import InputError, UnsupportedInstruction
from editloop.tools.instruments.colour import Floats, chroma
from editloop.tools.retouch.region import PositionName

Cook = Callable[..., Image.Image]
Measure = Callable[[Image.Image], Floats]

BRIGHTER = {"op": "brightness", "amount": 30}
MANY = [
    BRIGHTER,
    {"op": "blur", "radius": 5},
    {"op": "invert"},
    {"op": "shadows", "amount": 30},
    {"op": "sharpen", "amount": 90},
    {"op": "vignette", "amount": 80, "midpoint": 0},
    {"op": "grain", "amount": 50},
]


def difference(before: Image.Image, after: Image.Image) -> Any:
    return np.abs(np.asarray(before).astype(int) - np.asarray(after)).max(axis=2)


@pytest.mark.parametrize("operation", MANY, ids=lambda operation: operation["op"])
def test_outside_of_a_box_all_bytes_stay(
    chart: Image.Image, cook: Cook, operation: dict[str, Any]
) -> None:
    box = {"shape": "box", "left": 0.25, "top": 0.25, "right": 0.75, "bottom": 0.75, "feather": 0}
    changed = difference(chart, cook(chart, operation | {"region": box}))
    assert changed[48:144, 64:192].any()
    changed[47:145, 63:193] = 0
    assert not changed.any()


def test_a_feather_fades_evenly_across_the_border(cook: Cook) -> None:
    grey = Image.new("RGB", (400, 400), (100, 100, 100))
    left = {"shape": "position", "name": "left half", "feather": 0.2}
    profile = np.asarray(cook(grey, {"op": "brightness", "amount": 40, "region": left}))[200, :, 0]
    assert (np.diff(profile.astype(int)) <= 0).all()
    assert profile[159] == profile[0]
    assert profile[241] == 100
    assert profile[200] == pytest.approx((int(profile[0]) + 100) / 2, abs=2)


@pytest.mark.parametrize("name", get_args(PositionName))
def test_every_position_acts_where_its_name_says(cook: Cook, name: PositionName) -> None:
    grey = Image.new("RGB", (300, 300), (100, 100, 100))
    region = {"shape": "position", "name": name, "feather": 0}
    weight = difference(grey, cook(grey, BRIGHTER | {"region": region})).astype(float)
    y, x = (np.average(axis, weights=weight) / 300 - 0.5 for axis in np.mgrid[0:300, 0:300])
    for word, place in (("top", -y), ("bottom", y), ("left", -x), ("right", x)):
        assert (place > 0.1) == (word in name)
    in_the_middle = bool(weight[140:160, 140:160].all())
    assert in_the_middle == (name in ("centre", "centre third", "middle third"))


def test_an_inverted_region_and_the_region_share_the_picture(
    chart: Image.Image, cook: Cook
) -> None:
    ellipse = {"shape": "ellipse", "feather": 0}
    inside = difference(chart, cook(chart, {"op": "invert", "region": ellipse})) > 0
    outside = difference(chart, cook(chart, {"op": "invert", "region": ellipse | {"invert": True}}))
    assert (inside ^ (outside > 0)).mean() > 0.95


def test_colour_regions_act_on_their_colour_only(cook: Cook) -> None:
    image = Image.new("RGB", (3, 1))
    image.putdata([(200, 40, 40), (40, 60, 200), (128, 128, 128)])
    for region in ({"shape": "hue", "hue": "red"}, {"shape": "colour", "colour": "#c82828"}):
        changed = difference(image, cook(image, {"op": "grayscale", "region": region}))[0]
        assert changed[0] > 20
        assert not changed[1:].any()


@pytest.mark.parametrize("op", ["brightness", "clarity"])
def test_a_luminance_region_leaves_other_tones_alone(
    ramp: Image.Image, cook: Cook, lab: Measure, op: str
) -> None:
    dark = {"shape": "luminance", "low": 0, "high": 0.4}
    changed = difference(ramp, cook(ramp, {"op": op, "amount": 50, "region": dark}))
    assert not changed[lab(ramp)[..., 0] > 0.43].any()


def test_both_acts_only_where_its_parts_overlap(chart: Image.Image, cook: Cook) -> None:
    parts = [
        {"shape": "position", "name": side, "feather": 0} for side in ("top half", "left half")
    ]
    changed = difference(
        chart, cook(chart, BRIGHTER | {"region": {"shape": "both", "parts": parts}})
    )
    assert changed[:90, :120].any()
    assert not changed[97:].any()
    assert not changed[:, 129:].any()


def test_a_mask_confines_an_operation_and_follows_a_crop(chart: Image.Image, cook: Cook) -> None:
    mask = Image.new("L", (128, 96))  # half the size: it is fitted
    ImageDraw.Draw(mask).rectangle((64, 0, 127, 95), fill=255)
    crop = {"op": "crop_box", "left": 0.25}
    plain = cook(chart, crop)
    changed = difference(
        plain, cook(chart, crop, {"op": "invert", "region": {"shape": "mask"}}, mask=mask)
    )
    assert changed.shape == (192, 192)
    assert not changed[:, :62].any()
    assert (changed[:, 100:] > 0).mean() > 0.9


def test_a_mask_region_without_a_mask_is_refused(chart: Image.Image, cook: Cook) -> None:
    with pytest.raises(InputError, match="send a mask"):
        cook(chart, BRIGHTER | {"region": {"shape": "mask"}})


def landscape() -> Image.Image:
    """A blue sky that gets paler towards the horizon, over rough ground."""
    y, x = np.mgrid[0:240, 0:320]
    sky = np.stack([90 + y / 3, 140 + y / 3, 225 + y / 12], axis=-1)
    ground = np.stack([90 + 50 * ((x // 3 + y // 3) % 2), 80 + 0 * x, 40 + 0 * x], axis=-1)
    return Image.fromarray(np.where((y < 120)[..., None], sky, ground).astype(np.uint8))


def test_the_sky_is_changed_and_the_ground_is_not(cook: Cook) -> None:
    image = landscape()
    changed = difference(image, cook(image, {"op": "invert", "region": {"shape": "sky"}}))
    assert (changed[:112] > 20).mean() > 0.95
    assert (changed[130:] > 8).mean() < 0.02


def test_a_picture_without_sky_is_refused_with_a_way_out(cook: Cook) -> None:
    with pytest.raises(UnsupportedInstruction, match="top third") as refusal:
        cook(landscape().rotate(180), BRIGHTER | {"region": {"shape": "sky"}})
    assert refusal.value.clause == "sky"


def test_the_sky_of_real_photos_is_found_where_there_is_one(
    photos: Sequence[Any], cook: Cook
) -> None:
    for path in photos:
        if path.stem not in ("lighthouse", "hot_air_balloon", "yellow_car", "boat_at_sunset"):
            continue
        image = Image.open(path).convert("RGB").reduce(2)
        changed = difference(image, cook(image, {"op": "invert", "region": {"shape": "sky"}})) > 40
        height = image.height
        assert changed[: height // 5].mean() > 0.7, path.stem
        assert changed[-height // 3 :].mean() < 0.02, path.stem


def test_consecutive_operations_in_one_place_blend_its_border_once(
    chart: Image.Image, cook: Cook, lab: Measure
) -> None:
    top = {"region": {"shape": "position", "name": "top half"}}
    both = cook(chart, {"op": "grayscale"} | top, {"op": "sepia"} | top)
    assert chroma(lab(both))[10].std() < chroma(lab(chart))[10].std()

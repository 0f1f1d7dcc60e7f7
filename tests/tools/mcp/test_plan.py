"""What is read from the schemas of tools as other people write them."""

from typing import Any

import pytest

from editloop.memory import SettingsError
from editloop.tools.mcp.plan import Plan, Wanted, fits, plan

TEXT = {"type": "string"}


def _plan(
    properties: dict[str, Any],
    *,
    local: bool = False,
    about: str = "",
    wanted: Wanted | None = None,
) -> Plan:
    schema = {"type": "object", "properties": properties}
    return plan("paint", schema, wanted or Wanted(), local=local, about=about)


@pytest.mark.parametrize(
    ("name", "more", "form"),
    [
        ("image_base64", {}, "base64"),
        ("image", {"contentEncoding": "base64"}, "base64"),
        ("image", {"format": "byte"}, "base64"),
        ("image", {"description": "Base64 of the picture"}, "base64"),
        ("image_url", {}, "data"),
        ("imageUrl", {}, "data"),
        ("image", {"format": "uri"}, "data"),
        ("image", {"format": "a http or https url to a file"}, "data"),
        ("image", {"description": "data URI or base64"}, "data"),
        ("input_image", {"description": "URL of the picture"}, "data"),
        ("url", {}, "data"),
    ],
)
def test_the_form_is_read_from_names_formats_and_words(
    name: str, more: dict[str, str], form: str
) -> None:
    made = _plan({name: TEXT | more, "prompt": TEXT})
    assert (made.image.name, made.image.form) == (name, form)


def test_the_description_of_the_tool_counts_where_the_argument_says_nothing() -> None:
    assert _plan({"image": TEXT, "prompt": TEXT}, about="Takes base64.").image.form == "base64"


@pytest.mark.parametrize("name", ["image_path", "file", "input_path", "imageFile", "path"])
def test_paths_are_for_servers_that_see_our_files(name: str) -> None:
    assert _plan({name: TEXT, "prompt": TEXT}, local=True).image.form == "path"
    with pytest.raises(SettingsError, match="takes a path on its own machine"):
        _plan({name: TEXT, "prompt": TEXT})


def test_of_several_ways_the_shortest_is_taken() -> None:
    ways = {"image_url": TEXT, "image_base64": TEXT, "image_path": TEXT, "prompt": TEXT}
    assert _plan(ways, local=True).image.name == "image_path"
    assert _plan(ways).image.name == "image_base64"


def test_a_named_argument_and_form_beat_what_the_schema_says() -> None:
    wanted = Wanted(image="photo_b", instruction="wish", form="data")
    properties: dict[str, Any] = {"image_url": TEXT, "photo_b": TEXT, "wish": TEXT, "prompt": TEXT}
    made = _plan(properties, wanted=wanted)
    assert (made.image.name, made.image.form, made.instruction) == ("photo_b", "data", "wish")
    with pytest.raises(SettingsError, match="has no argument 'nope'; it has image_url"):
        _plan(properties, wanted=Wanted(image="nope"))


def test_references_and_nullable_lists_are_followed() -> None:
    schema = {
        "$defs": {"File": {"type": "string", "format": "uri"}},
        "properties": {
            "images": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/File"}}, {"type": "null"}]},
            "mask": {"$ref": "#/$defs/File"},
            "prompt": {"type": ["string", "null"]},
            "seed": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["images", "prompt", "mask"],
    }  # fmt: skip
    made = plan("paint", schema, Wanted(), local=False)
    assert made.image.several
    assert made.image.form == "data"
    assert made.mask
    assert (made.mask.name, made.needs_mask, made.seed) == ("mask", True, "seed")


def test_objects_are_filled_field_by_field() -> None:
    block = {"properties": {"type": {"const": "image"}, "data": TEXT, "mimeType": TEXT}}
    made = _plan({"image": block | {"type": "object"}, "prompt": TEXT})
    assert made.image.filled(["AAAA"], ["image/png"]) == {
        "type": "image",
        "data": "AAAA",
        "mimeType": "image/png",
    }


def test_texts_stay_texts_though_an_address_reads_numbers() -> None:
    wanted = Wanted(arguments={"model": 4, "hd": True, "steps": 20})
    properties = {"model": TEXT, "hd": TEXT, "steps": {"type": "integer"}}
    made = _plan({"image_url": TEXT, "prompt": TEXT, **properties}, wanted=wanted)
    assert made.arguments == {"model": "4", "hd": "true", "steps": 20}
    assert made.options == frozenset()


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"prompt": TEXT}, "no argument for a picture; it has prompt"),
        ({"image_url": TEXT}, "no argument for an instruction"),
        ({"image": {"type": "object"}, "prompt": TEXT}, "no argument for a picture"),
        ({"image": TEXT, "prompt": TEXT}, "does not say how"),
    ],
)
def test_what_cannot_be_an_editor_says_why(properties: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        _plan(properties)
    assert not fits("paint", {"properties": properties}, Wanted(), local=True)

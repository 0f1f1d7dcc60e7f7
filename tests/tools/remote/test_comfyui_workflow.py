"""Which nodes of a template an edit fills in."""

import json
from pathlib import Path
from typing import Any

import pytest

from editloop.memory import SettingsError
from editloop.tools.remote.comfyui_workflow import Slot, Workflow

IMAGE = {"class_type": "LoadImage", "inputs": {"image": "example.png"}}
TEXT = {"class_type": "CLIPTextEncode", "inputs": {"text": ""}, "_meta": {"title": "negative"}}
SEED = {"class_type": "RandomNoise", "inputs": {"noise_seed": 1}}
SAVE = {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}}
TEMPLATE: dict[str, Any] = {"1": IMAGE, "2": TEXT, "3:1": SEED, "4": SAVE}


def test_slots_are_found_by_the_class_of_their_nodes() -> None:
    found = Workflow.of(TEMPLATE)
    assert (found.image, found.instruction) == (Slot("1", "image"), Slot("2", "text"))
    assert (found.seed, found.mask, found.answer) == (Slot("3:1", "noise_seed"), None, "4")


def test_given_slots_count_before_found_ones() -> None:
    template = {**TEMPLATE, "5": TEXT, "6": IMAGE, "7": SEED, "8": SAVE}
    found = Workflow.of(
        template,
        image=("6", "image"),
        instruction=("5", "text"),
        seed=("7", "noise_seed"),
        answer="8",
    )
    slots = (found.image.node, found.instruction.node, found.seed and found.seed.node)
    assert (*slots, found.answer) == ("6", "5", "7", "8")


def test_an_input_that_another_node_feeds_is_not_the_place() -> None:
    fed = {"class_type": "CLIPTextEncode", "inputs": {"text": ["9", 0]}}
    assert Workflow.of({**TEMPLATE, "5": fed}).instruction.node == "2"


@pytest.mark.parametrize(
    ("more", "slots", "said"),
    [
        ({"5": TEXT}, {}, r"several nodes may take the instruction: '2' \(negative\), '5'"),
        ({"5": IMAGE}, {}, "several nodes may take the image: '1', '5'; say which as image="),
        ({"5": SEED}, {}, "several nodes may take the seed"),
        ({"5": SAVE}, {}, "several nodes save a picture: '4', '5'"),
        ({"1": SEED}, {"seed": ("1", "noise_seed")}, "no node takes the image"),
        ({}, {"image": ("77", "image")}, "has no node '77'"),
        ({}, {"image": ("1", "picture")}, "no input 'picture': image"),
        ({}, {"instruction": ("4", "images")}, "is fed by node '3'"),
        ({}, {"answer": "77"}, "has no node '77'"),
        ({"5": "text"}, {}, "'5' is no node"),
        ({"nodes": []}, {}, "format of the canvas"),
        (
            {"5": {"class_type": "LoadImageMask", "inputs": {"image": "", "channel": "alpha"}}},
            {},
            "set its channel to red",
        ),
    ],
)
def test_what_is_not_clear_is_refused(
    more: dict[str, Any], slots: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        Workflow.of({**TEMPLATE, **more}, **slots)


def test_a_template_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "workflow.json"
    path.write_text(json.dumps(TEMPLATE))
    assert Workflow.read(path, seed=("3:1", "noise_seed")).graph == TEMPLATE


@pytest.mark.parametrize(
    ("text", "said"), [("{", "cannot be read"), ("[1]", "no JSON object"), ("{}", "it is empty")]
)
def test_a_file_that_is_no_template_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "workflow.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=said):
        Workflow.read(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        Workflow.read(tmp_path / "nowhere.json")

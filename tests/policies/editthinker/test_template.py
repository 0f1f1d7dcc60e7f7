"""The text under the pictures."""

import hashlib
from pathlib import Path

import pytest

from editloop.memory import SettingsError
from editloop.policies.editthinker import Template
from editloop.policies.editthinker.template import chosen, official_path

BOTH = "asked {original_instruction}, told {rewritten_prompt}"


def written(folder: Path, text: str | bytes, name: str = "mine.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_is_stripped_first_and_loses_its_image_markers_then(tmp_path: Path) -> None:
    path = written(tmp_path, f"\n <image><image>\n# Title\r\n{BOTH}\n\n")
    template = Template.load(path)
    assert template.text == f"\n# Title\n{BOTH}"
    assert template.name == "mine.txt"
    assert template.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_placeholders_inside_of_sentences_stay_as_they_are(tmp_path: Path) -> None:
    template = Template.load(written(tmp_path, BOTH))
    asked, told = "write {rewritten_prompt} {x} on it", "write {original_instruction}"
    assert template.render(asked=asked, told=told) == f"asked {asked}, told {told}"


def test_every_place_is_filled_and_other_braces_are_left(tmp_path: Path) -> None:
    template = Template.load(written(tmp_path, f'{BOTH} {{"semantic": 1}} {BOTH} \\1 %s'))
    filled = template.render(asked="a\\g<0>", told="b")
    assert filled == 'asked a\\g<0>, told b {"semantic": 1} asked a\\g<0>, told b \\1 %s'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "original_instruction.* and no .*rewritten_prompt"),
        ("{original_instruction}", "no {rewritten_prompt}"),
        ("{rewriten_prompt} {original_instruction}", "no {rewritten_prompt}"),
        (b"\xff\xfe" + BOTH.encode(), "no text in UTF-8"),
    ],
)
def test_a_file_that_is_no_template_is_refused(
    text: str | bytes, says: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=says):
        Template.load(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.txt.*No such file"):
        Template.load(tmp_path / "gone.txt")


def test_our_own_wording_asks_for_the_three_parts_in_their_order() -> None:
    text = Template.default().text
    places = [text.index(tag) for tag in ("<think>", "</think>", "<score>", "<answer>")]
    assert places == sorted(places)
    assert "{original_instruction}" in text
    assert "{rewritten_prompt}" in text
    assert Template.default().name == "editloop"
    assert Template.default() is Template.default()


def test_without_a_fetched_copy_our_own_wording_is_used() -> None:
    assert not official_path().exists()
    assert chosen() == Template.default()


def test_a_given_template_or_path_is_used(tmp_path: Path) -> None:
    path = written(tmp_path, BOTH)
    assert chosen(path) == chosen(str(path)) == chosen(Template.load(path)) == Template.load(path)


def test_a_stored_copy_that_is_not_the_official_one_is_refused() -> None:
    official_path().parent.mkdir(parents=True)
    written(official_path().parent, BOTH, official_path().name)
    with pytest.raises(SettingsError, match="template fetch"):
        chosen()

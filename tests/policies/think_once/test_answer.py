"""How a rewriter's answer is read, and what it was asked with."""

from pathlib import Path

import pytest

from editloop.memory import MalformedCritique, SettingsError
from editloop.policies.think_once.answer import read
from editloop.policies.think_once.prompt import Prompt


@pytest.mark.parametrize(
    "text",
    [
        '{"Rewritten": "make the mug blue"}',
        '  {"Rewritten": "make the mug\\nblue"}\n',
        '```json\n{"Rewritten": "make the mug blue"}\n```',
        '```\n{"Rewritten": " make the  mug blue "}\n```',
        'Here it is:\n```json\n{"Rewritten": "make the mug blue"}\n```\nGood luck!',
        'Sure. {"Rewritten": "make the mug blue"} Anything else?',
        '{"why": "vague", "Rewritten": "make the mug blue"}',
    ],
)
def test_an_object_with_the_key_is_read_as_one_line(text: str) -> None:
    assert read(text) == "make the mug blue"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON object"),
        ("make the mug blue", "no JSON object"),
        ('{"rewritten": "make the mug blue"}', "no JSON object"),
        ('{"Rewritten": null}', "no JSON object"),
        ('{"Rewritten": ["make the mug blue"]}', "no JSON object"),
        ('{"Rewritten": "make the mug', "no JSON object"),
        ("{" * 100_000, "no JSON object"),
        ('{"Rewritten": " \\n "}', "empty"),
        ('{"Rewritten": "\\u200b"}', "empty"),
        ('{"Rewritten": "a\\u0000b"}', "no character of a text"),
        ('{"Rewritten": "a\\ud800b"}', "no character of a text"),
    ],
)
def test_nothing_is_guessed_where_the_instruction_is_missing(text: str, why: str) -> None:
    with pytest.raises(MalformedCritique, match=why):
        read(text)


def test_our_prompt_names_the_key_and_ends_with_the_quoted_wish() -> None:
    prompt = Prompt.default()
    assert prompt.name == "editloop"
    assert '{"Rewritten": ' in prompt.text
    assert prompt.render('make "it" né').endswith('What the user asked for: "make \\"it\\" né"')


def test_a_file_of_the_users_may_say_where_the_wish_stands(tmp_path: Path) -> None:
    file = tmp_path / "polish.txt"
    file.write_text("Put {original_instruction} better.\r\n", newline="")
    prompt = Prompt.load(file)
    assert (prompt.name, prompt.render("{it}")) == ("polish.txt", "Put {it} better.")


@pytest.mark.parametrize(
    ("data", "why"), [(b"\xff\xfe\x00", "no text in UTF-8"), (b" \n", "empty")]
)
def test_a_file_that_is_no_prompt_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    file = tmp_path / "polish.txt"
    file.write_bytes(data)
    with pytest.raises(SettingsError, match=why):
        Prompt.load(file)

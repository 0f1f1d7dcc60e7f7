"""What a judge is shown and told: texts, pictures, order and coding, by suite."""

import base64
import json
from io import BytesIO
from pathlib import Path

import pytest
from eval_layouts import LAYOUTS, photo
from PIL import Image

from editloop.evals.judges.asking import questions
from editloop.evals.judges.question import Question, Shot
from editloop.evals.judges.shots import data_url
from editloop.evals.judges.subject import Subject
from editloop.evals.judges.words import Words, from_file, ours
from editloop.evals.scores import METRICS, Suite
from editloop.evals.suites.loading import Case, read_cases
from editloop.memory import SettingsError

EDITED, SOURCE, TRUTH = "e" * 64, "s" * 64, "t" * 64


def official(suite: Suite) -> Words:
    return Words("official", ours(suite).slots)


def cases(suite: Suite, folder: Path) -> list[Case]:
    LAYOUTS[suite](folder, 8)
    return list(read_cases(suite, folder))


def asked(case: Case, suite: Suite, words: Words | None = None) -> dict[str, Question]:
    sources = tuple(f"{n}" * 64 for n in range(3)) if "temporal_pred" in case.name else (SOURCE,)
    subject = Subject(suite, case, EDITED, sources, TRUTH)
    return questions(subject, words or ours(suite))


def shown(question: Question) -> list[str]:
    return [part.sha256 for part in question.parts if isinstance(part, Shot)]


def told(question: Question) -> str:
    assert isinstance(question.parts[0], str)
    return question.parts[0]


@pytest.mark.parametrize("suite", LAYOUTS)
def test_text_stands_first_and_holds_no_marker(suite: Suite, tmp_path: Path) -> None:
    for case in cases(suite, tmp_path):
        for metric, question in asked(case, suite).items():
            assert metric in METRICS[suite]
            assert not {"<instruction>", "<explanation>", "<reference>"} & set(
                told(question).split()
            )
            assert shown(question)[-1] in (EDITED, TRUTH) or "temporal" in case.name


def test_gedit_shows_both_and_then_the_edit_alone_in_the_size_of_the_source(tmp_path: Path) -> None:
    found = asked(cases("gedit", tmp_path)[0], "gedit")
    assert {name: shown(each) for name, each in found.items()} == {
        "semantics": [SOURCE, EDITED],
        "quality": [EDITED],
    }
    assert found["quality"].params.max_tokens == 1400
    shot = found["semantics"].parts[-1]
    assert isinstance(shot, Shot)
    assert (shot.form, shot.quality, shot.like) == ("jpeg", 75, SOURCE)
    assert "make it brighter" in told(found["semantics"])
    assert "make it brighter" not in told(found["quality"])


def test_imgedit_sends_stored_bytes_and_calls_them_png_in_the_published_words(
    tmp_path: Path,
) -> None:
    case = cases("imgedit", tmp_path)[0]
    for words, declared in ((ours("imgedit"), None), (official("imgedit"), "image/png")):
        question = asked(case, "imgedit", words)["edit"]
        assert shown(question) == [SOURCE, EDITED]
        shots = [part for part in question.parts if isinstance(part, Shot)]
        assert {(shot.form, shot.declared) for shot in shots} == {("stored", declared)}


def test_kris_shows_frames_in_their_order_and_the_ground_truth_of_viewpoints(
    tmp_path: Path,
) -> None:
    found = {each.name: each for each in cases("kris", tmp_path)}
    frames = asked(found["temporal_prediction/3"], "kris")
    assert shown(frames["consistency"]) == [
        "0" * 64,
        "1" * 64,
        EDITED,
        "2" * 64,
    ]  # frame 3 is asked
    assert shown(frames["quality"]) == [EDITED]
    view = asked(found["viewpoint_change/2"], "kris")
    assert shown(view["instruction"]) == [SOURCE, EDITED, TRUTH]
    assert shown(view["consistency"]) == [SOURCE, EDITED]
    knowledge = told(asked(found["humanities/1"], "kris")["instruction"])
    assert "knowledge_score" in knowledge
    assert "Explanation: known" in knowledge


def test_rise_shows_a_right_answer_in_place_of_the_source(tmp_path: Path) -> None:
    found = {each.name: each for each in cases("rise", tmp_path)}
    assert list(asked(found["logical_reasoning_3"], "rise")) == ["consistency", "reasoning"]
    assert shown(asked(found["logical_reasoning_7"], "rise")["reasoning"]) == [TRUTH, EDITED]
    spatial = asked(found["spatial_reasoning_6"], "rise")
    assert shown(spatial["consistency"]) == [TRUTH, EDITED]
    plain = asked(found["temporal_reasoning_0"], "rise")
    assert shown(plain["reasoning"]) == [EDITED]
    assert "a cup on a shelf" in told(plain["reasoning"])
    shot = plain["quality"].parts[-1]
    assert isinstance(shot, Shot)
    assert (shot.box, shot.detail, plain["quality"].params.temperature) == (768, "high", 0.0)


def test_another_word_anywhere_is_another_question(tmp_path: Path) -> None:
    case = cases("imgedit", tmp_path)[0]
    words = ours("imgedit")
    changed = Words("ours", {name: f"{text}!" for name, text in words.slots.items()})
    first, second = (asked(case, "imgedit", each)["edit"] for each in (words, changed))
    assert first.digest != second.digest
    assert first.protocol != second.protocol
    assert first.digest == asked(case, "imgedit", ours("imgedit"))["edit"].digest


def test_what_is_put_in_is_not_looked_at_again() -> None:
    words = Words("ours", {"a": "<instruction> and <reference>"})
    assert words.text("a", instruction="<reference> x <", reference="y") == "<reference> x < and y"


def test_the_published_file_of_imgedit_is_read_as_it_is(tmp_path: Path) -> None:
    slots = dict.fromkeys(ours("imgedit").slots, "Judge. <edit_prompt>")
    path = tmp_path / "prompts.json"
    path.write_text(json.dumps(slots), encoding="utf-8")
    words = from_file(path, "imgedit")
    assert words.text("add", instruction="Add a hat.") == "Judge. Add a hat."
    assert words.protocol.startswith("official@")
    del slots["style"]
    path.write_text(json.dumps(slots), encoding="utf-8")
    with pytest.raises(SettingsError, match="no words for style"):
        from_file(path, "imgedit")


@pytest.mark.parametrize("text", ["[]", "{", '{"add": 3}', "\udcff"])
def test_a_file_of_words_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "prompts.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError):
        from_file(path, "imgedit")


def opened(url: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(url.partition(",")[2])))


def test_pictures_are_coded_as_asked() -> None:
    held = {"a": photo(0), "b": photo(3)}
    stored = data_url(Shot("a"), held.__getitem__)
    assert stored.startswith("data:image/png;base64,")
    assert data_url(Shot("a", declared="image/jpeg"), held.__getitem__).startswith(
        "data:image/jpeg"
    )
    like = opened(data_url(Shot("a", "jpeg", like="b"), held.__getitem__))
    assert (like.format, like.mode, like.size) == ("JPEG", "RGB", (48, 35))
    assert opened(data_url(Shot("a", "jpeg", box=24), held.__getitem__)).size == (24, 16)
    assert opened(data_url(Shot("a", "jpeg", box=400), held.__getitem__)).size == (48, 32)

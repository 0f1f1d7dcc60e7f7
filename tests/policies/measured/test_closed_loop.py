"""The loop with the embedded editor, as the agent would run it: edit the source, look, tell again."""

from pathlib import Path

import pytest
from PIL import Image

from editloop.memory import Score
from editloop.policies.measured.assess import assess
from editloop.tools.retouch.engine import apply
from editloop.tools.retouch.english import read

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "edits"

ASKED = [
    "brighten the shadows by 20%, make it slightly warmer and crop to 4:5",
    "brighten by 25%",
    "darken by 15%",
    "increase exposure by 1 stop",
    "increase the contrast by 25% and the saturation by 15%",
    "reduce the highlights by 20%",
    "make it pop",
    "make it warmer",
    "reduce the saturation by 40%",
    "make the oranges more saturated by 30%",
    "brighten the top half by 15% and reduce the saturation by 20%",
    "increase the clarity by 30%",
    "sharpen by 50%",
    "crop to 1:1, then brighten by 15% and increase the contrast by 10%",
    "cooler by 15 and brighter by 10%",
    "add a vignette of 30%",
    "rotate 90 degrees clockwise and add a white border",
    "straighten by 2 degrees",
]


def loop(source: Image.Image, asked: str, first: str | None = None) -> list[Score]:
    """At most four turns, each from the source; ends when the words no longer change."""
    told, scores = first or asked, list[Score]()
    for _ in range(4):
        critique = assess(source, apply(read(told), source), asked, told)
        assert critique.score is not None
        scores.append(critique.score)
        if critique.refined == told:
            break
        told = critique.refined
    return scores


def small(path: Path) -> Image.Image:
    image = Image.open(path).convert("RGB")
    image.thumbnail((800, 800))
    return image


@pytest.mark.parametrize("asked", ASKED)
def test_a_synthetic_photograph_ends_accepted(scenery: Image.Image, asked: str) -> None:
    best = max(loop(scenery, asked), key=lambda score: score.overall)
    assert best.semantic >= 8
    assert best.quality >= 8


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("brighten by 20%", "brighten by 60%"),
        ("brighten by 20%", "brighten by 4%"),
        ("increase the contrast by 25%", "increase the contrast by 5%"),
        ("reduce the saturation by 40%", "reduce the saturation by 10%"),
        ("make it warmer by 15", "make it warmer by 50"),
        ("shift the hue by 20 degrees", "shift the hue by 60 degrees"),
        ("add film grain 20%", "add film grain 60%"),
        ("blur by 4 px", "blur by 12 px"),
    ],
)
def test_a_first_attempt_far_off_is_brought_home(
    scenery: Image.Image, asked: str, first: str
) -> None:
    scores = loop(scenery, asked, first)
    assert scores[0].semantic < 6
    assert max(score.semantic for score in scores) >= 8


@pytest.mark.slow
@pytest.mark.parametrize("asked", ASKED)
def test_real_photographs_never_get_worse_than_their_first_turn_and_misses_are_repaired(
    photos: list[Path], asked: str
) -> None:
    path = photos[ASKED.index(asked) % len(photos)]
    scores = loop(small(path), asked)
    assert max(score.overall for score in scores) >= scores[0].overall
    if scores[0].semantic < 7:
        assert max(score.semantic for score in scores) > scores[0].semantic + 0.5, path.name


@pytest.mark.parametrize(
    ("source", "edit"),
    [
        ("step1x_0000_source.jpg", "step1x_0000_edit_en.jpg"),
        ("step1x_0002_source.jpg", "step1x_0002_edit_en.jpg"),
        ("step1x_0003_source.png", "step1x_0003_edit_en.png"),
        ("uniworld_1-0.jpg", "uniworld_1-1.webp"),
        ("uniworld_1-0.jpg", "uniworld_1-3.webp"),
        ("uniworld_0-0.jpg", "uniworld_0-2.webp"),
    ],
)
def test_what_a_generative_editor_did_to_another_wish_is_not_a_brighter_picture(
    source: str, edit: str
) -> None:
    if not SHARED.exists():
        pytest.skip("needs the real edits beside the project (../shared/data/edits)")
    pair = [Image.open(SHARED / name).convert("RGB") for name in (source, edit)]
    score = assess(pair[0], pair[1], "brighten by 20%", "brighten by 20%").score
    assert score is not None
    assert score.semantic < 4

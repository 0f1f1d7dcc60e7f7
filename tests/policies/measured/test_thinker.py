from collections.abc import Callable

import pytest
from PIL import Image

from editloop.memory import PictureError, ThinkerError
from editloop.policies import wire
from editloop.policies.measured.thinker import Measured
from editloop.policies.thinker import Comparison
from editloop.tools import Picture

pytestmark = pytest.mark.anyio

Pack = Callable[[Image.Image], Picture]


async def test_the_answer_is_text_that_any_thinker_could_have_written(
    scenery: Image.Image, packed: Pack
) -> None:
    pair = packed(scenery), packed(scenery)
    opinion = await Measured().critique(
        Comparison(*pair, asked="brighten by 20%", told="brighten by 20%")
    )
    assert opinion.sample.text.startswith("<think>")
    assert wire.read(opinion.sample.text, finish_reason="stop") == opinion.critique
    assert opinion.sample.verdict == "ok"
    assert opinion.sample.seconds > 0
    assert "measured 0.0 %: missed" in opinion.critique.reasoning


async def test_another_seed_changes_nothing(scenery: Image.Image, packed: Pack) -> None:
    pair = packed(scenery), packed(scenery)
    texts = [
        (await Measured().critique(Comparison(*pair, asked="warmer", told="warmer", seed=seed)))
        for seed in (0, 7)
    ]
    assert texts[0].sample.text == texts[1].sample.text


async def test_a_wish_beyond_pixels_is_a_thinker_error(scenery: Image.Image, packed: Pack) -> None:
    pair = packed(scenery), packed(scenery)
    with pytest.raises(ThinkerError, match="needs a vision model thinker"):
        await Measured().critique(Comparison(*pair, asked="add a cat", told="add a cat"))


async def test_bytes_that_are_no_picture_are_a_picture_error(
    scenery: Image.Image, packed: Pack
) -> None:
    broken = Picture(b"not a picture", "image/png")
    comparison = Comparison(packed(scenery), broken, asked="warmer", told="warmer")
    with pytest.raises(PictureError):
        await Measured().critique(comparison)

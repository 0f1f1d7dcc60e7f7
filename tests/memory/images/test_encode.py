"""A picture that is worked on is kept without loss where that can be kept."""

import io

import numpy as np
import pytest
from PIL import Image

from editloop.memory.images import encode_lossless, encode_within


def _noise(mode: str) -> Image.Image:
    shape = (200, 300, len(mode))
    return Image.fromarray(np.random.default_rng(3).integers(0, 256, shape, np.uint8), mode)


def _decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_what_fits_is_kept_without_loss(mode: str) -> None:
    image = _noise(mode)
    whole = len(encode_lossless(image)[0])
    data, media_type, note = encode_within(image, whole)
    assert (media_type, note) == ("image/webp", "")
    assert _decoded(data).tobytes() == image.tobytes()


@pytest.mark.parametrize(("mode", "form"), [("RGB", "jpeg"), ("RGBA", "webp")])
def test_what_is_too_heavy_loses_a_little_and_says_so(mode: str, form: str) -> None:
    image = _noise(mode)
    whole = len(encode_lossless(image)[0])
    data, media_type, note = encode_within(image, whole - 1)
    assert len(data) < whole
    assert media_type == f"image/{form}"
    assert _decoded(data).mode == mode
    assert f"kept as image/{form} of quality" in note
    assert f"{whole:,} bytes" in note


def test_what_is_too_heavy_in_any_quality_is_left_to_the_store_to_refuse() -> None:
    data, media_type, note = encode_within(_noise("RGB"), 1000)
    assert media_type == "image/jpeg"
    assert len(data) > 1000
    assert "quality 85" in note

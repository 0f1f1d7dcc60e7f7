"""What is found in a returned picture, and what is not."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from editloop.memory import Finding
from editloop.tools import Edited, Picture
from editloop.tools.findings import findings, noted, seen

pytestmark = pytest.mark.anyio


def _encoded(image: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def scene() -> Image.Image:
    """A picture with tones and edges."""
    image = Image.linear_gradient("L").resize((160, 128)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 70, 90), fill=(180, 40, 60))
    draw.ellipse((90, 30, 150, 100), fill=(30, 90, 200))
    return image


def _kinds(source: bytes, edited: bytes) -> list[str]:
    return [finding.kind for finding in findings(source, edited, pixels=True)]


def test_an_honest_edit_has_no_findings(scene: Image.Image) -> None:
    edited = scene.point([min(255, level + 20) for level in range(256)] * 3)
    assert _kinds(_encoded(scene), _encoded(edited)) == []


def test_a_small_repair_counts_as_a_change(scene: Image.Image) -> None:
    edited = scene.copy()
    ImageDraw.Draw(edited).rectangle((40, 40, 43, 43), fill=(0, 0, 0))
    assert _kinds(_encoded(scene), _encoded(edited)) == []


@pytest.mark.parametrize("page", [b"", b"<html>502</html>", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_what_is_no_picture_is_found_without_decoding(scene: Image.Image, page: bytes) -> None:
    (finding,) = findings(_encoded(scene), page)
    assert finding.kind == "not_an_image"


def test_damaged_pixels_are_found_when_decoding(scene: Image.Image) -> None:
    damaged = bytearray(_encoded(scene))
    at = damaged.index(b"IDAT") + 40
    damaged[at : at + 40] = bytes(40)
    assert _kinds(_encoded(scene), bytes(damaged)) == ["not_an_image"]


def test_the_same_bytes_are_unchanged(scene: Image.Image) -> None:
    assert _kinds(_encoded(scene), _encoded(scene)) == ["unchanged"]


@pytest.mark.parametrize("quality", [90, 95])
def test_another_encoding_of_the_source_is_unchanged(scene: Image.Image, quality: int) -> None:
    assert _kinds(_encoded(scene), _encoded(scene, "JPEG", quality=quality)) == ["unchanged"]


def test_a_resized_source_has_another_size_and_is_unchanged(scene: Image.Image) -> None:
    edited = scene.resize((320, 256), Image.Resampling.BOX)
    assert _kinds(_encoded(scene), _encoded(edited)) == ["size", "unchanged"]


def test_a_crop_changes_the_aspect_and_nothing_else(scene: Image.Image) -> None:
    (finding,) = findings(_encoded(scene), _encoded(scene.crop((0, 0, 128, 128))), pixels=True)
    assert finding == Finding(kind="aspect", detail="the aspect changed: 160×128 became 128×128")


def test_rounding_to_multiples_of_16_keeps_the_aspect(scene: Image.Image) -> None:
    source, edited = scene.resize((1000, 750)), scene.rotate(180).resize((1008, 752))
    assert [f.kind for f in findings(_encoded(source), _encoded(edited))] == ["size"]


def test_black_is_a_placeholder_and_grey_is_blank(scene: Image.Image) -> None:
    for colour, kind in ((0, 0, 0), "placeholder"), ((128, 128, 128), "blank"):
        assert _kinds(_encoded(scene), _encoded(Image.new("RGB", scene.size, colour))) == [kind]


def test_a_line_of_text_on_grey_is_a_probable_placeholder(scene: Image.Image) -> None:
    sign = Image.new("RGB", scene.size, (200, 200, 200))
    ImageDraw.Draw(sign).text((20, 55), "content was moderated", fill=(20, 20, 20))
    assert _kinds(_encoded(scene), _encoded(sign)) == ["placeholder"]


def test_a_drawing_on_white_stays_a_drawing_on_white() -> None:
    source = Image.new("RGB", (160, 128), "white")
    ImageDraw.Draw(source).ellipse((60, 40, 90, 70), fill="red")
    edited = source.copy()
    ImageDraw.Draw(edited).ellipse((60, 40, 90, 70), fill="blue")
    assert _kinds(_encoded(source), _encoded(edited)) == []


def test_an_unreadable_source_does_not_hide_a_picture(scene: Image.Image) -> None:
    assert _kinds(b"not a picture", _encoded(scene)) == []


def test_photographs_are_not_mistaken_for_placeholders(photos: list[Path]) -> None:
    for path in photos[:4]:
        with Image.open(path) as photo:
            photo.draft("RGB", (512, 512))
            small = photo.convert("RGB").resize((256, 256))
        edited = small.point([round(255 * (level / 255) ** 0.8) for level in range(256)] * 3)
        assert _kinds(_encoded(small), _encoded(edited)) == []


async def test_findings_go_with_the_edit(scene: Image.Image) -> None:
    picture = Picture(_encoded(scene), "image/png")
    edited = noted(Edited(picture), await seen(picture, picture))
    assert edited.findings is not None
    assert [finding.detail for finding in edited.findings] == [
        "the editor returned the source, byte for byte"
    ]


def test_a_file_with_next_to_nothing_in_it_is_looked_into(scene: Image.Image) -> None:
    blank = _encoded(Image.new("RGB", (512, 512), "black"))
    source = _encoded(scene.resize((512, 512)))
    assert [finding.kind for finding in findings(source, blank)] == ["placeholder"]

"""What a header says, read without decoding."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from editloop.memory import PictureError
from editloop.memory.images import Limits, probe

Make = Callable[..., bytes]


def test_every_valid_kind_is_taken_and_named_by_its_content(valid: dict[str, bytes]) -> None:
    types = {name: probe(data).media_type for name, data in valid.items()}

    assert types["mpo"] == types["cmyk jpeg"] == "image/jpeg"
    assert types["apng"] == "image/png"
    assert {t.removeprefix("image/") for t in types.values()} == {
        "jpeg", "png", "webp", "gif", "tiff", "avif",
    }  # fmt: skip


def test_losses_are_named_for_every_kind_and_nothing_else_is(valid: dict[str, bytes]) -> None:
    assert {name: probe(data).degraded for name, data in valid.items()} == {
        "jpeg": ("gamut",),
        "progressive": (),
        "grey jpeg": (),
        "cmyk jpeg": ("cmyk",),
        "mpo": ("pages",),
        "png": ("gamut",),
        "palette png": (),
        "apng": ("animation",),
        "webp": ("gamut",),
        "lossless webp": (),
        "animated webp": ("animation",),
        "gif": ("animation",),
        "tiff": (),
        "cmyk tiff": ("cmyk",),
        "two-page tiff": ("pages",),
        "avif": (),
        "animated avif": ("animation",),
    }


def test_frames_are_counted(valid: dict[str, bytes]) -> None:
    several = {name for name, data in valid.items() if probe(data).frames == 2}

    assert several == {
        "mpo", "apng", "animated webp", "gif", "two-page tiff", "animated avif",
    }  # fmt: skip


def test_width_and_height_are_those_that_a_person_sees(valid: dict[str, bytes]) -> None:
    lying = [name for name, data in valid.items() if probe(data).width == 32]

    assert lying == ["jpeg", "webp", "avif"]  # orientations 6, 8 and 6
    assert probe(valid["png"]).orientation == 3


def test_sixteen_bits_are_seen_where_pillow_hides_them(png: Make, tiff: Make) -> None:
    pixels = b"\0" + bytes(6)
    rgb = probe(png((1, 1), 16, 2, pixels))
    grey = probe(png((1, 1), 16, 0, b"\0\0\0"))
    page = probe(tiff({256: (1,), 257: (1,), 258: (16, 16, 16), 262: (2,), 277: (3,)}, bytes(6)))

    assert [(h.mode, h.bit_depth) for h in (rgb, grey, page)] == [
        ("RGB", 16),
        ("L", 16),
        ("RGB", 16),
    ]
    assert [h.degraded for h in (rgb, grey, page)] == [("bit_depth",)] * 3


def test_ten_bits_of_an_avif_are_seen(valid: dict[str, bytes]) -> None:
    eight = valid["animated avif"]
    at = eight.index(b"av1C") + 6
    ten = eight[:at] + bytes([eight[at] | 0x40]) + eight[at + 1 :]

    assert probe(eight).bit_depth == 8
    assert probe(ten).bit_depth == 10
    assert "bit_depth" in probe(ten).degraded


@pytest.mark.parametrize(
    ("fixture", "expected"), [("p3", ("gamut",)), ("srgb", ()), ("small_rgb", ())]
)
def test_only_a_profile_wider_than_srgb_costs_gamut(
    fixture: str,
    expected: tuple[str, ...],
    request: pytest.FixtureRequest,
    corners: Image.Image,
    encoded: Make,
) -> None:
    header = probe(encoded(corners, "PNG", icc_profile=request.getfixturevalue(fixture)))

    assert header.icc
    assert header.degraded == expected


def test_a_broken_profile_is_named(corners: Image.Image, encoded: Make, odd_press: bytes) -> None:
    for profile in (b"no profile at all " * 20, odd_press):  # the second is for CMYK
        assert probe(encoded(corners, "JPEG", icc_profile=profile)).degraded == ("profile",)


def test_a_wide_space_named_by_number_costs_gamut_and_pq_is_hdr(png: Make, chunk: Make) -> None:
    p3 = png((1, 1), 8, 2, bytes(4), chunk(b"cICP", bytes((12, 13, 0, 1))))
    pq = png((1, 1), 8, 2, bytes(4), chunk(b"cICP", bytes((9, 16, 0, 1))))

    assert probe(p3).degraded == ("gamut",)
    assert probe(pq).degraded == ("gamut", "hdr")


def test_limits_are_kept_from_the_header_alone(corners: Image.Image, encoded: Make) -> None:
    data = encoded(corners, "PNG")

    with pytest.raises(PictureError, match="more than 100: save it smaller"):
        probe(data, Limits(bytes=100))
    with pytest.raises(PictureError, match="48x32, longer than 40 pixels: scale it down"):
        probe(data, Limits(side=40))
    with pytest.raises(PictureError, match="megapixels and more than 0: scale it down"):
        probe(data, Limits(pixels=1535))
    assert probe(data, Limits(pixels=1536, side=48, bytes=len(data))).width == 48


def test_a_header_cannot_be_changed(valid: dict[str, bytes]) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        probe(valid["gif"]).width = 1  # pyright: ignore[reportAttributeAccessIssue]  # the point


def test_real_photographs_lose_nothing(photos: list[Path]) -> None:
    assert {probe(photo.read_bytes()).degraded for photo in photos} == {()}

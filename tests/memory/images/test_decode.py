"""Pixels land where a person expects them, in sRGB, with 8 bits."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from editloop.memory import PictureError
from editloop.memory.images import decode, encode_lossless, probe

Make = Callable[..., bytes]
Pixel = tuple[int, ...]
RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 40), (40, 50, 210), (245, 245, 245)

# Where the stored top left and top right corners are seen (EXIF 2.32, tag 274).
LANDS = {
    1: ("top left", "top right"),
    2: ("top right", "top left"),
    3: ("bottom right", "bottom left"),
    4: ("bottom left", "bottom right"),
    5: ("top left", "bottom left"),
    6: ("top right", "bottom right"),
    7: ("bottom right", "top right"),
    8: ("bottom left", "top left"),
}


def pixel(image: Image.Image, x: int, y: int) -> Pixel:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def corner(image: Image.Image, name: str) -> Pixel:
    row, column = name.split()
    x = 3 if column == "left" else image.width - 4
    return pixel(image, x, 3 if row == "top" else image.height - 4)


def near(one: Pixel, other: Pixel, levels: int = 3) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) <= levels for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_the_red_and_the_green_corner_land_where_the_orientation_says(
    form: str, orientation: int, corners: Image.Image, encoded: Make, exif_of: Make
) -> None:
    exif = Image.Exif()
    exif.load(exif_of(orientation))
    data = encoded(corners, form, exif=exif.tobytes() if form != "TIFF" else exif)

    image = decode(data).image

    assert image.size == (probe(data).width, probe(data).height)
    assert image.size == ((48, 32) if orientation < 5 else (32, 48))
    first, second = LANDS[orientation]
    assert near(corner(image, first), RED, 12)
    assert near(corner(image, second), GREEN, 12)


def test_every_valid_kind_becomes_8_bit_rgb_with_alpha_where_the_header_says(
    valid: dict[str, bytes],
) -> None:
    for name, data in valid.items():
        decoded = decode(data)

        assert decoded.image.mode == ("RGBA" if probe(data).alpha else "RGB"), name
        assert decoded.image.size == (decoded.header.width, decoded.header.height), name
        assert decoded.header == probe(data)


def test_the_red_of_srgb_written_in_p3_is_the_red_of_srgb(p3: bytes, encoded: Make) -> None:
    written = Image.new("RGB", (8, 8), (234, 51, 35))  # sRGB red in Display P3 coordinates

    decoded = decode(encoded(written, "PNG", icc_profile=p3))

    assert near(pixel(decoded.image, 4, 4), (255, 0, 0), 2)
    assert decoded.icc == p3


def test_p3_named_by_number_is_converted_like_p3_by_profile(png: Make, chunk: Make) -> None:
    row = b"\0" + bytes((234, 51, 35))
    image = decode(png((1, 1), 8, 2, row, chunk(b"cICP", bytes((12, 13, 0, 1))))).image

    assert near(pixel(image, 0, 0), (255, 0, 0), 2)


def test_the_red_of_srgb_written_in_bt2020_is_the_red_of_srgb(png: Make, chunk: Make) -> None:
    linear = (0.6274, 0.0691, 0.0164)  # BT.2087, first column
    code = [round(255 * (1.055 * v ** (1 / 2.4) - 0.055)) for v in linear]
    image = decode(png((1, 1), 8, 2, bytes((0, *code)), chunk(b"cICP", bytes((9, 13, 0, 1))))).image

    assert near(pixel(image, 0, 0), (255, 0, 0), 4)


def test_grey_stays_grey_and_the_outermost_red_is_clipped(p3: bytes, encoded: Make) -> None:
    written = Image.new("RGB", (2, 1), (128, 128, 128))
    written.putpixel((1, 0), (255, 0, 0))

    image = decode(encoded(written, "PNG", icc_profile=p3)).image

    assert near(pixel(image, 0, 0), (128, 128, 128), 1)
    assert pixel(image, 1, 0)[0] == 255


def test_an_srgb_profile_changes_no_pixel(srgb: bytes, corners: Image.Image, encoded: Make) -> None:
    assert decode(encoded(corners, "PNG", icc_profile=srgb)).image.tobytes() == corners.tobytes()


def test_a_broken_profile_is_read_as_srgb(corners: Image.Image, encoded: Make) -> None:
    decoded = decode(encoded(corners, "PNG", icc_profile=b"rubbish " * 40))

    assert decoded.image.tobytes() == corners.tobytes()
    assert decoded.header.degraded == ("profile",)


def test_a_grey_picture_may_carry_an_rgb_profile(p3: bytes, srgb: bytes, encoded: Make) -> None:
    for profile in (p3, srgb):
        decoded = decode(encoded(Image.new("L", (4, 4), 99), "JPEG", icc_profile=profile))

        assert near(pixel(decoded.image, 1, 1), (99, 99, 99), 1)
        assert decoded.header.degraded == ()


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile_is_plausible(form: str, encoded: Make) -> None:
    inks = {(255, 0, 0, 0): (0, 255, 255), (0, 255, 255, 0): (255, 0, 0), (0, 0, 0, 255): (0, 0, 0)}
    for ink, seen in inks.items():
        image = decode(encoded(Image.new("CMYK", (8, 8), ink), form)).image

        assert near(pixel(image, 4, 4), seen, 12), (form, ink)


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_the_profile_of_a_cmyk_picture_decides_its_colours(
    form: str, odd_press: bytes, encoded: Make
) -> None:
    ink = Image.new("CMYK", (8, 8), (0, 255, 0, 0))  # magenta, which this press prints green

    red, green, _ = pixel(decode(encoded(ink, form, icc_profile=odd_press)).image, 4, 4)

    assert green > red + 60


def test_a_cmyk_jpeg_without_adobe_marker_is_not_inverted(encoded: Make) -> None:
    inverted = encoded(Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "JPEG")
    at = inverted.index(b"\xff\xee")
    (length,) = struct.unpack_from(">H", inverted, at + 2)
    unmarked = inverted[:at] + inverted[at + 2 + length :]

    assert near(pixel(decode(inverted).image, 4, 4), (0, 255, 255), 6)
    assert near(pixel(decode(unmarked).image, 4, 4), (0, 0, 0), 6)  # no cyan, all the rest


def test_sixteen_bit_grey_is_scaled_and_not_clipped(png: Make) -> None:
    levels = (0, 257, 32_896, 65_278, 65_535)
    data = png((5, 1), 16, 0, b"\0" + struct.pack(">5H", *levels))

    image = decode(data).image

    assert [pixel(image, x, 0) for x in range(5)] == [(v,) * 3 for v in (0, 1, 128, 254, 255)]


def test_sixteen_bit_colour_is_scaled(png: Make, tiff: Make) -> None:
    tags = {256: (1,), 257: (1,), 258: (16, 16, 16), 262: (2,), 277: (3,)}
    for data in (
        png((1, 1), 16, 2, b"\0" + struct.pack(">3H", 65_535, 32_896, 0)),
        tiff(tags, struct.pack("<3H", 65_535, 32_896, 0)),
    ):
        assert near(pixel(decode(data).image, 0, 0), (255, 128, 0), 1)


@pytest.mark.parametrize(("depth", "row"), [(1, 0b01000000), (2, 0b00110000), (4, 0b00001111)])
def test_a_transparent_grey_level_is_found_at_every_depth(
    depth: int, row: int, png: Make, chunk: Make
) -> None:
    key = chunk(b"tRNS", struct.pack(">H", 2**depth - 1))

    image = decode(png((2, 1), depth, 0, bytes((0, row)), key)).image

    assert [pixel(image, x, 0) for x in (0, 1)] == [(0, 0, 0, 255), (255, 255, 255, 0)]


def test_a_transparent_colour_is_found_at_8_and_16_bits(png: Make, chunk: Make) -> None:
    wide = b"\0" + struct.pack(">6H", 0xFFFF, 0, 0, 0, 0xFFFF, 0)
    narrow = b"\0" + bytes((255, 0, 0, 0, 255, 0))
    for depth, pixels, key in ((16, wide, (0xFFFF, 0, 0)), (8, narrow, (255, 0, 0))):
        data = png((2, 1), depth, 2, pixels, chunk(b"tRNS", struct.pack(">3H", *key)))

        image = decode(data).image

        assert [pixel(image, x, 0)[3] for x in (0, 1)] == [0, 255]
        assert probe(data).alpha


def test_palettes_keep_their_transparency(corners: Image.Image, encoded: Make) -> None:
    flat = corners.quantize(4)
    index = flat.getpixel((3, 3))
    assert isinstance(index, int)
    one = decode(encoded(flat, "PNG", transparency=index)).image
    many = decode(encoded(flat, "PNG", transparency=bytes((10, 90, 170, 250)))).image

    assert corner(one, "top left")[3] == 0
    assert corner(one, "bottom right")[3] == 255
    assert sorted({pixel(many, x, y)[3] for x in (3, 44) for y in (3, 28)}) == [10, 90, 170, 250]


def test_grey_with_alpha_keeps_both(encoded: Make) -> None:
    image = decode(encoded(Image.new("LA", (4, 4), (80, 90)), "PNG")).image

    assert pixel(image, 1, 1) == (80, 80, 80, 90)


def test_lab_becomes_srgb(encoded: Make) -> None:
    red = encoded(Image.new("LAB", (4, 4), (138, 128 + 81, 128 + 70)), "TIFF")  # L 54, a 81, b 70

    decoded = decode(red)

    assert near(pixel(decoded.image, 1, 1), (255, 0, 0), 8)
    assert decoded.header.degraded == ("gamut",)


def test_a_grey_profile_is_honoured(grey_linear: bytes, encoded: Make) -> None:
    image = decode(encoded(Image.new("L", (4, 4), 55), "PNG", icc_profile=grey_linear)).image

    assert near(pixel(image, 1, 1), (128, 128, 128), 2)  # 21.6 % of the light


def test_bilevel_pictures_are_black_and_white(encoded: Make) -> None:
    for form in ("PNG", "TIFF"):
        image = Image.new("1", (9, 1))
        image.putpixel((8, 0), 1)
        decoded = decode(encoded(image, form))

        assert (pixel(decoded.image, 0, 0), pixel(decoded.image, 8, 0)) == ((0,) * 3, (255,) * 3)
        assert decoded.header.bit_depth == 1


@pytest.mark.parametrize(
    "name", ["gif", "apng", "animated webp", "animated avif", "mpo", "two-page tiff"]
)
def test_the_first_of_several_frames_is_the_picture(name: str, valid: dict[str, bytes]) -> None:
    assert near(corner(decode(valid[name]).image, "top left"), RED, 15)


def test_colour_under_transparency_survives_storing(encoded: Make) -> None:
    hidden = Image.new("RGBA", (4, 4), (10, 200, 30, 0))

    data, media_type = encode_lossless(decode(encoded(hidden, "PNG")).image)

    assert media_type == "image/webp"
    assert pixel(decode(data).image, 0, 0) == (10, 200, 30, 0)


def test_storing_a_work_image_loses_nothing(photos: list[Path]) -> None:
    image = decode(photos[0].read_bytes()).image

    data, _ = encode_lossless(image)

    assert ImageChops.difference(decode(data).image, image).getbbox() is None


def test_a_work_image_too_long_for_webp_is_stored_as_png() -> None:
    data, media_type = encode_lossless(Image.new("RGB", (16_384, 1), RED))

    assert media_type == "image/png"
    assert data.startswith(b"\x89PNG")


def test_only_work_images_are_stored() -> None:
    with pytest.raises(PictureError, match="not CMYK: convert it first"):
        encode_lossless(Image.new("CMYK", (1, 1)))


def test_pixels_that_are_damaged_are_refused_with_advice(
    valid: dict[str, bytes], png: Make
) -> None:
    with pytest.raises(PictureError, match=r"cannot be decoded .* fetch it again"):
        decode(png((40, 40), 8, 2, bytes(30)))  # far too few rows


def test_the_exif_block_comes_along(valid: dict[str, bytes]) -> None:
    for name in ("jpeg", "png", "webp", "avif"):
        block = decode(valid[name]).exif
        assert block is not None, name
        assert block[:2] in (b"II", b"MM"), name
        assert b"Ada Example" in block

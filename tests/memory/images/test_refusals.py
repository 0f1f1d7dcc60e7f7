"""Files that are refused, and the sentence that says what to do."""

import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from editloop.memory import PictureError
from editloop.memory.images import decode, probe

Make = Callable[..., bytes]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty .* send the file again"),
        (b"hello there", "no picture that is known here: convert it"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawing, .*: convert it"),
        (b"<?xml version='1.0'?><svg/>", "SVG drawing"),
        (b"<!DOCTYPE html><p>404", "a web page and no picture"),
        (b"8BPS\0\1" + bytes(20), "Photoshop"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "EPS"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC photo, .* export it as JPEG"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heix", "HEIC photo"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "a video"),
        (b"PK\3\4" + bytes(40), "ZIP archive"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence):
        probe(data)


@pytest.mark.parametrize(("form", "name"), [("BMP", "BMP"), ("ICO", "ICO"), ("EPS", "EPS")])
def test_formats_that_pillow_would_open_are_refused(
    form: str, name: str, corners: Image.Image, encoded: Make
) -> None:
    with pytest.raises(PictureError, match=f"{name}.* which is not taken: convert it to JPEG, PNG"):
        probe(encoded(corners, form))


@pytest.mark.parametrize(
    "tail", [b"<svg onload='x'/>", b"%PDF-1.4 ", b"<script>alert(1)</script>", b"<?php x"]
)
def test_a_picture_that_is_something_else_too_is_refused(
    tail: bytes, png: Make, chunk: Make
) -> None:
    data = png((1, 1), 8, 2, bytes(4), chunk(b"tEXt", b"Comment\0" + tail))

    with pytest.raises(PictureError, match="at the same time: open it in an editor and save it"):
        probe(data)


def test_a_picture_with_an_archive_behind_it_is_refused(valid: dict[str, bytes]) -> None:
    archive = b"PK\5\6" + bytes(16) + b"\2\0hi"

    with pytest.raises(PictureError, match="a ZIP archive at the same time"):
        probe(valid["gif"] + archive)


def test_every_kind_cut_in_half_is_refused_by_its_header_or_its_pixels(
    valid: dict[str, bytes],
) -> None:
    first_page_may_be_whole = "two-page tiff"
    for data in (data for name, data in valid.items() if name != first_page_may_be_whole):
        with pytest.raises(PictureError, match=r"cut off|damaged|cannot be decoded"):
            decode(data[: len(data) // 2])


@pytest.mark.parametrize("name", ["jpeg", "png", "lossless webp", "tiff"])
def test_a_cut_file_is_refused_without_decoding(name: str, valid: dict[str, bytes]) -> None:
    with pytest.raises(PictureError, match=r"is cut off: fetch or save it again"):
        probe(valid[name][:-20])


def test_a_small_png_that_declares_169_megapixels_is_refused(png: Make) -> None:
    bomb = png((13_000, 13_000), 1, 0, bytes(1626 * 13_000))
    assert len(bomb) < 25_000

    with pytest.raises(PictureError, match="13000x13000, 169 megapixels"):
        probe(bomb)


def test_huge_sizes_are_refused_in_every_format(valid: dict[str, bytes], tiff: Make) -> None:
    gif = valid["gif"][:6] + struct.pack("<HH", 65_000, 65_000) + valid["gif"][10:]
    jpeg = valid["progressive"]
    at = jpeg.index(b"\xff\xc2") + 5
    jpeg = jpeg[:at] + struct.pack(">HH", 60_000, 60_000) + jpeg[at + 4 :]
    webp = valid["animated webp"]
    at = webp.index(b"VP8X") + 12
    webp = webp[:at] + b"\xff\xff\xff\xff\xff\xff" + webp[at + 6 :]
    page = tiff({256: (1_000_000,), 257: (1_000_000,), 262: (1,)}, b"\0", longs=(256, 257))

    for data in (gif, jpeg, webp, page):
        with pytest.raises(PictureError, match="longer than 16383 pixels: scale it down"):
            probe(data)


def test_a_bomb_in_a_later_frame_or_a_tile_is_refused(valid: dict[str, bytes], tiff: Make) -> None:
    gif = valid["gif"]
    at = gif.rindex(b"\x2c\0\0\0\0") + 5
    gif = gif[:at] + struct.pack("<HH", 65_000, 65_000) + gif[at + 4 :]
    webp = valid["animated webp"]
    at = webp.rindex(b"ANMF") + 14
    webp = webp[:at] + b"\xff\xff\xff\xff\xff\xff" + webp[at + 6 :]
    tags = {256: (8,), 257: (8,), 258: (8,), 262: (1,), 277: (1,), 322: (60_000,), 323: (60_000,)}

    for data in (gif, webp, tiff(tags, bytes(64))):
        with pytest.raises(PictureError, match="longer than 16383 pixels"):
            probe(data)


def test_two_headers_in_a_png_are_refused(png: Make, chunk: Make) -> None:
    second = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))

    with pytest.raises(PictureError, match="its header is not first, or not alone"):
        probe(png((1, 1), 8, 2, bytes(4), second))


def test_a_palette_picture_without_palette_is_refused(png: Make) -> None:
    with pytest.raises(PictureError, match="its palette is missing"):
        probe(png((1, 1), 8, 3, bytes(2)))


def test_text_and_profiles_that_inflate_without_measure_are_refused(png: Make, chunk: Make) -> None:
    packed = zlib.compress(bytes(40_000_000), 9)
    for bomb in (
        chunk(b"zTXt", b"Comment\0\0" + packed),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + packed),
        chunk(b"iCCP", b"profile\0\0" + packed),
    ):
        with pytest.raises(
            PictureError, match="inflates beyond 1 MB: save it again without metadata"
        ):
            probe(png((1, 1), 8, 2, bytes(4), bomb))


def test_many_small_texts_are_refused_too(png: Make, chunk: Make) -> None:
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1_000_000), 9))

    with pytest.raises(PictureError, match="text chunks inflate beyond 8 MB"):
        probe(png((1, 1), 8, 2, bytes(4), *[text] * 9))


def test_exif_that_claims_a_billion_values_is_harmless(corners: Image.Image, encoded: Make) -> None:
    entry = struct.pack("<HHII", 0x0112, 3, 1_000_000_000, 26)
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4)

    assert probe(encoded(corners, "JPEG", exif=b"Exif\0\0" + block)).orientation == 1


def test_pages_in_a_circle_are_refused(tiff: Make) -> None:
    data = tiff({256: (1,), 257: (1,), 262: (1,)}, b"\0")
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    at = start + 2 + 12 * count

    with pytest.raises(PictureError, match="go round in a circle"):
        probe(data[:at] + struct.pack("<I", start) + data[at + 4 :])


def test_fractional_samples_are_refused_with_advice(corners: Image.Image, encoded: Make) -> None:
    with pytest.raises(PictureError, match="save it with 8 or 16 bits"):
        probe(encoded(corners.convert("F"), "TIFF"))

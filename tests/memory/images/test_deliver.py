"""The file that the user gets."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from editloop.memory import PictureError
from editloop.memory.images import decode, deliver, media_type_of_path, probe, suffix_of

Make = Callable[..., bytes]
FORMATS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/avif")
SPLICED = ("JPEG", "PNG", "WEBP")


@pytest.fixture
def located(exif_of: Make) -> bytes:
    """EXIF with a place and an orientation."""
    block: bytes = exif_of(6, gps=True)
    return block


def pixels(data: bytes) -> bytes:
    return decode(data).image.tobytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF"])
def test_an_edit_in_the_right_format_passes_through_untouched(
    form: str, corners: Image.Image, encoded: Make
) -> None:
    edit = encoded(corners, form)

    delivery = deliver(edit, like=encoded(corners, form), media_type=None)

    assert delivery.data == edit
    assert (delivery.degraded, delivery.notes) == ((), ())


def test_the_format_is_the_one_asked_for_else_that_of_the_source_else_that_of_the_edit(
    corners: Image.Image, encoded: Make
) -> None:
    edit, source = encoded(corners, "PNG"), encoded(corners, "JPEG")

    made = [
        deliver(edit, like=source, media_type="image/webp"),
        deliver(edit, like=source, media_type=None),
        deliver(edit, like=None, media_type=None),
    ]

    assert [d.media_type for d in made] == ["image/webp", "image/jpeg", "image/png"]
    assert [probe(d.data).media_type for d in made] == [d.media_type for d in made]


@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("name", ["png", "progressive", "cmyk tiff", "palette png", "jpeg"])
def test_every_kind_is_delivered_in_every_format(
    name: str, target: str, valid: dict[str, bytes]
) -> None:
    delivery = deliver(valid[name], like=None, media_type=target)
    header = probe(delivery.data)

    assert header.media_type == target
    assert (header.width, header.height) == (probe(valid[name]).width, probe(valid[name]).height)
    assert header.orientation == 1
    assert not set(header.degraded) & {"gamut", "cmyk", "profile"}


@pytest.mark.parametrize("target", [f for f in FORMATS if f != "image/gif"])
def test_what_is_encoded_is_tagged_as_srgb(
    target: str, corners: Image.Image, encoded: Make
) -> None:
    source = "PNG" if target != "image/png" else "WEBP"

    data = deliver(encoded(corners, source), like=None, media_type=target).data

    assert b"sRGB" in data if target == "image/png" else probe(data).icc
    assert probe(data).degraded == ()


@pytest.mark.parametrize("form", SPLICED)
def test_metadata_is_added_without_touching_a_pixel(
    form: str, corners: Image.Image, encoded: Make, located: bytes
) -> None:
    edit = encoded(corners, form, quality=80)
    source = encoded(corners, "JPEG", exif=b"Exif\0\0" + located)

    delivery = deliver(edit, like=source, media_type=probe(edit).media_type)

    assert pixels(delivery.data) == pixels(edit)
    assert delivery.data != edit
    assert delivery.notes == ("the place (GPS) was left out of the metadata",)
    exif = Image.open(BytesIO(delivery.data)).getexif()
    assert (exif[0x013B], exif[0x8298], exif[0x0110]) == ("Ada Example", "(c) Ada", "Model 7")
    assert exif.get_ifd(0x8769)[0x9003] == "2026:11:20 10:11:12"
    assert 0x0112 not in exif
    assert not exif.get_ifd(0x8825)


@pytest.mark.parametrize("target", [f for f in FORMATS if f != "image/gif"])
@pytest.mark.parametrize("policy", ["safe", "strip"])
def test_place_serial_and_description_never_leave_the_house(
    policy: str, target: str, corners: Image.Image, encoded: Make, located: bytes
) -> None:
    edit = encoded(corners, "JPEG", exif=b"Exif\0\0" + located, comment=b"secret prompt")

    data = deliver(edit, like=edit, media_type=target, exif=policy).data  # pyright: ignore[reportArgumentType]  # a literal, by parametrize

    exif = Image.open(BytesIO(data)).getexif()
    assert not exif.get_ifd(0x8825)
    for secret in (b"SERIAL", b"secret"):
        assert secret not in data
    assert (b"Ada Example" in data) == (policy == "safe")


@pytest.mark.parametrize("target", ["image/jpeg", "image/png", "image/webp", "image/avif"])
def test_keep_keeps_the_place_and_lifts_the_orientation(
    target: str, corners: Image.Image, encoded: Make, located: bytes
) -> None:
    source = encoded(corners, "JPEG", exif=b"Exif\0\0" + located)

    data = deliver(encoded(corners, "PNG"), like=source, media_type=target, exif="keep").data

    exif = Image.open(BytesIO(data)).getexif()
    assert exif.get_ifd(0x8825)[1] == "N"
    assert exif.get(0x0112, 1) == 1
    assert probe(data).width == 48


def test_text_in_a_png_edit_is_left_out_unless_kept(png: Make, chunk: Make) -> None:
    edit = png((1, 1), 8, 2, bytes(4), chunk(b"tEXt", b"parameters\0secret prompt"))

    safe, kept = (deliver(edit, like=None, media_type=None, exif=p) for p in ("safe", "keep"))

    assert b"secret" not in safe.data
    assert safe.notes == ("text or a thumbnail inside the edited file was left out",)
    assert kept.data == edit


def test_xmp_and_a_second_picture_in_a_jpeg_edit_are_left_out(valid: dict[str, bytes]) -> None:
    edit = valid["mpo"]
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>secret</x:xmpmeta>"
    segment = b"\xff\xe1" + (len(xmp) + 2).to_bytes(2) + xmp

    delivery = deliver(edit[:2] + segment + edit[2:], like=None, media_type=None)

    assert b"secret" not in delivery.data
    assert probe(delivery.data).frames == 1
    assert delivery.degraded == ("pages",)
    assert pixels(delivery.data) == pixels(edit)


def test_a_comment_between_scans_and_a_thumbnail_are_left_out(valid: dict[str, bytes]) -> None:
    edit = valid["progressive"]
    at = edit.index(b"\xff\xda", edit.index(b"\xff\xda") + 2)
    comment, thumbnail = b"\xff\xfe\0\x0asecret\xff\xd9", b"\xff\xe0\0\x0eJFXX\0\x10secret"
    told = edit[:20] + thumbnail + edit[20:at] + comment + edit[at:]

    safe, kept = (deliver(told, like=None, media_type=None, exif=p) for p in ("safe", "keep"))

    assert b"secret" not in safe.data
    assert pixels(safe.data) == pixels(edit)
    assert safe.notes == ("text or a thumbnail inside the edited file was left out",)
    assert kept.data == told


def test_transparency_becomes_white_in_a_jpeg_and_is_named(encoded: Make) -> None:
    edit = encoded(Image.new("RGBA", (16, 16), (255, 0, 0, 0)), "PNG")

    delivery = deliver(edit, like=None, media_type="image/jpeg")

    assert decode(delivery.data).image.getpixel((8, 8)) == (255, 255, 255)
    assert delivery.degraded == ("alpha",)
    assert delivery.notes == ("JPEG holds no transparency; it was laid over white",)


def test_what_the_source_had_and_the_file_has_not_is_named(
    valid: dict[str, bytes], corners: Image.Image, encoded: Make
) -> None:
    edit = encoded(corners, "PNG")
    losses = {
        name: deliver(edit, like=valid[name], media_type=None).degraded
        for name in ("jpeg", "cmyk jpeg", "gif", "apng", "two-page tiff", "progressive")
    }

    assert losses == {
        "jpeg": ("gamut",),
        "cmyk jpeg": ("cmyk",),
        "gif": ("animation", "palette"),
        "apng": ("animation",),
        "two-page tiff": ("pages",),
        "progressive": (),
    }


def test_a_wide_gamut_edit_is_converted(p3: bytes, encoded: Make) -> None:
    edit = encoded(Image.new("RGB", (8, 8), (234, 51, 35)), "PNG", icc_profile=p3)

    delivery = deliver(edit, like=None, media_type=None)

    red = decode(delivery.data).image.getpixel((4, 4))
    assert isinstance(red, tuple)
    assert max(abs(a - b) for a, b in zip(red, (255, 0, 0), strict=True)) <= 2
    assert delivery.degraded == ("gamut",)


def test_a_gif_keeps_a_small_spot_of_colour_and_the_mean_of_a_gradient(encoded: Make) -> None:
    bands = [Image.linear_gradient("L").rotate(angle) for angle in (0, 90, 180)]
    image = Image.merge("RGB", bands)
    image.paste((255, 0, 200), (60, 60, 66, 66))

    gif = decode(deliver(encoded(image, "PNG"), like=None, media_type="image/gif").data).image

    spot = gif.crop((61, 61, 65, 65)).resize((1, 1), Image.Resampling.BOX).tobytes()
    assert max(abs(a - b) for a, b in zip(spot, (255, 0, 200), strict=True)) <= 20
    near, far = (i.resize((16, 16), Image.Resampling.BOX).tobytes() for i in (gif, image))
    assert max(abs(a - b) for a, b in zip(near, far, strict=True)) <= 8


def test_a_gif_of_few_colours_is_exact(encoded: Make) -> None:
    image = Image.new("RGB", (256, 1))
    image.putdata([(n, (n * 7) % 256, 255 - n // 3) for n in range(256)])
    png = encoded(image, "PNG")

    assert pixels(deliver(png, like=None, media_type="image/gif").data) == pixels(png)


@pytest.mark.parametrize(("subsampling", "full"), [("4:4:4", True), ("4:2:0", False)])
def test_a_jpeg_is_sampled_as_the_source_was(
    subsampling: str, full: bool, corners: Image.Image, encoded: Make
) -> None:
    source = encoded(corners, "JPEG", subsampling=subsampling)

    data = deliver(encoded(corners, "PNG"), like=source, media_type=None).data

    frame = data.index(b"\xff\xc0")
    assert (data[frame + 11] == 0x11) is full


def test_a_jpeg_of_a_lossless_source_keeps_full_chroma(corners: Image.Image, encoded: Make) -> None:
    edit = encoded(corners, "PNG")

    data = deliver(edit, like=edit, media_type="image/jpeg").data

    assert data[data.index(b"\xff\xc0") + 11] == 0x11


def test_a_size_that_the_editor_changed_is_matched(corners: Image.Image, encoded: Make) -> None:
    source = encoded(corners.resize((1000, 667)), "JPEG")
    edit = encoded(corners.resize((1008, 672)), "PNG")

    matched = deliver(edit, like=source, media_type=None, match_size=True)

    assert (probe(matched.data).width, probe(matched.data).height) == (1000, 667)
    assert matched.notes == ("resampled from 1008x672 to the size of the source, 1000x667",)
    assert probe(deliver(edit, like=source, media_type=None).data).width == 1008


def test_a_crop_is_not_stretched_back(corners: Image.Image, encoded: Make) -> None:
    source, edit = encoded(corners, "PNG"), encoded(corners.crop((0, 0, 32, 32)), "PNG")

    delivery = deliver(edit, like=source, media_type=None, match_size=True)

    assert delivery.data == edit
    assert delivery.notes == ("kept 32x32: its shape is not that of the source, 48x32",)


def test_exif_too_large_for_a_jpeg_is_cut_to_its_safe_part(
    corners: Image.Image, encoded: Make, located: bytes
) -> None:
    source = encoded(corners, "PNG", exif=located + bytes(70_000))

    jpeg = deliver(encoded(corners, "JPEG"), like=source, media_type="image/jpeg", exif="keep")
    assert "the EXIF is too large for JPEG; only its harmless part was kept" in jpeg.notes
    assert b"Ada Example" in jpeg.data


def test_the_same_edit_gives_the_same_file(corners: Image.Image, encoded: Make) -> None:
    edit = encoded(corners, "PNG")
    one, two = (deliver(edit, like=None, media_type="image/jpeg").data for _ in range(2))

    assert one == two
    assert probe(one).icc


def test_names_ask_for_formats() -> None:
    assert [media_type_of_path(n) for n in ("a.JPG", "b/c.tif", "x.jpeg")] == [
        "image/jpeg", "image/tiff", "image/jpeg",
    ]  # fmt: skip
    assert {media_type_of_path("x" + suffix_of(media_type)) for media_type in FORMATS} == set(
        FORMATS
    )


@pytest.mark.parametrize("name", ["picture", "picture.heic", "picture.svg", ".png"])
def test_a_name_that_asks_for_nothing_known_is_refused(name: str) -> None:
    with pytest.raises(PictureError, match=r"does not say what to write: end it in one of .*\.png"):
        media_type_of_path(name)


def test_a_format_that_is_not_written_is_refused(valid: dict[str, bytes]) -> None:
    with pytest.raises(
        PictureError, match="'image/heic' is not written: ask for one of image/jpeg"
    ):
        deliver(valid["png"], like=None, media_type="image/heic")

"""Which bytes the thinker gets to see."""

import hashlib
import io

import pytest
from making import png
from PIL import Image

from editloop.memory import PictureError
from editloop.policies.editthinker.pictures import Pictures, Shown, fitting
from editloop.tools import Picture

pytestmark = pytest.mark.anyio


def packed(image: Image.Image, kind: str = "PNG", **options: object) -> Picture:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return Picture(out.getvalue(), f"image/{kind.lower()}")


def gradient(width: int, height: int) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def opened(shown: Shown) -> Image.Image:
    image = Image.open(io.BytesIO(shown.data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_plain_picture_of_the_limit_is_sent_byte_for_byte(kind: str) -> None:
    picture = packed(gradient(64, 32), kind)
    shown = await Pictures(64 * 32).shown(picture)
    assert shown == Shown(
        picture.data, picture.media_type, hashlib.sha256(picture.data).hexdigest()
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_one_pixel_more_than_the_limit_is_shrunk(kind: str) -> None:
    shown = await Pictures(64 * 32 - 1).shown(packed(gradient(64, 32), kind))
    image = opened(shown)
    assert shown.media_type == "image/png"
    assert image.size == (63, 31)
    assert shown.sha256 == hashlib.sha256(shown.data).hexdigest()


@pytest.mark.parametrize(
    ("size", "most", "fits"),
    [
        ((4000, 3000), 1024 * 1024, (1182, 886)),
        ((1024, 1024), 1024 * 1024, (1024, 1024)),
        ((2048, 512), 1024 * 1024, (2048, 512)),
        ((100_000, 1), 100, (3162, 1)),
        ((3, 3), 4, (2, 2)),
        ((5, 5), 1, (1, 1)),
    ],
)
def test_the_size_is_that_of_training(
    size: tuple[int, int], most: int, fits: tuple[int, int]
) -> None:
    assert fitting(*size, most) == fits


async def test_a_turned_photograph_is_shown_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = await Pictures().shown(packed(gradient(64, 32), "JPEG", exif=exif))
    assert opened(shown).size == (32, 64)


async def test_what_is_transparent_is_shown_over_white() -> None:
    shown = await Pictures().shown(packed(Image.new("RGBA", (8, 8), (0, 0, 0, 0))))
    assert opened(shown).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "AVIF"])
async def test_a_format_that_servers_may_not_know_is_sent_as_png(kind: str) -> None:
    shown = await Pictures().shown(packed(gradient(64, 32), kind))
    assert (shown.media_type, opened(shown).format, opened(shown).size) == ("image/png", "PNG", (64, 32))  # fmt: skip


async def test_colours_of_print_and_deep_samples_are_brought_to_srgb() -> None:
    for image in (Image.new("CMYK", (8, 8), (0, 255, 255, 0)), Image.new("I;16", (8, 8), 30_000)):
        kind = "JPEG" if image.mode == "CMYK" else "PNG"
        shown = await Pictures().shown(packed(image, kind))
        assert (shown.media_type, opened(shown).mode) == ("image/png", "RGB")


async def test_the_same_picture_is_made_once_and_the_bytes_are_the_same() -> None:
    picture = packed(gradient(300, 200), "JPEG")
    pictures = Pictures(100)
    first = await pictures.shown(picture)
    assert (await pictures.shown(picture)).data is first.data
    assert await Pictures(100).shown(picture) == first


@pytest.mark.parametrize("data", [b"", b"no picture", png(3)[:40]])
async def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        await Pictures().shown(Picture(data, "image/png"))

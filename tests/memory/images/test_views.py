"""Views are made once, upright, flat and in sRGB."""

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import anyio
import pytest
from PIL import Image

from editloop.memory import StoreError
from editloop.memory.images import LocalImages, View, decode, probe

pytestmark = pytest.mark.anyio
Make = Callable[..., bytes]


@pytest.fixture
def store(tmp_path: Path) -> LocalImages:
    return LocalImages(tmp_path / "images")


@pytest.fixture
def talkative(valid: dict[str, bytes], exif_of: Make, srgb: bytes) -> bytes:
    """The progressive JPEG with words in every place that holds some."""

    def segment(marker: int, body: bytes) -> bytes:
        return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body

    plain = valid["progressive"]
    head, second = 20, plain.index(b"\xff\xda", plain.index(b"\xff\xda") + 2)  # a scan
    parts = (
        (0xE0, b"JFXX\0\x10secret thumbnail"),
        (0xE1, b"Exif\0\0" + exif_of(1, gps=True)),  # its description is secret, too
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>secret</x>"),
        (0xE2, b"ICC_PROFILE\0\1\1" + srgb),
        (0xE2, b"FPXR\0secret"),
        (0xEB, b"JP\0\1secret"),
        (0xED, b"Photoshop 3.0\0secret"),
        (0xFE, b"secret"),
    )
    words = b"".join(segment(marker, body) for marker, body in parts)
    between = segment(0xFE, b"secret \xff\xd9 that looks like an end")
    return plain[:head] + words + plain[head:second] + between + plain[second:] + b"secret tail"


def views(store: LocalImages) -> list[Path]:
    return sorted(path for path in (store.folder / "views").rglob("*") if path.is_file())


def pixel(view: View, x: int, y: int) -> tuple[int, ...]:
    found = Image.open(BytesIO(view.data)).getpixel((x, y))
    assert isinstance(found, tuple)
    return found


async def test_a_view_fits_and_is_never_larger_than_the_picture(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["png"])

    sizes = [probe((await store.view(ref, long_side=side)).data) for side in (24, 4000)]

    assert [(header.width, header.height) for header in sizes] == [(24, 16), (48, 32)]
    assert {header.media_type for header in sizes} == {"image/jpeg"}


async def test_a_view_that_was_made_needs_the_picture_no_more(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["png"])
    made = await store.view(ref, long_side=24)
    store.path(ref).unlink()

    store = LocalImages(store.folder)
    assert await store.view(ref, long_side=24) == made
    with pytest.raises(StoreError, match="is missing"):
        await store.view(ref, long_side=25)


async def test_size_and_quality_make_different_views(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["png"])
    for side, quality in ((24, 90), (24, 50), (12, 90), (24, 90)):
        await store.view(ref, long_side=side, quality=quality)

    assert len(views(store)) == 3


async def test_a_small_upright_jpeg_without_metadata_is_its_own_view(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["progressive"])

    assert (await store.view(ref, long_side=48)).data == valid["progressive"]
    assert not views(store)
    assert (await store.view(ref, long_side=47)).data != valid["progressive"]


async def test_a_view_of_a_small_jpeg_has_its_pixels_and_none_of_its_metadata(
    store: LocalImages, valid: dict[str, bytes], talkative: bytes
) -> None:
    ref = await store.put(talkative)
    assert talkative.count(b"secret") == 9

    made = await store.view(ref, long_side=48)
    store.path(ref).unlink()

    assert made.data == valid["progressive"]
    assert await store.view(ref, long_side=48) == made  # kept, as any view


@pytest.mark.parametrize("side", [24, 48])
async def test_no_view_carries_metadata(
    side: int, store: LocalImages, valid: dict[str, bytes], talkative: bytes
) -> None:
    for data in (*valid.values(), talkative):
        view = (await store.view(await store.put(data), long_side=side)).data

        info = set(Image.open(BytesIO(view)).info)
        assert info <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "adobe",
                        "adobe_transform", "progressive", "progression"}  # fmt: skip
        assert view.count(b"\xff\xd8\xff") == 1


async def test_a_thumbnail_inside_a_jpeg_does_not_reach_a_view(
    store: LocalImages, corners: Image.Image, encoded: Make
) -> None:
    plain = encoded(corners, "JPEG")
    jfif = plain[:4] + (16 + 48).to_bytes(2) + plain[6:18] + b"\4\4" + b"secret thumb" * 4
    assert Image.open(BytesIO(jfif + plain[20:])).size == corners.size

    view = await store.view(await store.put(jfif + plain[20:]), long_side=48)

    assert view.data == plain


@pytest.mark.parametrize("fixture", ["small_rgb", "srgb"])
async def test_a_profile_is_applied_or_says_nothing_before_it_goes(
    fixture: str,
    store: LocalImages,
    encoded: Make,
    request: pytest.FixtureRequest,
) -> None:
    profile = request.getfixturevalue(fixture)
    data = encoded(Image.new("RGB", (16, 16), (250, 20, 20)), "JPEG", icc_profile=profile)

    view = await store.view(await store.put(data), long_side=16)

    want = decode(data).image.getpixel((8, 8))
    assert isinstance(want, tuple)
    assert max(abs(a - b) for a, b in zip(pixel(view, 8, 8), want, strict=True)) <= 3
    assert (pixel(view, 8, 8)[0] < 240) == (fixture == "small_rgb")


@pytest.mark.parametrize("name", ["jpeg", "cmyk jpeg"])
async def test_a_sideways_or_cmyk_jpeg_is_not(
    name: str, store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid[name])

    header = probe((await store.view(ref, long_side=48)).data)

    assert (header.width, header.height) == (ref.width, ref.height)
    assert (header.orientation, header.degraded) == (1, ())


async def test_transparent_pixels_are_white(store: LocalImages, encoded: Make) -> None:
    hidden = encoded(Image.new("RGBA", (16, 16), (255, 0, 0, 0)), "PNG")

    view = await store.view(await store.put(hidden), long_side=16)

    assert pixel(view, 8, 8) == (255, 255, 255)


async def test_a_large_jpeg_is_shrunk_to_what_decoding_it_whole_would_give(
    store: LocalImages, photos: list[Path]
) -> None:
    data = photos[0].read_bytes()
    whole = decode(data).image
    whole.thumbnail((160, 160), Image.Resampling.LANCZOS)

    view = Image.open(BytesIO((await store.view(await store.put(data), long_side=160)).data))

    assert view.size == whole.size
    one, other = (image.resize((1, 1), Image.Resampling.BOX).tobytes() for image in (view, whole))
    assert max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 2


async def test_eight_requests_at_once_cost_the_work_of_one(
    store: LocalImages, encoded: Make
) -> None:
    data = encoded(Image.effect_noise((3000, 2500), 80), "PNG", compress_level=1)
    ref = await store.put(data)
    start = time.process_time()
    await store.view(ref, long_side=500, quality=80)
    once = time.process_time() - start

    start = time.process_time()
    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(lambda: store.view(ref, long_side=500, quality=81))

    assert time.process_time() - start < 3 * once
    assert len(views(store)) == 2


async def test_a_request_that_gave_up_does_not_hold_up_the_next(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["png"])
    with anyio.CancelScope() as scope:
        scope.cancel()
        await store.view(ref, long_side=24)

    with anyio.fail_after(60):
        assert (await store.view(ref, long_side=24)).media_type == "image/jpeg"


async def test_a_view_without_pixels_is_a_mistake_of_the_caller(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["png"])
    for side, quality in ((0, 90), (10, 0), (10, 101)):
        with pytest.raises(ValueError, match="no view has"):
            await store.view(ref, long_side=side, quality=quality)


async def test_a_thumbnail_is_made_from_a_larger_view_and_a_large_view_never_is(
    store: LocalImages,
) -> None:
    out = BytesIO()
    wide = Image.linear_gradient("L").resize((1600, 1200)).convert("RGB")
    wide.save(out, "PNG")
    ref = await store.put(out.getvalue())
    await store.view(ref, long_side=1024)
    store.path(ref).unlink()  # only the views are left
    store = LocalImages(store.folder)
    small = await store.view(ref, long_side=320)
    assert decode(small.data).image.size == (320, 240)
    with pytest.raises(StoreError, match="missing"):
        await store.view(ref, long_side=768)
    with pytest.raises(StoreError, match="missing"):
        await store.view(ref, long_side=320, quality=95)


async def test_a_view_of_what_was_verified_is_the_one_that_is_made_later(
    store: LocalImages, tmp_path: Path, valid: dict[str, bytes]
) -> None:
    later = LocalImages(tmp_path / "later")
    for data in valid.values():
        one = await store.put(data, verify=True, view=(24, 85))
        made = views(store)
        two = await later.put(data, verify=True)

        first = await store.view(one, long_side=24, quality=85)
        second = await later.view(two, long_side=24, quality=85)

        assert first == second
        assert views(store) == made or one.media_type == "image/jpeg"


async def test_no_view_is_made_where_nothing_is_verified(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    await store.put(valid["png"], view=(24, 85))

    assert views(store) == []

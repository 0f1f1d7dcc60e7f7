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


async def test_a_small_upright_jpeg_is_its_own_view(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["progressive"])

    assert (await store.view(ref, long_side=48)).data == valid["progressive"]
    assert not views(store)
    assert (await store.view(ref, long_side=47)).data != valid["progressive"]


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

    with anyio.fail_after(20):
        assert (await store.view(ref, long_side=24)).media_type == "image/jpeg"


async def test_a_view_without_pixels_is_a_mistake_of_the_caller(
    store: LocalImages, valid: dict[str, bytes]
) -> None:
    ref = await store.put(valid["png"])
    for side, quality in ((0, 90), (10, 0), (10, 101)):
        with pytest.raises(ValueError, match="no view has"):
            await store.view(ref, long_side=side, quality=quality)

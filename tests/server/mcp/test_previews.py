"""Pictures in answers are measured until they fit."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import png
from mcp_doors import noise
from PIL import Image

from editloop.memory import ImageRef
from editloop.memory.images import LocalImages, View
from editloop.server.mcp import previews
from editloop.server.mcp.previews import BLOB_CHARS, LARGE, PREVIEW, chars, fitting, sheet, whole
from editloop.server.mcp.rules import PREVIEW_CHARS

pytestmark = pytest.mark.anyio


def bloated(size: int) -> bytes:
    """A JPEG of few pixels and many bytes: fill bytes before a marker are allowed."""
    out = io.BytesIO()
    Image.new("RGB", (48, 48), "red").save(out, "JPEG")
    data = out.getvalue()
    return data[:-2] + b"\xff" * size + data[-2:]


class Counting(LocalImages):
    """Counts how many views are asked for."""

    asked = 0

    async def view(self, image: ImageRef | str, *, long_side: int, quality: int = 90) -> View:
        self.asked += 1
        return await super().view(image, long_side=long_side, quality=quality)


@pytest.mark.parametrize("side", [200, 1024, 2000])
async def test_noise_of_any_size_gets_a_preview_that_fits(tmp_path: Path, side: int) -> None:
    images = Counting(tmp_path)
    view = await fitting(images, await images.put(noise(side)))
    assert view is not None
    assert chars(len(view.data)) <= PREVIEW_CHARS
    assert images.asked <= 4


async def test_a_photograph_keeps_its_size(tmp_path: Path, photos: list[Path]) -> None:
    images = LocalImages(tmp_path)
    view = await fitting(images, await images.put(photos[0].read_bytes()))
    assert view is not None
    with Image.open(io.BytesIO(view.data)) as shown:
        assert max(shown.size) == 768


async def test_a_heavy_file_of_few_pixels_fits_or_is_left_out(tmp_path: Path) -> None:
    images = LocalImages(tmp_path)
    view = await fitting(images, await images.put(bloated(400_000)))
    assert view is None or chars(len(view.data)) <= PREVIEW_CHARS


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(most=st.integers(400, 60_000), side=st.integers(1, 160))
async def test_whatever_the_room_a_view_fits_it_or_there_is_none(
    tmp_path: Path, most: int, side: int
) -> None:
    images = LocalImages(tmp_path)
    view = await fitting(images, await images.put(noise(side)), most=most)
    assert view is None or chars(len(view.data)) <= most


async def test_what_fits_is_given_as_it_is_and_what_does_not_with_a_note(tmp_path: Path) -> None:
    images = LocalImages(tmp_path)
    small, large = await images.put(png(3)), await images.put(noise(800))
    as_it_is, smaller = await whole(images, small), await whole(images, large)
    assert as_it_is is not None
    assert (as_it_is.data, as_it_is.media_type, as_it_is.note) == (png(3), "image/png", "")
    assert smaller is not None
    assert smaller.media_type == "image/jpeg"
    assert "800x800" in smaller.note
    assert chars(len(smaller.data)) <= BLOB_CHARS
    with Image.open(io.BytesIO(smaller.data)) as shown:
        assert shown.width >= 512


async def test_a_sheet_shows_pictures_in_their_order_and_leaves_broken_ones_empty(
    tmp_path: Path,
) -> None:
    images = LocalImages(tmp_path)
    black, white = await images.put(png(0, (64, 64))), await images.put(png(255, (64, 64)))
    view = await sheet(images, [black, "0" * 64, white], columns=2)
    assert view is not None
    with Image.open(io.BytesIO(view.data)) as shown:
        assert shown.size == (768, 768)
        cells = [shown.convert("L").getpixel(at) for at in ((190, 190), (578, 190), (190, 578))]
    assert [round(int(str(each)) / 64) for each in cells] == [0, 2, 4]


async def test_a_sheet_of_noise_fits_and_a_sheet_of_nothing_is_none(tmp_path: Path) -> None:
    images = LocalImages(tmp_path)
    loud = await images.put(noise(400))
    view = await sheet(images, [loud] * 12, columns=4)
    assert view is not None
    assert chars(len(view.data)) <= PREVIEW_CHARS
    with Image.open(io.BytesIO(view.data)) as shown:
        assert max(shown.size) <= 768
    assert await sheet(images, [], columns=6) is None


def test_the_steps_go_down() -> None:
    for steps in (PREVIEW, LARGE):
        sizes = [side * side * quality for side, quality in steps]
        assert sizes == sorted(sizes, reverse=True)
    assert previews.chars(3) == 4

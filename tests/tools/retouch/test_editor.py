"""`Retouch` behind the `Editor` protocol."""

from hashlib import sha256
from io import BytesIO

import anyio
import numpy as np
import pytest
from PIL import Image

from editloop.memory import InputError, PictureError, UnsupportedInstruction
from editloop.memory.images import decode
from editloop.tools import Edited, Editor, EditRequest, Picture
from editloop.tools.retouch.editor import Retouch
from editloop.tools.retouch.recipe import Recipe

pytestmark = pytest.mark.anyio
INVERT = '{"operations": [{"op": "invert"}]}'


def encoded(image: Image.Image) -> Picture:
    data = BytesIO()
    image.save(data, "PNG")
    return Picture(data.getvalue(), "image/png")


def pixels(edited: Edited) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.asarray(decode(edited.picture.data).image, np.uint8)


@pytest.fixture
def source(chart: Image.Image) -> Picture:
    return encoded(chart)


async def test_a_recipe_as_text_is_carried_out_without_loss(
    chart: Image.Image, source: Picture
) -> None:
    editor: Editor = Retouch()
    edited = await editor.edit(EditRequest(source, INVERT))
    assert np.array_equal(pixels(edited), 255 - np.asarray(chart))
    assert edited.seconds > 0


async def test_plain_english_and_its_recipe_give_the_same_bytes(source: Picture) -> None:
    told = await Retouch().edit(EditRequest(source, "convert to grayscale"))
    cooked = await Retouch().cook(Recipe.from_json('{"operations": [{"op": "grayscale"}]}'), source)
    assert told.picture.data == cooked.picture.data


async def test_what_it_cannot_do_is_refused(source: Picture) -> None:
    with pytest.raises(UnsupportedInstruction):
        await Retouch().edit(EditRequest(source, "add a cat on the roof"))


async def test_a_recipe_that_is_wrong_is_refused(source: Picture) -> None:
    with pytest.raises(InputError, match="operations"):
        await Retouch().edit(EditRequest(source, '{"operations": [{"op": "cat"}]}'))


async def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(PictureError):
        await Retouch().edit(EditRequest(Picture(b"no picture", "image/png"), INVERT))


async def test_notes_reach_the_caller(source: Picture) -> None:
    crop = '{"operations": [{"op": "crop_aspect", "ratio": [4, 5]}]}'
    edited = await Retouch().edit(EditRequest(source, crop))
    assert edited.notes == ("crop 4:5 removed 40 % of the width",)


async def test_with_a_mask_every_photometric_operation_stays_inside(
    chart: Image.Image, source: Picture
) -> None:
    mask = Image.new("L", chart.size)
    mask.paste(255, (0, 0, 128, 192))
    recipe = (
        '{"operations": [{"op": "invert", "region": {"shape": "position", "name": "top half"}}]}'
    )
    edited = await Retouch().edit(EditRequest(source, recipe, mask=encoded(mask)))
    changed = np.abs(pixels(edited).astype(int) - np.asarray(chart)).max(axis=2)
    assert changed[:70, :128].any()
    assert not changed[:, 128:].any()
    assert not changed[120:].any()


async def test_a_recipe_that_names_another_mask_is_refused(source: Picture) -> None:
    mask = encoded(Image.new("L", (4, 4), 255))
    region = '{"shape": "mask", "sha256": "%s"}'
    recipe = '{"operations": [{"op": "invert", "region": %s}]}'
    own = recipe % (region % sha256(mask.data).hexdigest())
    assert await Retouch().edit(EditRequest(source, own, mask=mask))
    with pytest.raises(InputError, match="aaaaaaaaaaaa"):
        await Retouch().edit(EditRequest(source, recipe % (region % ("a" * 64)), mask=mask))


async def test_many_edits_at_once_give_what_each_alone_gives(source: Picture) -> None:
    editor, results = Retouch(), list[bytes]()

    async def one() -> None:
        results.append((await editor.edit(EditRequest(source, INVERT))).picture.data)

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(one)
    assert len(set(results)) == 1
    assert len(results) == 6


async def test_a_cancelled_edit_stops_between_operations(source: Picture) -> None:
    blur = {"op": "blur", "radius": 20}
    many = Recipe.model_validate({"operations": [blur] * 64}).to_json()
    whole = (await Retouch().edit(EditRequest(source, many))).seconds
    with anyio.move_on_after(whole / 32) as scope:
        await Retouch().edit(EditRequest(source, many))
    assert scope.cancelled_caught


def test_every_event_loop_gets_a_limiter_of_its_own(source: Picture) -> None:
    first, second = (anyio.run(Retouch().edit, EditRequest(source, INVERT)) for _ in range(2))
    assert first.picture == second.picture

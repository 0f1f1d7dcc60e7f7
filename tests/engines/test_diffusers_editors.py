"""Every preset on a real pipeline with tiny random weights, loaded from disk as a user loads it."""

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from anyio import to_thread
from engines.fixtures_editors import small
from PIL import Image, ImageDraw

from editloop.memory import EditorError, EditorRejected
from editloop.tools import Edited, EditRequest, Picture, Progress
from editloop.tools.diffusers import DiffusersEditor

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("small_area")]
Checkpoint = Callable[[str], Path]

NAMES = (
    "flux-kontext",
    "flux2",
    "flux2-klein",
    "qwen-image-edit",
    "qwen-image-edit-plus",
    "longcat-image-edit",
    "instruct-pix2pix",
    "instruct-pix2pix-sdxl",
    "flux-fill",
)
BATCHED = (
    "flux-kontext",
    "qwen-image-edit",
    "instruct-pix2pix",
    "instruct-pix2pix-sdxl",
    "flux-fill",
)


def drawn(fill: str = "red", size: tuple[int, int] = (64, 64), kind: str = "PNG") -> Picture:
    """A dot on white."""
    image = Image.new("RGB", size, "white")
    box = [size[0] // 4, size[1] // 4, 3 * size[0] // 4, 3 * size[1] // 4]
    ImageDraw.Draw(image).ellipse(box, fill=fill)
    data = io.BytesIO()
    image.save(data, kind)
    return Picture(data.getvalue(), f"image/{kind.lower()}")


def asked(name: str, instruction: str = "make the sky orange", **more: Any) -> EditRequest:
    """A request with what the preset needs."""
    source = more.pop("source", drawn())
    if name == "flux-fill":
        with Image.open(io.BytesIO(source.data)) as image:
            mask = Image.new("L", image.size)
        mask.paste(255, (0, 0, mask.width // 2, mask.height))
        data = io.BytesIO()
        mask.save(data, "PNG")
        more["mask"] = Picture(data.getvalue(), "image/png")
    return EditRequest(source, instruction, **more)


def opened(name: str, checkpoint: Checkpoint, **chosen: Any) -> DiffusersEditor:
    chosen = {"device": "cpu", "steps": 4, **chosen}
    return DiffusersEditor(small(name), model=str(checkpoint(name)), **chosen)


def pixels(edited: Edited) -> Any:
    with Image.open(io.BytesIO(edited.picture.data)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.int16)


@pytest.mark.parametrize("name", NAMES)
async def test_a_pipeline_edits_tells_its_steps_and_repeats_itself(
    name: str, checkpoint: Checkpoint
) -> None:
    told: list[Progress] = []
    async with opened(name, checkpoint) as editor:
        first = await editor.edit(asked(name, seed=3, watch=told.append))
        again = await editor.edit(asked(name, seed=3))
        other = await editor.edit(asked(name, seed=4))
        details = editor.details
    assert told == [Progress(step, 4) for step in (1, 2, 3, 4)]
    assert first.picture.data == again.picture.data
    assert first.picture.data != other.picture.data
    assert pixels(first).shape == (64, 64, 3)
    assert details["steps"] == 4
    assert details["device"] == "cpu"


@pytest.mark.parametrize("name", NAMES)
async def test_a_cancelled_edit_stops_within_a_step_and_the_next_one_is_as_before(
    name: str, checkpoint: Checkpoint
) -> None:
    reached, go, told = threading.Event(), threading.Event(), list[int]()

    def hold(progress: Progress) -> None:
        told.append(progress.done)
        if progress.done == 2:
            reached.set()
            assert go.wait(60)

    async with opened(name, checkpoint) as editor:
        before = await editor.edit(asked(name, seed=5))
        async with anyio.create_task_group() as group:
            group.start_soon(editor.edit, asked(name, watch=hold))
            await to_thread.run_sync(reached.wait)
            group.cancel_scope.cancel()
        go.set()  # its caller is gone while the second of four steps is still made
        after = await editor.edit(asked(name, seed=5))
    assert told == [1, 2]
    assert after.picture.data == before.picture.data


@pytest.mark.parametrize("name", NAMES)
async def test_edits_at_once_take_turns_and_each_gets_its_own_picture(
    name: str, checkpoint: Checkpoint
) -> None:
    made: dict[int, bytes] = {}
    async with opened(name, checkpoint) as editor:
        alone = {seed: (await editor.edit(asked(name, seed=seed))).picture.data for seed in (1, 2)}

        async def one(seed: int) -> None:
            made[seed] = (await editor.edit(asked(name, seed=seed))).picture.data

        async with anyio.create_task_group() as group:
            for seed in (1, 2):
                group.start_soon(one, seed)
    assert made == alone


@pytest.mark.parametrize("name", BATCHED)
async def test_a_picture_is_the_same_alone_and_in_a_batch(
    name: str, checkpoint: Checkpoint
) -> None:
    requests = [
        asked(name, "add a hat", source=drawn("red"), seed=1),
        asked(name, "change the background to snow, sharpen it", source=drawn("blue"), seed=2),
        asked(name, "brighten the left half of the picture", source=drawn("green"), seed=3),
    ]
    async with opened(name, checkpoint) as editor:
        alone = [pixels(await editor.edit(request)) for request in requests]

    held, go, made = threading.Event(), threading.Event(), dict[int, Any]()

    def hold(progress: Progress) -> None:
        held.set()
        assert go.wait(60)

    async with opened(name, checkpoint, batch=3) as editor:

        async def one(nth: int) -> None:
            edited = await editor.edit(requests[nth])
            assert not any("singly" in note for note in edited.notes)
            made[nth] = pixels(edited)

        async with anyio.create_task_group() as group:
            group.start_soon(editor.edit, asked(name, watch=hold))
            await to_thread.run_sync(held.wait)
            for nth, _ in enumerate(requests):
                group.start_soon(one, nth)
            while editor.waiting < 3:  # noqa: ASYNC110 (the queue tells nobody)
                await anyio.sleep(0.005)
            go.set()
    for nth, expected in enumerate(alone):
        assert np.abs(made[nth] - expected).max() <= 1
        others = [each for other, each in enumerate(alone) if other != nth]
        assert all(np.abs(made[nth] - each).max() > 1 for each in others)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "instruction", ["🙂 zażółć 画像を赤く", "make it warmer, please; " * 208, "100% {sky} <b>"]
)
async def test_an_odd_instruction_is_an_edit_and_a_cut_one_is_noted(
    name: str, instruction: str, checkpoint: Checkpoint
) -> None:
    async with opened(name, checkpoint, steps=1) as editor:
        edited = await editor.edit(asked(name, instruction))
    cut = [note for note in edited.notes if "tokens and this pipeline reads" in note]
    assert len(cut) == (len(instruction) > 1000)


@pytest.mark.parametrize("name", NAMES)
async def test_an_empty_instruction_is_refused(name: str, checkpoint: Checkpoint) -> None:
    async with opened(name, checkpoint) as editor:
        with pytest.raises(EditorRejected, match="empty"):
            await editor.edit(asked(name, ""))


@pytest.mark.parametrize("name", ["qwen-image-edit", "longcat-image-edit", "flux2-klein"])
async def test_a_control_word_in_the_instruction_is_refused(
    name: str, checkpoint: Checkpoint
) -> None:
    async with opened(name, checkpoint) as editor:
        with pytest.raises(EditorRejected, match="control word"):
            await editor.edit(asked(name, "add <|image_pad|> to it"))


@pytest.mark.parametrize("name", NAMES)
async def test_a_huge_picture_is_scaled_down_and_keeps_its_aspect(
    name: str, checkpoint: Checkpoint
) -> None:
    huge = drawn(size=(6000, 4500), kind="JPEG")
    async with opened(name, checkpoint, steps=1) as editor:
        edited = await editor.edit(asked(name, source=huge))
    height, width, _ = pixels(edited).shape
    assert width * height <= 100 * 100
    assert {found.kind for found in edited.findings or ()} & {"size", "aspect"}


@pytest.mark.parametrize("name", ["qwen-image-edit-plus", "flux2", "flux2-klein"])
async def test_references_are_taken_up_to_their_number(name: str, checkpoint: Checkpoint) -> None:
    async with opened(name, checkpoint) as editor:
        most = editor.abilities.references
        references = tuple(drawn("blue", (64 + 16 * n, 64)) for n in range(most + 1))
        assert await editor.edit(asked(name, references=references[:most]))
        with pytest.raises(EditorRejected, match=f"takes {most} pictures beside the source"):
            await editor.edit(asked(name, references=references))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "flux-fill"])
async def test_a_mask_is_refused_where_the_pipeline_has_none(
    name: str, checkpoint: Checkpoint
) -> None:
    async with opened(name, checkpoint) as editor:
        with pytest.raises(EditorRejected, match="takes no mask"):
            await editor.edit(asked(name, mask=drawn("black")))


async def test_what_the_mask_protects_does_not_move(checkpoint: Checkpoint) -> None:
    source = drawn()
    async with opened("flux-fill", checkpoint) as editor:
        edited = await editor.edit(asked("flux-fill", source=source))
    with Image.open(io.BytesIO(source.data)) as image:
        given = np.asarray(image, dtype=np.int16)
    changed = np.abs(pixels(edited) - given)
    assert changed[:, 32:].max() == 0
    assert changed[:, :32].max() > 0


async def test_a_failure_inside_of_the_pipeline_is_typed_and_the_next_edit_works(
    checkpoint: Checkpoint,
) -> None:
    def load(*given: Any) -> Any:
        from editloop.tools.diffusers.loading import load

        loaded = load(*given)
        decode, calls = loaded.pipe.vae.decode, iter((True, False))

        def fails_once(*args: Any, **more: Any) -> Any:
            if next(calls):
                raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
            return decode(*args, **more)

        loaded.pipe.vae.decode = fails_once
        return loaded

    async with opened("flux-kontext", checkpoint, load=load) as editor:
        with pytest.raises(EditorError, match="ran out of memory on cpu at 64x64"):
            await editor.edit(asked("flux-kontext"))
        assert await editor.edit(asked("flux-kontext"))

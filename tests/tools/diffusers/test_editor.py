"""`DiffusersEditor` around a pipeline that paints plain colours."""

import io
from typing import Any

import anyio
import pytest
from anyio import to_thread
from painting import PLAIN, Held, PlainPipeline, loading, wide
from PIL import Image

from editloop.memory import EditorError, EditorRejected, PictureError, SettingsError
from editloop.tools import Described, Edited, Editor, EditRequest, Picture, Progress
from editloop.tools.diffusers import DiffusersEditor

pytestmark = pytest.mark.anyio


@pytest.fixture
def pipe() -> PlainPipeline:
    return PlainPipeline()


def plain(pipe: PlainPipeline, **chosen: Any) -> DiffusersEditor:
    return DiffusersEditor(PLAIN, load=loading(pipe), **chosen)


def colour(edited: Edited) -> tuple[int, ...]:
    found: Any = Image.open(io.BytesIO(edited.picture.data)).convert("RGB").getpixel((0, 0))
    return found


def size(edited: Edited) -> tuple[int, int]:
    return Image.open(io.BytesIO(edited.picture.data)).size


async def test_an_edit_is_made_and_encoded_without_loss(pipe: PlainPipeline) -> None:
    async with plain(pipe) as editor:
        assert isinstance(editor, Described)
        protocol: Editor = editor
        edited = await protocol.edit(EditRequest(wide(), "make it red", seed=77))
    assert colour(edited) == (77, len("make it red"), 0)
    assert edited.picture.media_type == "image/webp"
    assert edited.seconds > 0


async def test_every_step_is_told(pipe: PlainPipeline) -> None:
    told: list[Progress] = []
    async with plain(pipe, steps=3) as editor:
        await editor.edit(EditRequest(wide(), "red", watch=told.append))
    assert told == [Progress(1, 3), Progress(2, 3), Progress(3, 3)]


async def test_a_pipeline_gets_its_own_words(pipe: PlainPipeline) -> None:
    async with plain(pipe, guidance=4.0, parameters={"strength": 0.8}) as editor:
        await editor.edit(EditRequest(wide(), "red"))
    call = pipe.calls[0]
    assert (call["guidance_scale"], call["strength"]) == (4.0, 0.8)
    assert (call["width"], call["height"]) == (64, 48)
    assert call["image"][0].mode == "RGB"


async def test_one_request_may_ask_for_other_steps_and_guidance(pipe: PlainPipeline) -> None:
    async with plain(pipe) as editor:
        assert {"num_inference_steps", "true_cfg_scale"} <= editor.abilities.options
        options = {"num_inference_steps": 2, "true_cfg_scale": 3.0, "negative_prompt": "grey"}
        await editor.edit(EditRequest(wide(), "red", options=options))
        await editor.edit(EditRequest(wide(), "red", options={"negative_prompt": " "}))
    first, second = pipe.calls
    assert (first["num_inference_steps"], first["true_cfg_scale"]) == (2, 3.0)
    assert first["negative_prompt"] == ["grey"]
    assert (second["num_inference_steps"], second["negative_prompt"]) == (4, None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"num_inference_steps": 1.5}, "whole number"),
        ({"negative_prompt": "grey"}, "does nothing while true_cfg_scale is at most 1"),
        ({"width": 64}, "cannot be set"),
    ],
)
async def test_an_option_without_effect_is_refused_and_not_swallowed(
    pipe: PlainPipeline, options: dict[str, Any], said: str
) -> None:
    async with plain(pipe) as editor:
        with pytest.raises(EditorRejected, match=said):
            await editor.edit(EditRequest(wide(), "red", options=options))
    assert not pipe.calls


async def test_what_is_in_force_is_on_record(pipe: PlainPipeline) -> None:
    async with plain(pipe, steps=3) as editor:
        details = editor.details
    assert details["class"] == "PlainPipeline"
    assert (details["steps"], details["guidance_scale"], details["cfg"]) == (3, 2.5, False)


async def test_a_name_that_the_pipeline_does_not_take_is_refused_when_it_is_opened(
    pipe: PlainPipeline,
) -> None:
    with pytest.raises(SettingsError, match="takes no 'cfg'"):
        async with plain(pipe, parameters={"cfg": 3.0}):
            pass
    assert not pipe.calls


async def test_a_cancelled_edit_stops_after_its_step_and_the_next_one_works(
    pipe: PlainPipeline,
) -> None:
    held = Held(at=1)
    async with plain(pipe, steps=50) as editor:
        pipe.before_step = held
        async with anyio.create_task_group() as group:
            group.start_soon(editor.edit, EditRequest(wide(), "red"))
            await to_thread.run_sync(held.reached.wait)
            group.cancel_scope.cancel()
        assert pipe.steps_made == 1  # its caller is gone while the second step is still made
        held.go.set()
        pipe.before_step = lambda step: None
        edited = await editor.edit(EditRequest(wide(), "red", seed=5))
    assert pipe.steps_made == 2 + 50
    assert colour(edited)[0] == 5
    assert pipe.freed_hooks == 1


async def test_a_cancelled_edit_that_still_waits_never_reaches_the_pipeline(
    pipe: PlainPipeline,
) -> None:
    held = Held()
    pipe.before_step = held
    async with plain(pipe) as editor, anyio.create_task_group() as group:
        group.start_soon(editor.edit, EditRequest(wide(), "first"))
        await to_thread.run_sync(held.reached.wait)
        async with anyio.create_task_group() as impatient:
            impatient.start_soon(editor.edit, EditRequest(wide(), "second"))
            await queued(editor, 1)
            impatient.cancel_scope.cancel()
        assert editor.waiting == 0
        held.go.set()
    assert [call["prompt"] for call in pipe.calls] == [["first"]]


async def test_edits_at_once_are_made_one_after_the_other_by_one_thread(
    pipe: PlainPipeline,
) -> None:
    made: dict[int, Edited] = {}
    async with plain(pipe) as editor:

        async def one(seed: int) -> None:
            made[seed] = await editor.edit(EditRequest(wide(), "red", seed=seed))

        async with anyio.create_task_group() as group:
            for seed in range(9):
                group.start_soon(one, seed)
    assert pipe.most_at_once == 1
    assert len(pipe.threads) == 1
    assert {seed: colour(edited)[0] for seed, edited in made.items()} == {n: n for n in range(9)}


async def queued(editor: DiffusersEditor, count: int) -> None:
    while editor.waiting < count:  # noqa: ASYNC110 (the queue tells nobody, and pictures are decoded in threads)
        await anyio.sleep(0.001)


async def together(
    editor: DiffusersEditor, pipe: PlainPipeline, *requests: EditRequest
) -> list[Edited | Exception]:
    """Let requests wait behind a first one, so that they are there at the same time."""
    held = Held()
    pipe.before_step = held
    made: list[Edited | Exception] = [Exception()] * len(requests)

    async def one(nth: int, request: EditRequest) -> None:
        try:
            made[nth] = await editor.edit(request)
        except EditorError as error:
            made[nth] = error

    async with anyio.create_task_group() as group:
        group.start_soon(editor.edit, EditRequest(wide(), "the first"))
        await to_thread.run_sync(held.reached.wait)
        for nth, request in enumerate(requests):
            group.start_soon(one, nth, request)
        await queued(editor, len(requests))
        pipe.before_step = lambda step: None
        held.go.set()
    return made


async def test_requests_that_wait_run_together_and_each_gets_its_own_picture(
    pipe: PlainPipeline,
) -> None:
    told: list[Progress] = []
    requests = [
        EditRequest(wide(), "x" * seed, seed=seed, watch=told.append) for seed in range(10, 13)
    ]
    async with plain(pipe, batch=4) as editor:
        made = await together(editor, pipe, *requests)
    assert len(pipe.calls) == 2
    assert [colour(edited) for edited in made if isinstance(edited, Edited)] == [
        (10, 10, 0),
        (11, 11, 0),
        (12, 12, 0),
    ]
    assert told.count(Progress(4, 4)) == 3


async def test_requests_of_another_size_do_not_run_together(pipe: PlainPipeline) -> None:
    async with plain(pipe, batch=4) as editor:
        made = await together(
            editor, pipe, EditRequest(wide(), "red"), EditRequest(wide(32, 32), "red")
        )
    assert len(pipe.calls) == 3
    assert [size(edited) for edited in made if isinstance(edited, Edited)] == [(64, 48), (32, 32)]


async def test_what_fails_together_fails_only_for_the_request_that_caused_it(
    pipe: PlainPipeline,
) -> None:
    def fail_on_seed_13(images: list[Image.Image]) -> list[Image.Image]:
        if any(image.getpixel((0, 0)) == (13, 3, 0) for image in images):
            raise ValueError("bad luck")
        return images

    pipe.answer = fail_on_seed_13
    requests = [EditRequest(wide(), "red", seed=seed) for seed in (12, 13, 14)]
    async with plain(pipe, batch=4) as editor:
        first, second, third = await together(editor, pipe, *requests)
    assert isinstance(first, Edited)
    assert isinstance(third, Edited)
    assert colour(third)[0] == 14
    assert isinstance(second, EditorError)
    assert "ValueError: bad luck" in str(second)


async def test_one_of_a_batch_can_go_and_the_others_stay(pipe: PlainPipeline) -> None:
    held, second = Held(), Held(at=2)
    pipe.before_step = held
    made: list[Edited] = []
    async with plain(pipe, batch=2) as editor:

        async def stays() -> None:
            made.append(await editor.edit(EditRequest(wide(), "red", seed=8)))

        async with anyio.create_task_group() as group:
            group.start_soon(editor.edit, EditRequest(wide(), "the first"))
            await to_thread.run_sync(held.reached.wait)
            group.start_soon(stays)
            leaver = anyio.CancelScope()

            async def goes() -> None:
                with leaver:
                    await editor.edit(EditRequest(wide(), "red", seed=9))

            group.start_soon(goes)
            await queued(editor, 2)
            pipe.before_step = second
            held.go.set()
            await to_thread.run_sync(second.reached.wait)
            leaver.cancel()
            second.go.set()
    assert [colour(edited)[0] for edited in made] == [8]
    assert len(pipe.calls) == 2


async def test_a_pipeline_that_loses_a_picture_is_an_error(pipe: PlainPipeline) -> None:
    pipe.answer = lambda images: images[1:]
    async with plain(pipe) as editor:
        with pytest.raises(EditorError, match="gave 0 pictures for 1 requests"):
            await editor.edit(EditRequest(wide(), "red"))


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    "error",
    [
        OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
)
async def test_too_little_memory_is_told_with_advice_and_is_not_worth_a_retry(
    pipe: PlainPipeline, error: Exception
) -> None:
    def fail(images: list[Image.Image]) -> list[Image.Image]:
        raise error

    released: list[str] = []
    pipe.answer = fail
    async with DiffusersEditor(PLAIN, load=loading(pipe, released)) as editor:
        with pytest.raises(EditorError, match="64x48: set offload=model") as caught:
            await editor.edit(EditRequest(wide(), "red"))
        assert released == ["cpu"]
        pipe.answer = lambda images: images
        assert await editor.edit(EditRequest(wide(), "red"))
    assert not caught.value.retryable
    assert released == ["cpu", "cpu"]


async def test_a_lost_device_asks_for_a_new_process(pipe: PlainPipeline) -> None:
    def fail(images: list[Image.Image]) -> list[Image.Image]:
        raise RuntimeError("CUDA error: device-side assert triggered")

    pipe.answer = fail
    async with plain(pipe) as editor:
        with pytest.raises(EditorError, match="start this process again"):
            await editor.edit(EditRequest(wide(), "red"))


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (EditRequest(wide(), " "), "instruction is empty"),
        (EditRequest(wide(), "x" * 20_001), "20,001 characters"),
        (EditRequest(wide(), "red", mask=wide()), "takes no mask"),
        (EditRequest(wide(), "red", references=(wide(),)), "takes 0 pictures beside the source"),
    ],
)
async def test_what_it_cannot_do_is_refused_before_it_waits(
    pipe: PlainPipeline, request_: EditRequest, said: str
) -> None:
    async with plain(pipe) as editor:
        with pytest.raises(EditorRejected, match=said):
            await editor.edit(request_)
    assert not pipe.calls


async def test_what_is_no_picture_is_refused(pipe: PlainPipeline) -> None:
    async with plain(pipe) as editor:
        with pytest.raises(PictureError):
            await editor.edit(EditRequest(Picture(b"no picture", "image/png"), "red"))


async def test_a_large_picture_is_scaled_down_and_the_turn_says_so(pipe: PlainPipeline) -> None:
    async with plain(pipe) as editor:
        edited = await editor.edit(EditRequest(wide(600, 400), "red"))
    assert size(edited) == (72, 48)
    assert [found.kind for found in edited.findings or ()][:1] == ["size"]


async def test_the_answer_can_have_the_size_of_the_source(pipe: PlainPipeline) -> None:
    async with plain(pipe, parameters={"size": "source"}) as editor:
        edited = await editor.edit(EditRequest(wide(601, 399), "red"))
        assert editor.abilities.keeps_size
    assert size(edited) == (601, 399)
    assert "resampled from 72x48 to the size of the source" in edited.notes


async def test_transparency_is_laid_over_white_and_noted(pipe: PlainPipeline) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (64, 48), (0, 0, 0, 0)).save(file, "PNG")
    async with plain(pipe) as editor:
        edited = await editor.edit(EditRequest(Picture(file.getvalue(), "image/png"), "red"))
    assert "transparency was laid over white" in edited.notes
    assert pipe.calls[0]["image"][0].getpixel((0, 0)) == (255, 255, 255)

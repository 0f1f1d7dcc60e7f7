"""Pipelines with masks, references, no callback, and things to say."""

import io
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from painting import PLAIN, OldPipeline, loading, wide
from PIL import Image

from editloop.memory import EditorRejected, PictureError, SettingsError
from editloop.tools import EditRequest, Picture, Progress
from editloop.tools.diffusers import DiffusersEditor
from editloop.tools.diffusers.choices import Loading
from editloop.tools.diffusers.lora import Lora
from editloop.tools.diffusers.preset import Guidance, Preset, Words
from editloop.tools.diffusers.presets import PRESETS

pytestmark = pytest.mark.anyio

OLD = Preset(
    name="old",
    cls="OldPipeline",
    size=PLAIN.size,
    sized=None,
    area_as="max_area",
    callback="scheduler",
    steps=3,
)
MASKED = replace(OLD, mask="mask_image")


@pytest.fixture
def pipe() -> OldPipeline:
    return OldPipeline()


def mask(box: tuple[int, int, int, int], size: tuple[int, int] = (64, 48)) -> Picture:
    image = Image.new("L", size)
    image.paste(255, box)
    file = io.BytesIO()
    image.save(file, "PNG")
    return Picture(file.getvalue(), "image/png")


async def test_without_a_callback_the_scheduler_tells_the_steps(pipe: OldPipeline) -> None:
    told: list[Progress] = []
    async with DiffusersEditor(OLD, load=loading(pipe)) as editor:
        await editor.edit(EditRequest(wide(), "red", watch=told.append))
    assert told == [Progress(1, 3), Progress(2, 3), Progress(3, 3)]
    assert pipe.etas == [True]  # pipelines look at its signature
    assert "step" not in vars(pipe.scheduler)
    assert pipe.calls[0]["max_area"] == 64 * 48


async def test_without_a_callback_it_is_stopped_within_a_step(pipe: OldPipeline) -> None:
    made: list[int] = []
    gone = threading.Event()
    async with DiffusersEditor(OLD, load=loading(pipe)) as editor:
        with anyio.CancelScope() as scope:
            token = anyio.lowlevel.current_token()

            def leave(progress: Progress) -> None:
                made.append(progress.done)
                anyio.from_thread.run_sync(scope.cancel, token=token)
                assert gone.wait(30)  # this step is not over before the caller has left

            await editor.edit(EditRequest(wide(), "red", watch=leave))
        gone.set()
        assert scope.cancelled_caught
        await editor.edit(EditRequest(wide(), "red"))
    assert made == [1]


async def test_what_the_mask_protects_is_the_sources(pipe: OldPipeline) -> None:
    async with DiffusersEditor(MASKED, load=loading(pipe)) as editor:
        request = EditRequest(wide(shade=200), "red", mask=mask((0, 0, 32, 48)))
        edited = await editor.edit(request)
    image = Image.open(io.BytesIO(edited.picture.data)).convert("RGB")
    assert image.getpixel((10, 10)) == (0, 0, 0)
    assert image.getpixel((50, 10)) == (200, 200, 200)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "paints inside of a mask: send one"),
        (mask((0, 0, 0, 0)), "black all over"),
        (mask((0, 0, 8, 8), (32, 32)), "the mask is 32x32 and the source 64x48"),
    ],
)
async def test_a_mask_that_does_not_fit_is_refused(
    pipe: OldPipeline, given: Picture | None, said: str
) -> None:
    async with DiffusersEditor(MASKED, load=loading(pipe)) as editor:
        with pytest.raises(EditorRejected, match=said):
            await editor.edit(EditRequest(wide(), "red", mask=given))


async def test_references_follow_the_source_in_one_list(pipe: OldPipeline) -> None:
    preset = replace(OLD, listed=True, references=2)
    async with DiffusersEditor(preset, load=loading(pipe)) as editor:
        await editor.edit(EditRequest(wide(), "red", references=(wide(shade=9), wide(shade=8))))
    shades = [image.getpixel((0, 0))[0] for image in pipe.calls[0]["image"]]
    assert shades == [200, 9, 8]


async def test_what_a_pipeline_only_logs_becomes_a_note(pipe: OldPipeline) -> None:
    pipe.warnings = ("the scale is ignored", "the scale is ignored", "it was truncated to 77")
    async with DiffusersEditor(OLD, load=loading(pipe)) as editor:
        edited = await editor.edit(EditRequest(wide(), "red"))
    assert edited.notes == ("the pipeline says: the scale is ignored",)


async def test_an_all_black_answer_is_found(pipe: OldPipeline) -> None:
    async with DiffusersEditor(OLD, load=loading(pipe)) as editor:
        edited = await editor.edit(EditRequest(wide(), "red"))
    assert "placeholder" in {found.kind for found in edited.findings or ()}


async def test_black_in_float16_comes_with_advice(pipe: OldPipeline) -> None:
    def load(*given: Any) -> Any:
        loaded = loading(pipe)(*given)
        loaded.dtype = "float16"
        return loaded

    async with DiffusersEditor(OLD, load=load) as editor:
        edited = await editor.edit(EditRequest(wide(), "red"))
    assert any("dtype=bfloat16" in note for note in edited.notes)


async def test_any_pipeline_is_called_by_its_signature(pipe: OldPipeline) -> None:
    async with DiffusersEditor("custom", load=loading(pipe), parameters={"area": 4096}) as editor:
        assert editor.abilities.mask
        await editor.edit(EditRequest(wide(), "red", mask=mask((0, 0, 9, 9))))
        assert editor.details["class"] == "OldPipeline"
    assert pipe.calls[0]["num_inference_steps"] == 3


async def test_a_long_narrow_source_is_refused_before_it_waits(pipe: OldPipeline) -> None:
    async with DiffusersEditor(OLD, load=loading(pipe)) as editor:
        with pytest.raises(PictureError, match="crop it"):
            await editor.edit(EditRequest(wide(900, 20), "red"))
    assert not pipe.calls


async def test_a_control_word_is_refused_by_the_worker_and_the_next_edit_works(
    pipe: OldPipeline,
) -> None:
    pipe.tokenizer = Talkative()  # type: ignore[attr-defined]
    preset = replace(OLD, words=Words(tokens=9, chat=True))
    async with DiffusersEditor(preset, load=loading(pipe)) as editor:
        with pytest.raises(EditorRejected, match="control word"):
            await editor.edit(EditRequest(wide(), "paint <|im_end|> red"))
        assert await editor.edit(EditRequest(wide(), "paint it red"))


async def test_a_preset_without_guidance_says_so(pipe: OldPipeline) -> None:
    with pytest.raises(SettingsError, match="old has no guidance"):
        async with DiffusersEditor(OLD, load=loading(pipe), guidance=3.0):
            pass
    assert OLD.guidance == Guidance()


class Talkative:
    """A tokenizer with a control word."""

    all_special_tokens = ("<|im_end|>",)

    def __call__(self, text: str, **_: object) -> dict[str, list[str]]:
        return {"input_ids": text.split()}


class Takes:
    """A pipeline that takes LoRAs."""

    def __init__(self, says: str = "", error: Exception | None = None) -> None:
        self.loaded: list[tuple[str, dict[str, Any]]] = []
        self._says, self._error = says, error

    def load_lora_weights(self, source: str, **options: Any) -> None:
        self.loaded.append((source, options))
        if self._error:
            raise self._error
        if self._says:
            __import__("logging").getLogger("diffusers.utils").warning(self._says)


def test_a_lora_is_loaded_from_its_place_under_a_name() -> None:
    pipe = Takes()
    Lora.read("someone/style/warm.safetensors@0.5").load(pipe, "lora0", Loading())
    assert pipe.loaded == [
        (
            "someone/style",
            {
                "adapter_name": "lora0",
                "local_files_only": False,
                "weight_name": "warm.safetensors",
            },
        )
    ]


@pytest.mark.parametrize(
    ("pipe", "said"),
    [
        (SimpleNamespace(), "takes no LoRA"),
        (Takes(error=OSError("not there")), "cannot be loaded .OSError: not there"),
        (Takes("Loading led to unexpected keys found in the model"), "belongs to another model"),
    ],
)
def test_a_lora_that_would_do_nothing_is_refused(pipe: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Lora.read("someone/style").load(pipe, "lora0", Loading())


def test_every_lora_of_a_preset_can_be_read() -> None:
    named = [Lora.read(text) for preset in PRESETS.values() for text in preset.loras]
    assert {lora.file.partition("steps")[0][-1] for lora in named} == {"8", "4"}

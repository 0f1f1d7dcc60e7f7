"""Loading real pipelines: what is missing, what would do nothing, and what is put on top."""

import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from engines.fixtures_editors import small
from making import png

from editloop.memory import SettingsError
from editloop.tools import EditRequest, Picture
from editloop.tools.diffusers import DiffusersEditor

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("small_area")]
Checkpoint = Callable[[str], Path]
REQUEST = EditRequest(Picture(png(90, (64, 64)), "image/png"), "make it brighter", seed=1)


async def refused(name: str, model: Path | str, said: str, **chosen: Any) -> None:
    with pytest.raises(SettingsError, match=said):
        async with DiffusersEditor(name, model=str(model), device="cpu", **chosen):
            pass


@pytest.fixture
def copied(checkpoint: Checkpoint, tmp_path: Path) -> Callable[[str], Path]:
    """Copy a checkpoint, to be damaged."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(checkpoint(name), tmp_path / name))

    return copy


async def test_a_missing_component_is_named(copied: Callable[[str], Path]) -> None:
    folder = copied("flux-kontext")
    shutil.rmtree(folder / "vae")
    await refused("flux-kontext", folder, "lacks vae: the download is not complete")


async def test_missing_weights_are_named(copied: Callable[[str], Path]) -> None:
    folder = copied("flux-kontext")
    (folder / "transformer" / "diffusion_pytorch_model.safetensors").unlink()
    await refused(
        "flux-kontext", folder, "cannot be loaded as flux-kontext .*no file named .*safetensors"
    )


async def test_cut_off_weights_are_a_wrong_setting(copied: Callable[[str], Path]) -> None:
    folder = copied("instruct-pix2pix")
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    await refused("instruct-pix2pix", folder, "cannot be loaded as instruct-pix2pix")


async def test_another_pipeline_is_refused_with_the_preset_that_fits(
    checkpoint: Checkpoint,
) -> None:
    folder = checkpoint("longcat-image-edit")
    await refused("flux-kontext", folder, "use the preset longcat-image-edit")


async def test_a_model_that_is_nowhere_says_how_to_get_it() -> None:
    local = {"local_files_only": True}
    await refused("qwen-image-edit", "nobody/nothing", "hf download", parameters=local)


@pytest.mark.parametrize(
    ("name", "parameters", "said"),
    [
        ("flux-kontext", {"cfg": 2.0}, "takes no 'cfg'"),
        ("flux-kontext", {"negative": "blurry"}, "does nothing while true_cfg_scale"),
        ("qwen-image-edit", {"guidance_scale": 3.0}, "guidance_scale does nothing"),
        ("qwen-image-edit-plus", {"guidance_scale": 3.0}, "guidance_scale does nothing"),
        ("instruct-pix2pix", {"image_guidance_scale": 0.9}, "turn all guidance off"),
        ("flux2-klein", {"negative": "blurry"}, "takes no negative prompt"),
        ("longcat-image-edit", {"width": 64}, "width cannot be set"),
    ],
)
async def test_what_would_do_nothing_is_refused_when_it_is_opened(
    name: str, parameters: dict[str, Any], said: str, checkpoint: Checkpoint
) -> None:
    await refused(name, checkpoint(name), said, parameters=parameters)


async def test_distilled_weights_are_recognised(checkpoint: Checkpoint) -> None:
    folder = str(checkpoint("flux2-klein-distilled"))
    async with DiffusersEditor(small("flux2-klein"), model=folder, device="cpu") as editor:
        details = editor.details
        assert await editor.edit(REQUEST)
    assert (details["steps"], details["cfg"], details["guidance_scale"]) == (4, False, 1.0)
    await refused("flux2-klein", folder, "these weights are distilled", guidance=4.0)


@pytest.mark.parametrize("name", ["flux-kontext", "qwen-image-edit", "instruct-pix2pix"])
async def test_guidance_really_acts(name: str, checkpoint: Checkpoint) -> None:
    made: list[bytes] = []
    scale = "guidance_scale" if name == "flux-kontext" else ""
    for value in (1.5, 9.0):
        chosen: dict[str, Any] = {"parameters": {scale: value}} if scale else {"guidance": value}
        folder = str(checkpoint(name))
        async with DiffusersEditor(
            small(name), model=folder, device="cpu", steps=2, **chosen
        ) as it:
            made.append((await it.edit(REQUEST)).picture.data)
    assert made[0] != made[1]


@pytest.mark.parametrize(
    "name", ["flux-kontext", "qwen-image-edit-plus", "longcat-image-edit", "instruct-pix2pix"]
)
async def test_any_pipeline_runs_as_custom(name: str, checkpoint: Checkpoint) -> None:
    folder = str(checkpoint(name))
    custom = small("custom")
    async with DiffusersEditor(custom, model=folder, device="cpu", steps=2) as editor:
        assert await editor.edit(REQUEST)
        assert str(editor.details["class"]).endswith("Pipeline")


async def test_a_lora_changes_the_picture_by_its_scale(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    name, folder = "flux-kontext", str(checkpoint("flux-kontext"))
    weights = _lora(folder, tmp_path)
    made: list[bytes] = []
    for loras in ((), (f"{weights}@0.5",), (f"{weights}@3",)):
        chosen: dict[str, Any] = {"model": folder, "device": "cpu", "steps": 2, "loras": loras}
        async with DiffusersEditor(small(name), **chosen) as editor:
            made.append((await editor.edit(REQUEST)).picture.data)
    assert len(set(made)) == 3


async def test_a_lora_for_another_model_is_refused(checkpoint: Checkpoint, tmp_path: Path) -> None:
    weights = _lora(str(checkpoint("flux-kontext")), tmp_path)
    await refused(
        "qwen-image-edit",
        checkpoint("qwen-image-edit"),
        "it belongs to another model",
        loras=(str(weights),),
    )


async def test_lightning_runs_on_its_schedule(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = checkpoint("qwen-image-edit")
    weights = _lora(str(folder), tmp_path)
    lightning = small("qwen-image-edit-lightning")
    async with DiffusersEditor(
        lightning, model=str(folder), device="cpu", loras=(str(weights),)
    ) as editor:
        assert await editor.edit(REQUEST)
        assert (editor.details["steps"], editor.details["cfg"]) == (8, False)


def _lora(folder: str, out: Path) -> Path:
    """Train nothing: a LoRA of random weights for the transformer of a checkpoint."""
    diffusers: Any = import_module("diffusers")
    peft: Any = import_module("peft")
    torch: Any = import_module("torch")
    torch.manual_seed(1)
    pipe = diffusers.DiffusionPipeline.from_pretrained(folder)
    targets = ["to_q", "to_k", "to_v"]
    pipe.transformer.add_adapter(
        peft.LoraConfig(r=2, target_modules=targets, init_lora_weights=False)
    )
    layers = peft.utils.get_peft_model_state_dict(pipe.transformer)
    pipe.save_lora_weights(str(out), transformer_lora_layers=layers)
    return next(out.glob("*.safetensors"))

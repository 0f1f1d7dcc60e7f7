"""A folder is held against its preset before gigabytes are read."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from editloop.memory import SettingsError
from editloop.tools.diffusers.checkpoint import checked
from editloop.tools.diffusers.choices import Loading
from editloop.tools.diffusers.lora import Lora
from editloop.tools.diffusers.presets import preset


class Hub:
    """What asks the hub, which has nothing."""

    @staticmethod
    def load_config(model: str, **options: object) -> dict[str, Any]:
        if model == "somebody/qwen":
            return {"_class_name": "QwenImageEditPipeline"}
        raise OSError(f"{model} is not a local folder and is not a valid model identifier")


DIFFUSERS = SimpleNamespace(
    __version__="0.42.1",
    FluxKontextPipeline="kontext",
    QwenImageEditPipeline="qwen",
    DiffusionPipeline=Hub,
)


def folder(path: Path, **index: object) -> Loading:
    content = {"_class_name": "FluxKontextPipeline", "vae": ["diffusers", "AutoencoderKL"], **index}
    (path / "model_index.json").write_text(json.dumps(content))
    (path / "vae").mkdir()
    (path / "vae" / "config.json").write_text("{}")
    return Loading(model=str(path))


def look(name: str, loading: Loading) -> tuple[str, Any]:
    return checked(DIFFUSERS, preset(name), loading)


def test_a_whole_folder_is_taken(tmp_path: Path) -> None:
    assert look("flux-kontext", folder(tmp_path)) == (str(tmp_path), "kontext")


def test_the_class_of_a_custom_pipeline_is_what_the_folder_names(tmp_path: Path) -> None:
    assert look("custom", folder(tmp_path))[1] == "kontext"


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(SettingsError, match=r"there is no folder './nowhere'.*FLUX.1-Kontext-dev"):
        look("flux-kontext", Loading(model="./nowhere"))


def test_a_folder_without_an_index_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors").write_text("")
    with pytest.raises(SettingsError, match=r"no model_index.json but weights.safetensors"):
        look("flux-kontext", Loading(model=str(tmp_path)))


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_damaged_index_is_refused(tmp_path: Path, text: str) -> None:
    loading = folder(tmp_path)
    (tmp_path / "model_index.json").write_text(text)
    with pytest.raises(SettingsError, match="fetch it again"):
        look("flux-kontext", loading)


def test_a_missing_component_is_named(tmp_path: Path) -> None:
    loading = folder(
        tmp_path, transformer=["diffusers", "FluxTransformer2DModel"], safety_checker=[None, None]
    )
    with pytest.raises(SettingsError, match="lacks transformer: the download is not complete"):
        look("flux-kontext", loading)


def test_another_pipeline_is_refused_with_the_preset_that_fits(tmp_path: Path) -> None:
    loading = folder(tmp_path, _class_name="QwenImageEditPipeline")
    with pytest.raises(SettingsError, match="use the preset qwen-image-edit or"):
        look("flux-kontext", loading)


def test_another_pipeline_on_the_hub_is_refused_before_it_is_fetched() -> None:
    with pytest.raises(SettingsError, match="holds a QwenImageEditPipeline"):
        look("flux-kontext", Loading(model="somebody/qwen"))


def test_a_model_that_cannot_be_had_says_how_to_fetch_it() -> None:
    with pytest.raises(SettingsError, match="hf download nobody/nothing"):
        look("flux-kontext", Loading(model="nobody/nothing"))


def test_an_old_diffusers_is_told_apart_from_a_wrong_folder(tmp_path: Path) -> None:
    loading = folder(tmp_path, _class_name="FutureEditPipeline")
    with pytest.raises(SettingsError, match=r"diffusers 0.42.1 has no FutureEditPipeline"):
        look("custom", loading)


def test_a_custom_pipeline_needs_a_model() -> None:
    with pytest.raises(SettingsError, match="custom needs a model"):
        look("custom", Loading())


@pytest.mark.parametrize(
    ("text", "lora"),
    [
        ("someone/style", Lora("someone/style")),
        ("someone/style@0.5", Lora("someone/style", "", 0.5)),
        ("a/b/c.safetensors@2", Lora("a/b", "c.safetensors", 2.0)),
        ("c.safetensors", Lora(".", "c.safetensors")),
    ],
)
def test_a_lora_is_a_place_a_file_and_a_scale(text: str, lora: Lora) -> None:
    assert Lora.read(text) == lora


@pytest.mark.parametrize("text", ["a/b@strong", "@1", ""])
def test_a_lora_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="LoRA"):
        Lora.read(text)

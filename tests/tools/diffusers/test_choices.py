"""What can be chosen, and what is refused before anything is loaded."""

from types import SimpleNamespace
from typing import Any

import pytest

from editloop.memory import EditorError, EditorRejected, SettingsError
from editloop.tools.diffusers import DiffusersEditor
from editloop.tools.diffusers.choices import Loading, split
from editloop.tools.diffusers.instruction import fitted
from editloop.tools.diffusers.loading import load
from editloop.tools.diffusers.preset import Preset, Words
from editloop.tools.diffusers.presets import preset

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"offload": "disk"}, "offload='disk' must be one of none, model, sequential"),
        ({"dtype": "int8"}, "dtype='int8'"),
        ({"quantisation": "2bit"}, "quantisation='2bit'"),
        ({"offload": "model", "quantisation": "4bit"}, "cannot be combined"),
        ({"steps": 0}, "steps=0 must be at least 1"),
        ({"batch": 0}, "batch=0 must be at least 1"),
        ({"parameters": {"area": 10}}, "area=10"),
        ({"parameters": {"steps": "many"}}, "steps='many' must be a whole number"),
        ({"parameters": {"guidance": "high"}}, "guidance='high' must be a number"),
        ({"parameters": {"size": "huge"}}, "size='huge' must be one of model, source"),
        ({"parameters": {"class": "FluxPipeline"}}, "for the preset custom"),
    ],
)
def test_a_wrong_choice_is_refused_at_once(chosen: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        DiffusersEditor("flux-kontext", **chosen)


@pytest.mark.parametrize("name", ["qwen-image-edit-plus", "longcat-image-edit", "flux2", "custom"])
def test_a_batch_is_refused_where_the_pipeline_takes_one(name: str) -> None:
    with pytest.raises(SettingsError, match="takes one request at a time"):
        DiffusersEditor(name, batch=2)


def test_an_area_is_refused_where_the_pipeline_knows_one_size() -> None:
    with pytest.raises(SettingsError, match="paints at one size only"):
        DiffusersEditor("longcat", parameters={"area": 512 * 512})


def test_parameters_are_sorted_and_the_rest_is_the_pipelines() -> None:
    loading, sampling = split({"class": "X", "steps": 4.0, "negative": 3, "sigma": 1.5})
    assert loading == {"cls": "X"}
    assert sampling == {"steps": 4, "negative": "3", "knobs": {"sigma": 1.5}}


async def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(SettingsError, match=r"pip install 'editloop\[diffusers\]'"):
        async with DiffusersEditor("flux-kontext"):
            pass


class Pipe:
    """What `from_pretrained` gives, with a record of where it was put."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.config: dict[str, Any] = {"is_distilled": True}
        self.transformer = SimpleNamespace(config=SimpleNamespace(guidance_embeds=True))

    def to(self, device: str) -> None:
        self.done.append(f"to {device}")

    def enable_model_cpu_offload(self, device: str) -> None:
        self.done.append(f"model offload {device}")

    def enable_sequential_cpu_offload(self, device: str) -> None:
        self.done.append(f"sequential offload {device}")

    def set_progress_bar_config(self, **_: object) -> None: ...


class Kontext:
    """A pipeline's class."""

    given: dict[str, Any]
    error: Exception | None = None

    @classmethod
    def from_pretrained(cls, model: str, **given: Any) -> Pipe:
        cls.given = {"model": model, **given}
        if cls.error:
            raise cls.error
        return Pipe()


class Torch(SimpleNamespace):
    """As much of torch as loading asks for."""

    def __init__(self, *, cuda: bool, bf16: bool = True) -> None:
        there = SimpleNamespace(
            is_available=lambda: cuda, is_bf16_supported=lambda: bf16, empty_cache=lambda: None
        )
        super().__init__(
            __version__="2.13",
            cuda=there,
            backends=SimpleNamespace(),
            float32="f32",
            bfloat16="bf16",
            float16="f16",
        )


def kontext_on_the_hub(model: str, **_: object) -> dict[str, str]:
    return {"_class_name": "FluxKontextPipeline"}


def nothing_there(package: str) -> None:
    return None


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a torch and a diffusers of our own be the installed ones."""
    hub = SimpleNamespace(load_config=kontext_on_the_hub)
    bars = SimpleNamespace(is_progress_bar_enabled=lambda: False)
    utils = SimpleNamespace(logging=bars)
    diffusers = SimpleNamespace(
        __version__="0.42.1", DiffusionPipeline=hub, FluxKontextPipeline=Kontext, utils=utils
    )
    monkeypatch.setattr(Kontext, "error", None)

    def install(torch: Torch) -> None:
        modules = __import__("sys").modules
        monkeypatch.setitem(modules, "torch", torch)
        monkeypatch.setitem(modules, "diffusers", diffusers)
        monkeypatch.setitem(modules, "transformers", SimpleNamespace(utils=utils))

    return install


def loaded(**chosen: Any) -> Any:
    return load(preset("flux-kontext"), Loading(**chosen))


def test_the_first_accelerator_is_taken_in_half_precision(installed: Any) -> None:
    installed(Torch(cuda=True))
    made = loaded()
    assert (made.device, made.dtype, made.pipe.done) == ("cuda", "bfloat16", ["to cuda"])
    assert (made.facts.guidance_embeds, made.facts.distilled) == (True, True)


def test_an_old_accelerator_gets_float16(installed: Any) -> None:
    installed(Torch(cuda=True, bf16=False))
    assert loaded().dtype == "float16"


def test_without_an_accelerator_it_is_the_processor_in_full_precision(installed: Any) -> None:
    installed(Torch(cuda=False))
    made = loaded()
    assert (made.device, made.dtype) == ("cpu", "float32")


def test_a_device_that_is_not_there_is_refused(installed: Any) -> None:
    installed(Torch(cuda=False))
    with pytest.raises(SettingsError, match="device='cuda:1' is not there"):
        loaded(device="cuda:1")


@pytest.mark.parametrize("how", ["model", "sequential"])
def test_offloading_needs_an_accelerator(installed: Any, how: str) -> None:
    installed(Torch(cuda=False))
    with pytest.raises(SettingsError, match=f"offload={how} needs an accelerator"):
        loaded(offload=how)
    installed(Torch(cuda=True))
    assert loaded(offload=how, device="cuda:1").pipe.done == [f"{how} offload cuda:1"]


def test_quantisation_names_the_package_that_is_missing(
    installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("editloop.tools.diffusers.door.find_spec", nothing_there)
    installed(Torch(cuda=True))
    with pytest.raises(SettingsError, match="pip install bitsandbytes"):
        loaded(quantisation="4bit")


def test_weights_that_cannot_be_read_are_a_wrong_setting(installed: Any) -> None:
    installed(Torch(cuda=False))
    Kontext.error = OSError("no file named diffusion_pytorch_model.safetensors")
    with pytest.raises(SettingsError, match=r"cannot be loaded as flux-kontext.*no file named"):
        loaded()


def test_weights_that_do_not_fit_are_told_with_advice(installed: Any) -> None:
    installed(Torch(cuda=False))
    Kontext.error = RuntimeError("CUDA out of memory")
    with pytest.raises(EditorError, match="does not fit on cpu: set offload=model"):
        loaded()


def by_words(text: str, **_: object) -> dict[str, list[str]]:
    return {"input_ids": text.split()}


class Tokenizer:
    """Counts words."""

    all_special_tokens = ("<|image_pad|>",)

    def __call__(self, text: str, **_: object) -> dict[str, list[str]]:
        return by_words(text)


TALK = Preset(name="talk", words=Words(tokens=3, chat=True))


def test_a_long_instruction_is_cut_where_the_pipeline_stops_reading_and_noted() -> None:
    kept, note = fitted("make the sky orange again", TALK, SimpleNamespace(tokenizer=Tokenizer()))
    assert kept.split() == ["make", "the", "sky"]
    assert "5 tokens and this pipeline reads 3" in note


def test_an_instruction_that_fits_is_left_alone() -> None:
    pipe = SimpleNamespace(tokenizer=Tokenizer())
    assert fitted("make it red", TALK, pipe) == ("make it red", "")


def test_a_tokenizer_inside_of_a_processor_is_found() -> None:
    processor = SimpleNamespace(tokenizer=Tokenizer())
    assert fitted("a b c d", TALK, SimpleNamespace(tokenizer=processor))[1]


def test_a_control_word_of_the_model_is_refused() -> None:
    with pytest.raises(EditorRejected, match="control word"):
        fitted("paint <|image_pad|> red", TALK, SimpleNamespace(tokenizer=Tokenizer()))

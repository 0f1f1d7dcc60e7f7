"""From a folder or an id on the hub to a pipeline on its device. Runs in the worker's thread."""

import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ...memory import EditloopError, EditorError, SettingsError
from . import door
from .checkpoint import checked
from .choices import Loading
from .failures import is_memory
from .lora import Lora
from .plan import Facts
from .preset import Preset

_SAID = 400  # characters of a foreign message that are passed on


@dataclass(slots=True)
class Loaded:
    """A pipeline and how it lies in memory."""

    pipe: Any
    device: str
    dtype: str
    seeded: Callable[[int], Any]
    """A source of random numbers for a seed; on the CPU, so that every device draws the same."""

    facts: Facts
    release: Callable[[], None]
    """Give cached memory back to the device."""

    versions: tuple[tuple[str, str], ...] = ()

    def free(self) -> None:
        """Let go of the weights."""
        self.pipe = None
        gc.collect()
        self.release()


Load = Callable[[Preset, Loading], Loaded]
"""How a pipeline comes into memory; tests give one of their own."""


def load(preset: Preset, loading: Loading) -> Loaded:
    """Load a pipeline by the words of its preset.

    Raises:
        SettingsError: a package, the folder, a component or the device is missing, the folder
            holds another pipeline, or the weights cannot be read.
        EditorError: there is too little memory.
    """
    torch, diffusers = door.torch(), door.diffusers()
    device, dtype = _device(torch, loading), ""
    try:
        model, cls = checked(diffusers, preset, loading)
        dtype = _dtype(torch, loading, device)
        options = _options(torch, diffusers, preset, loading, dtype)
        with _quiet(diffusers):
            pipe = cls.from_pretrained(model, **options)
            _dress(pipe, preset, loading)
        _place(pipe, loading, device)
    except EditloopError:
        raise
    except Exception as error:
        raise _failed(error, preset, loading, device) from error

    pipe.set_progress_bar_config(disable=True)
    return Loaded(
        pipe,
        device,
        dtype,
        lambda seed: torch.Generator("cpu").manual_seed(seed),
        facts_of(pipe),
        lambda: _release(torch, device),
        (("torch", str(torch.__version__)), ("diffusers", str(diffusers.__version__))),
    )


@contextmanager
def _quiet(diffusers: Any) -> Generator[None]:
    """Keep progress bars out of the terminal, which may be ours."""
    homes = [diffusers.utils.logging, import_module("transformers").utils.logging]
    shown = [home for home in homes if home.is_progress_bar_enabled()]
    for home in shown:
        home.disable_progress_bar()
    try:
        yield
    finally:
        for home in shown:
            home.enable_progress_bar()


def facts_of(pipe: Any) -> Facts:
    """Read what the weights say of themselves."""
    transformer = getattr(getattr(pipe, "transformer", None), "config", None)
    config = getattr(pipe, "config", {})
    embeds = getattr(transformer, "guidance_embeds", None)
    distilled = config.get("is_distilled")
    return Facts(
        guidance_embeds=None if embeds is None else bool(embeds),
        distilled=None if distilled is None else bool(distilled),
    )


def _options(
    torch: Any, diffusers: Any, preset: Preset, loading: Loading, dtype: str
) -> dict[str, Any]:
    options: dict[str, Any] = {
        "dtype": getattr(torch, dtype),
        "local_files_only": loading.local_files_only,
        "use_safetensors": True,  # the other format runs code of whoever made the file
    }
    options |= {n: v for n in ("revision", "variant") if (v := getattr(loading, n))}
    if loading.quantisation != "none":
        options["quantization_config"] = _quantised(torch, diffusers, preset, loading, dtype)
    return options


def _quantised(torch: Any, diffusers: Any, preset: Preset, loading: Loading, dtype: str) -> Any:
    door.need("bitsandbytes", f"quantisation={loading.quantisation}")
    config = getattr(diffusers, "PipelineQuantizationConfig", None)
    if config is None:
        raise SettingsError("quantisation needs a newer diffusers: pip install -U diffusers")

    kwargs: dict[str, Any] = {"load_in_8bit": True}
    if loading.quantisation == "4bit":
        compute = getattr(torch, dtype)
        kwargs = {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_compute_dtype": compute,
        }
    return config(
        quant_backend=f"bitsandbytes_{loading.quantisation}",
        quant_kwargs=kwargs,
        components_to_quantize=list(preset.quantised),
    )


def _dress(pipe: Any, preset: Preset, loading: Loading) -> None:
    """Put on LoRAs, and the schedule that belongs to them."""
    loras = [Lora.read(each) for each in loading.loras or preset.loras]
    if loras:
        door.need("peft", "a LoRA")
    names = [f"lora{nth}" for nth, _ in enumerate(loras)]
    for name, lora in zip(names, loras, strict=True):
        lora.load(pipe, name, loading)
    if loras:
        pipe.set_adapters(names, adapter_weights=[lora.scale for lora in loras])
    if preset.scheduler:
        scheduler = pipe.scheduler  # `from_config` is a class method
        pipe.scheduler = scheduler.from_config(scheduler.config, **preset.scheduler)


def _place(pipe: Any, loading: Loading, device: str) -> None:
    if loading.compile:
        _compile(pipe)
    if loading.offload == "model":
        pipe.enable_model_cpu_offload(device=device)
    elif loading.offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=device)
    else:
        pipe.to(device)


def _compile(pipe: Any) -> None:
    """Block by block where the model allows it: a tenth of the time of compiling it whole."""
    model = getattr(pipe, "transformer", None) or getattr(pipe, "unet", None)
    if model is None:
        raise SettingsError(f"{type(pipe).__name__} has nothing to compile: leave compile out")

    if getattr(model, "_repeated_blocks", None):
        model.compile_repeated_blocks()
    else:
        model.compile()


def _device(torch: Any, loading: Loading) -> str:
    found = loading.device
    if found == "auto":
        found = next((each for each in ("cuda", "xpu", "mps") if _there(torch, each)), "cpu")
    kind = found.partition(":")[0]
    if kind != "cpu" and not _there(torch, kind):
        raise SettingsError(
            f"device={found!r} is not there for torch {torch.__version__}: use device=cpu, or "
            "install the torch of this accelerator"
        )

    if kind == "cpu" and loading.offload != "none":
        raise SettingsError(f"offload={loading.offload} needs an accelerator: leave it out")

    return found


def _there(torch: Any, kind: str) -> bool:
    home = torch.backends if kind == "mps" else torch
    module = getattr(home, kind, None)
    return bool(module is not None and hasattr(module, "is_available") and module.is_available())


def _dtype(torch: Any, loading: Loading, device: str) -> str:
    if loading.dtype != "auto":
        return loading.dtype

    if device == "cpu":
        return "float32"

    old = device.startswith("cuda") and not torch.cuda.is_bf16_supported()
    return "float16" if old else "bfloat16"


def _release(torch: Any, device: str) -> None:
    module = getattr(torch, device.partition(":")[0], None)
    with suppress(Exception):  # nothing to give back on the CPU
        if module is not None:
            module.empty_cache()


def _failed(error: Exception, preset: Preset, loading: Loading, device: str) -> EditloopError:
    model = loading.model or preset.model
    if is_memory(error):
        return EditorError(
            f"{model} does not fit on {device}: set offload=model, or quantisation=8bit or 4bit"
        )

    said = f"{type(error).__name__}: {str(error)[:_SAID]}"
    return SettingsError(f"{model} cannot be loaded as {preset.name} ({said})")

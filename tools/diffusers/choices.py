"""What a user may choose about a pipeline, beside the preset."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...memory import SettingsError

Knob = str | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How the weights come into memory."""

    model: str = ""
    """A folder, or an id on the hub; empty is the preset's."""

    device: str = "auto"
    """`cuda`, `cuda:1`, `mps`, `cpu`, …; `auto` is the first accelerator there is."""

    dtype: str = "auto"
    """`float32`, `bfloat16` or `float16`; `auto` is bfloat16 on an accelerator (float16 where it has none), float32 on the CPU."""

    offload: str = "none"
    """`none`; `model` keeps one component at a time on the device, `sequential` one layer: slow, small."""

    quantisation: str = "none"
    """`none`, `8bit` or `4bit`: weights of the large components, by bitsandbytes."""

    compile: bool = False
    """Compile the repeated blocks with torch; the first edit of a size takes minutes."""

    loras: tuple[str, ...] = ()
    """`FOLDER_OR_ID[/FILE.safetensors][@SCALE]`; given ones replace the preset's."""

    cls: str = ""
    """Class of diffusers for the preset `custom`; empty is what the folder names."""

    local_files_only: bool = False
    revision: str = ""
    variant: str = ""
    """Of the weights, such as `fp16`."""

    def __post_init__(self) -> None:
        _one_of("offload", self.offload, ("none", "model", "sequential"))
        _one_of("quantisation", self.quantisation, ("none", "8bit", "4bit"))
        _one_of("dtype", self.dtype, ("auto", "float32", "bfloat16", "float16"))
        if self.offload != "none" and self.quantisation != "none":
            raise SettingsError(
                f"offload={self.offload} cannot be combined with quantisation={self.quantisation}: "
                "leave one out"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How every edit is made; None is the preset's."""

    steps: int | None = None
    guidance: float | None = None
    """The preset's main scale, by whatever name."""

    negative: str | None = None
    area: int | None = None
    """Pixels to paint at most."""

    size: str = "model"
    """`source` resamples the answer to the size of the source; `model` leaves it as painted."""

    knobs: Mapping[str, Knob] = field(default_factory=dict[str, Knob])
    """Arguments by the pipeline's own names."""

    def __post_init__(self) -> None:
        _one_of("size", self.size, ("model", "source"))
        if self.steps is not None and self.steps < 1:
            raise SettingsError(f"steps={self.steps} must be at least 1")

        if self.area is not None and self.area < _LEAST_AREA:
            raise SettingsError(f"area={self.area} must be at least {_LEAST_AREA} pixels")


STEPS, NEGATIVE = "num_inference_steps", "negative_prompt"
_LEAST_AREA = 32 * 32


def asked(sampling: Sampling, options: Mapping[str, Knob]) -> Sampling:
    """How one edit is made: as always, but for what its request asks.

    A blank negative prompt is what official services always send; it asks for nothing.

    Raises:
        SettingsError: a value of another type than its field.
    """
    knobs, steps, negative = dict(sampling.knobs), sampling.steps, sampling.negative
    for name, value in options.items():
        if name == STEPS:
            steps = int(_typed(name, value, int))
        elif name != NEGATIVE:
            knobs[name] = value
        elif str(value).strip():
            negative = str(value)
            knobs.pop(NEGATIVE, None)

    return replace(sampling, steps=steps, negative=negative, knobs=knobs)


def split(parameters: Mapping[str, Knob]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Sort parameters into fields of `Loading` and of `Sampling`; what is neither is a knob.

    Raises:
        SettingsError: a value of another type than its field.
    """
    loading: dict[str, Any] = {}
    sampling: dict[str, Any] = {"knobs": {}}
    for name, value in parameters.items():
        if name in _LOADING:
            loading[_LOADING[name]] = value if isinstance(value, bool) else str(value)
        elif name in _SAMPLING:
            sampling[name] = _typed(name, value, _SAMPLING[name])
        else:
            sampling["knobs"][name] = value

    return loading, sampling


_LOADING = {
    "class": "cls",
    "local_files_only": "local_files_only",
    "revision": "revision",
    "variant": "variant",
}
_SAMPLING: Mapping[str, type] = {
    "steps": int,
    "guidance": float,
    "negative": str,
    "area": int,
    "size": str,
}


def _typed(name: str, value: Knob, kind: type) -> Knob:
    if kind is str:
        return str(value)

    if isinstance(value, str | bool) or (kind is int and value != int(value)):
        what = "a whole number" if kind is int else "a number"
        raise SettingsError(f"{name}={value!r} must be {what}")

    return int(value) if kind is int else float(value)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SettingsError(f"{name}={value!r} must be one of {', '.join(allowed)}")

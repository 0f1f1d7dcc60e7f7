"""What every call of a pipeline is made with, held against its real signature.

Pipelines ignore what they do not use and switch guidance off with at most a line in a log. Here an
argument that would do nothing is refused before the first edit, and what is in force is on record.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from inspect import Parameter, signature
from typing import Any

from ...memory import SettingsError
from .choices import Knob, Sampling
from .preset import Guidance, Preset

_OURS = frozenset(
    {
        "prompt",
        "image",
        "images",
        "input_images",
        "mask_image",
        "generator",
        "num_images_per_prompt",
        "output_type",
        "return_dict",
        "callback",
        "callback_steps",
        "callback_on_step_end",
        "callback_on_step_end_tensor_inputs",
        "latents",
        "prompt_embeds",
        "negative_prompt_embeds",
        "width",
        "height",
        "max_area",
        "num_inference_steps",
    }
)
_SCALES = (
    "true_cfg_scale",
    "guidance_scale",
    "text_guidance_scale",
    "image_guidance_scale",
    "img_guidance_scale",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the weights say of themselves; None where they do not."""

    guidance_embeds: bool | None = None
    """They read an embedded guidance scale."""

    distilled: bool | None = None
    """They need few steps and no CFG."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of a call beside pictures, words and seeds."""

    steps: int
    arguments: Mapping[str, Knob]
    negative: str | None
    """Passed for each instruction when it is not None."""

    cfg: bool | None
    """Whether classifier-free guidance is on; None where it cannot be known."""

    @property
    def kind(self) -> Hashable:
        """The same for plans that one call can follow."""
        return self.steps, tuple(sorted(self.arguments.items())), self.negative

    @property
    def details(self) -> dict[str, str | int | float | bool | None]:
        """For the record of a run."""
        return {"steps": self.steps, **self.arguments, "negative": self.negative, "cfg": self.cfg}


def planned(
    preset: Preset, sampling: Sampling, parameters: Mapping[str, Any], facts: Facts
) -> Plan:
    """Settle the arguments of every call.

    `parameters` are the names that the pipeline takes.

    Raises:
        SettingsError: an argument that the pipeline does not take, that is ours to give, or that
            would do nothing with these weights.
    """
    scales = _scales(preset, sampling, facts)
    knobs = {n: v for n, v in sampling.knobs.items() if n not in (*scales, "negative_prompt")}
    for name in knobs:
        if name in _OURS:
            raise SettingsError(f"{name} cannot be set: it is given with every edit")

    arguments: dict[str, Knob] = {**scales, **preset.always, **knobs}
    _check_taken(preset, arguments, parameters)
    on = _guided(preset.guidance, scales, facts)
    wanted = sampling.knobs.get("negative_prompt", sampling.negative)
    negative = _negative(preset, None if wanted is None else str(wanted), on, parameters)
    return Plan(_steps(preset, sampling, facts), arguments, negative, on)


def options(preset: Preset, parameters: Mapping[str, Any]) -> frozenset[str]:
    """What a request may ask for: `EditRequest.options` by these names."""
    scales = {name for name in (*_SCALES, *preset.guidance.scales) if name in parameters}
    texts = {"negative_prompt", "max_sequence_length"} & set(parameters)
    return frozenset({"num_inference_steps", *scales, *texts})


def inspected(preset: Preset, call: Any, name: str) -> Preset:
    """Fill the preset `custom` from the signature of a pipeline.

    Raises:
        SettingsError: it takes no source picture that we know how to give.
    """
    parameters = signature(call).parameters
    image = next((each for each in ("image", "images") if each in parameters), None)
    if image is None or "prompt" not in parameters:
        raise SettingsError(
            f"{name} takes no image and prompt, so it is no editor; "
            f"it takes {', '.join(parameters)}"
        )

    defaults = {n: p.default for n, p in parameters.items() if isinstance(p.default, int | float)}
    scales = {each: float(defaults[each]) for each in _SCALES if each in defaults}
    true_cfg = "true_cfg_scale" if "true_cfg_scale" in scales else ""
    return replace(
        preset,
        cls=name,
        image=image,
        listed=image == "images",
        mask="mask_image" if "mask_image" in parameters else "",
        steps=int(defaults.get("num_inference_steps", preset.steps)),
        guidance=Guidance(
            scales=scales, cfg=true_cfg, negative=" " if "negative_prompt" in parameters else None
        ),
        sized=("width", "height") if {"width", "height"} <= set(parameters) else None,
        area_as="max_area" if "max_area" in parameters else "",
        callback="step_end" if "callback_on_step_end" in parameters else "scheduler",
    )


def taken_by(call: Any) -> Mapping[str, Parameter]:
    """The arguments of a pipeline, by name."""
    found = signature(call).parameters
    return {name: each for name, each in found.items() if each.kind is not each.VAR_KEYWORD}


def _scales(preset: Preset, sampling: Sampling, facts: Facts) -> dict[str, float]:
    """The scales in force: the preset's, then the user's; those that do nothing are left out."""
    guidance = preset.guidance
    chosen: dict[str, float] = {}
    if sampling.guidance is not None:
        if not guidance.scales:
            raise SettingsError(f"{preset.name} has no guidance: leave guidance out")
        chosen[next(iter(guidance.scales))] = sampling.guidance

    for name in (*_SCALES, *guidance.scales):
        if (value := sampling.knobs.get(name)) is not None:
            chosen[name] = _number(name, value)

    scales = {**guidance.scales, **chosen}
    _check_embedded(preset, scales, chosen, facts)
    if facts.distilled and guidance.cfg in scales:
        if chosen.get(guidance.cfg, 0) > 1:
            raise SettingsError(
                f"{guidance.cfg}={chosen[guidance.cfg]:g} does nothing: these weights are distilled "
                "and follow without guidance; leave it out, or load the undistilled ones"
            )
        scales[guidance.cfg] = 1.0
    return scales


def _check_embedded(
    preset: Preset, scales: dict[str, float], chosen: Mapping[str, float], facts: Facts
) -> None:
    name = preset.guidance.embedded
    if not name:
        return

    if facts.guidance_embeds is False:
        if name in chosen:
            advice = f": set {preset.guidance.cfg} instead" if preset.guidance.cfg else ""
            raise SettingsError(f"{name} does nothing with these weights, they read none{advice}")
        scales.pop(name, None)
    elif facts.guidance_embeds and name not in scales:
        raise SettingsError(f"these weights need {name}: give it a number")


def _guided(guidance: Guidance, scales: Mapping[str, float], facts: Facts) -> bool | None:
    """Whether CFG is on.

    Raises:
        SettingsError: another scale would turn it off.
    """
    if not guidance.cfg:
        return None

    on = scales.get(guidance.cfg, 0.0) > 1 and not facts.distilled
    for name, floor in guidance.floors.items():
        if on and scales[name] < floor:
            raise SettingsError(
                f"{name}={scales[name]:g} would turn all guidance off: give at least {floor:g}, "
                f"or set {guidance.cfg} to 1"
            )

    return on


def _negative(
    preset: Preset, wanted: str | None, on: bool | None, parameters: Mapping[str, Any]
) -> str | None:
    taken = "negative_prompt" in parameters
    if wanted is None:
        return preset.guidance.negative if taken and on is not False else None

    if not taken:
        raise SettingsError(f"{preset.cls} takes no negative prompt: leave it out")

    if on is False:
        raise SettingsError(
            f"the negative prompt {wanted!r} does nothing while {preset.guidance.cfg} is at most 1: "
            "raise it, or leave the negative prompt out"
        )

    return wanted


def _steps(preset: Preset, sampling: Sampling, facts: Facts) -> int:
    if sampling.steps is not None:
        return sampling.steps

    slow = facts.distilled is False and preset.undistilled_steps
    return preset.undistilled_steps if slow else preset.steps


def _check_taken(
    preset: Preset, arguments: Mapping[str, Knob], parameters: Mapping[str, Any]
) -> None:
    ours = (preset.image, preset.mask, preset.area_as, *(preset.sized or ()))
    for name in (*arguments, *ours, "prompt", "num_inference_steps", "generator"):
        if name and name not in parameters:
            free = sorted(set(parameters) - _OURS - {"self"})
            raise SettingsError(f"{preset.cls} takes no {name!r}; it takes {', '.join(free)}")


def _number(name: str, value: Knob) -> float:
    if isinstance(value, str | bool):
        raise SettingsError(f"{name}={value!r} must be a number")

    return float(value)

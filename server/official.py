"""The faces of EditThinker's official services: defaults, meanings, names in the answer.

Written from the services' protocol at commit 803d1a7; ports and ranges are those of our client's
table. `plain` is the face of any other editor: the same protocol, every common parameter, no
defaults of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..memory import SettingsError
from ..tools.remote.editthinker_presets import PRESETS

STEPS = "num_inference_steps"
STEPS_MISSPELT = "num_inference_step"
"""What the official client sends and the official services do not read; here it counts."""


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric field; outside its range the answer is 422."""

    default: float | None
    low: float
    high: float
    names: tuple[str, ...]
    """The editor's options that it may mean; the first that the editor has is set."""

    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """How one official service looks from outside."""

    port: int
    numbers: Mapping[str, Number]
    texts: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    """Text fields and their defaults; they are options of the same name."""

    inert: Mapping[str, Number] = field(default_factory=dict[str, Number])
    """Fields that are checked and change nothing."""

    verb: Literal["edit", "fill"] = "edit"
    prompts: Literal["original", "bare"] = "original"
    """Whether the answer repeats the instruction as `original_prompt` or as `prompt`."""

    model_type: str = ""
    """What Lightning services say beside everything else."""

    @property
    def answer(self) -> str:
        """The field that holds the edited picture."""
        return "filled_image" if self.verb == "fill" else "edited_image"


def _face(
    service: str,
    defaults: Mapping[str, float],
    *,
    means: Mapping[str, tuple[str, ...]] | None = None,
    texts: Mapping[str, str | None] | None = None,
    prompts: Literal["original", "bare"] = "original",
    model_type: str = "",
) -> Face:
    """The face of a service: its port and its ranges are those that our client of it knows."""
    known = PRESETS[service]
    fields: dict[str, Number] = {}
    for name, allowed in known.ranges.items():
        names = () if name in known.inert else (means or {}).get(name, (name,))
        fields[name] = Number(defaults[name], allowed.low, allowed.high, names, allowed.whole)
    return Face(
        port=known.port,
        numbers={name: number for name, number in fields.items() if name not in known.inert},
        texts=texts or {},
        inert={name: number for name, number in fields.items() if name in known.inert},
        verb="fill" if known.path == "/fill" else "edit",
        prompts=prompts,
        model_type=model_type,
    )


def _free(high: float, *names: str, low: float = 0, whole: bool = False) -> Number:
    return Number(None, low, high, names, whole)


_GUIDANCE = "guidance_scale"
_TRUE = {_GUIDANCE: ("true_cfg_scale", _GUIDANCE)}  # the Qwen services' guidance is the true one

FACES: Mapping[str, Face] = {
    "qwen-edit": _face(
        "qwen-edit", {_GUIDANCE: 4.0, STEPS: 50}, means=_TRUE, texts={"negative_prompt": " "}
    ),
    "qwen-edit-lightning": _face(
        "qwen-edit-lightning",
        {_GUIDANCE: 1.0, STEPS: 8},
        means=_TRUE,
        texts={"negative_prompt": " "},
        model_type="Lightning-Edit",
    ),
    "flux-kontext": _face("flux-kontext", {_GUIDANCE: 2.5, STEPS: 28}),
    "flux-fill": _face("flux-fill", {_GUIDANCE: 30.0, STEPS: 50, "max_sequence_length": 512}),
    "omnigen2": _face(
        "omnigen2",
        {"text_guidance_scale": 5.0, "image_guidance_scale": 2.0, STEPS: 50},
        means={"text_guidance_scale": ("text_guidance_scale", _GUIDANCE)},
        texts={"negative_prompt": None},
    ),
    "longcat": _face(
        "longcat",
        {_GUIDANCE: 4.5, STEPS: 50, "num_images_per_prompt": 1},
        texts={"negative_prompt": ""},
        prompts="bare",
    ),
    "plain": Face(
        port=PRESETS["flux-kontext"].port,
        numbers={
            "true_cfg_scale": _free(100, "true_cfg_scale"),
            _GUIDANCE: _free(100, _GUIDANCE, "true_cfg_scale"),
            "text_guidance_scale": _free(100, "text_guidance_scale"),
            "image_guidance_scale": _free(100, "image_guidance_scale"),
            "strength": _free(1, "strength"),
            STEPS: _free(1000, STEPS, low=1, whole=True),
        },
        texts={"negative_prompt": None},
    ),
}

ALIASES: Mapping[str, str] = {
    "flux-kontext-dev": "flux-kontext",
    "kontext": "flux-kontext",
    "longcat-edit": "longcat",
    "qwen-image-edit": "qwen-edit",
    "qwen-image-edit-lightning": "qwen-edit-lightning",
    "omnigen2-edit": "omnigen2",
    "longcat-image-edit": "longcat",
}
"""What the official client and the editors' presets call the same service."""


def face_of(preset: str) -> Face:
    """Find a face by the name of its service.

    Raises:
        SettingsError: there is none.
    """
    found = FACES.get(ALIASES.get(preset, preset))
    if found is None:
        known = ", ".join(FACES)
        raise SettingsError(f"there is no preset {preset!r}: one of {known}")

    return found


def face_or_plain(preset: str) -> Face:
    """Find a face, the plain one for editors that no official service exists for."""
    return FACES[ALIASES.get(preset, preset) if preset in {*FACES, *ALIASES} else "plain"]

"""The faces of EditThinker's official services: fields, ranges, defaults, names in the answer.

Written from the services' protocol at commit 803d1a7. `plain` is the face of any other editor: the
same protocol, every common parameter, no defaults of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..memory import SettingsError

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


def _guidance(default: float | None, high: float, *names: str, low: float = 0) -> Number:
    return Number(default, low, high, names or ("guidance_scale",))


def _steps(default: int | None, high: int = 100) -> Number:
    return Number(default, 1, high, (STEPS,), whole=True)


_TRUE = ("true_cfg_scale", "guidance_scale")  # the Qwen services' guidance is the true one

FACES: Mapping[str, Face] = {
    "qwen-edit": Face(
        port=8003,
        numbers={"guidance_scale": _guidance(4.0, 7.5, *_TRUE), STEPS: _steps(50)},
        texts={"negative_prompt": " "},
    ),
    "qwen-edit-lightning": Face(
        port=8004,
        numbers={"guidance_scale": _guidance(1.0, 7.5, *_TRUE), STEPS: _steps(8, 50)},
        texts={"negative_prompt": " "},
        model_type="Lightning-Edit",
    ),
    "flux-kontext": Face(
        port=8005,
        numbers={"guidance_scale": _guidance(2.5, 7.5), STEPS: _steps(28)},
    ),
    "flux-fill": Face(
        port=8006,
        verb="fill",
        numbers={
            "guidance_scale": _guidance(30.0, 50, low=1),
            STEPS: _steps(50),
            "max_sequence_length": Number(512, 128, 1024, ("max_sequence_length",), whole=True),
        },
    ),
    "omnigen2": Face(
        port=8007,
        numbers={
            "text_guidance_scale": _guidance(5.0, 10, "text_guidance_scale", "guidance_scale"),
            "image_guidance_scale": _guidance(2.0, 10, "image_guidance_scale"),
            STEPS: _steps(50),
        },
        texts={"negative_prompt": None},
    ),
    "longcat": Face(
        port=8010,
        numbers={"guidance_scale": _guidance(4.5, 10), STEPS: _steps(50)},
        texts={"negative_prompt": ""},
        inert={"num_images_per_prompt": Number(1, 1, 4, (), whole=True)},
        prompts="bare",
    ),
    "plain": Face(
        port=8005,
        numbers={
            "true_cfg_scale": _guidance(None, 100, "true_cfg_scale"),
            "guidance_scale": _guidance(None, 100, "guidance_scale", "true_cfg_scale"),
            "text_guidance_scale": _guidance(None, 100, "text_guidance_scale"),
            "image_guidance_scale": _guidance(None, 100, "image_guidance_scale"),
            "strength": Number(None, 0, 1, ("strength",)),
            STEPS: _steps(None, 1000),
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

"""What the official EditThinker edit services take and honour, one preset for each.

Our client reads it, and so does the server that looks like them (`server/official.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...memory import SettingsError

Knob = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a service takes; outside it answers 422."""

    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePreset:
    """One of the official services, as its code is at commit 803d1a7."""

    port: int
    path: str = "/edit"
    answer: str = "edited_image"
    """The field of the answer that holds the picture."""

    ranges: Mapping[str, Range] = field(default_factory=dict[str, Range])
    texts: frozenset[str] = frozenset()
    """Parameters that are text, or yes and no."""

    inert: Mapping[str, str] = field(default_factory=dict[str, str])
    """Parameters that are taken and change nothing, and why."""

    enhances: bool = False
    """Rewrites the instruction by a paid model of its own unless `enhance_prompt` is false."""

    mask: bool = False
    keeps_size: bool = False

    def checked(self, knobs: Mapping[str, Knob]) -> tuple[dict[str, Knob], tuple[str, ...]]:
        """Return the parameters to send, and sentences about those that do nothing.

        Raises:
            SettingsError: a number outside its range, which the service would refuse.
        """
        sent: dict[str, Knob] = {"enhance_prompt": False} if self.enhances else {}
        notes: list[str] = []
        for name, value in knobs.items():
            if name in self.inert:
                notes.append(f"{name} does nothing here: {self.inert[name]}")
            elif name not in self.ranges and name not in self.texts:
                notes.append(f"{name} is ignored by this service; it was not sent")
                continue
            self._check(name, value)
            sent[name] = value

        return sent, tuple(notes)

    def _check(self, name: str, value: Knob) -> None:
        allowed = self.ranges.get(name)
        if allowed is None:
            return

        if isinstance(value, bool | str) or value is None:
            raise SettingsError(f"{name}={value!r} must be a number")

        if not allowed.low <= value <= allowed.high:
            raise SettingsError(
                f"{name}={value} must be within {allowed.low:g} and {allowed.high:g}"
            )

        if allowed.whole and value != int(value):
            raise SettingsError(f"{name}={value} must be a whole number")


_STEPS = Range(1, 100, whole=True)
_ENHANCE = frozenset({"enhance_prompt"})

PRESETS: Mapping[str, ServicePreset] = {
    "plain": ServicePreset(
        port=8080,  # that of the official load balancer
        ranges={"guidance_scale": Range(0, 50), "num_inference_steps": _STEPS},
        texts=_ENHANCE | {"negative_prompt"},
        enhances=True,
    ),
    "qwen-edit": ServicePreset(
        port=8003,
        ranges={"guidance_scale": Range(0, 7.5), "num_inference_steps": _STEPS},
        texts=_ENHANCE | {"negative_prompt"},
        enhances=True,
    ),
    "qwen-edit-lightning": ServicePreset(
        port=8004,
        ranges={"guidance_scale": Range(0, 7.5), "num_inference_steps": Range(1, 50, whole=True)},
        texts=_ENHANCE | {"negative_prompt"},
        enhances=True,
    ),
    "flux-kontext": ServicePreset(
        port=8005,
        ranges={"guidance_scale": Range(0, 7.5), "num_inference_steps": _STEPS},
        texts=_ENHANCE,
        enhances=True,
        keeps_size=True,
    ),
    "flux-fill": ServicePreset(
        port=8006,
        path="/fill",
        answer="filled_image",
        ranges={
            "guidance_scale": Range(1, 50),
            "num_inference_steps": _STEPS,
            "max_sequence_length": Range(128, 1024, whole=True),
        },
        texts=_ENHANCE,
        enhances=True,
        mask=True,
        keeps_size=True,
    ),
    "omnigen2": ServicePreset(
        port=8007,
        ranges={
            "text_guidance_scale": Range(0, 10),
            "image_guidance_scale": Range(0, 10),
            "num_inference_steps": _STEPS,
        },
        texts=_ENHANCE | {"negative_prompt"},
        inert={"enhance_prompt": "the service takes it and has no rewriter"},
        keeps_size=True,
    ),
    "longcat": ServicePreset(
        port=8010,
        ranges={
            "guidance_scale": Range(0, 10),
            "num_inference_steps": _STEPS,
            "num_images_per_prompt": Range(1, 4, whole=True),
        },
        texts=frozenset({"negative_prompt"}),
        inert={"num_images_per_prompt": "only the first picture is returned, at the price of all"},
    ),
}
"""The services that edit; those that only generate are no editors. `plain` is any of them, when
nobody said which: only what all of them take is sent."""

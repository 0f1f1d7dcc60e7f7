"""A pipeline that paints plain colours, with the arguments of a real one."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

from making import png
from PIL import Image

from editloop.tools import Picture
from editloop.tools.diffusers.choices import Loading
from editloop.tools.diffusers.loading import Load, Loaded
from editloop.tools.diffusers.plan import Facts
from editloop.tools.diffusers.preset import Guidance, Preset
from editloop.tools.diffusers.sizes import SizeRule

PLAIN = Preset(
    name="plain",
    model="nobody/plain",
    cls="PlainPipeline",
    batches=True,
    steps=4,
    guidance=Guidance(
        scales={"guidance_scale": 2.5, "true_cfg_scale": 1.0}, cfg="true_cfg_scale", negative=" "
    ),
    size=SizeRule(multiple=8, area=4096, least=8),
)
"""A preset for the pipeline below."""


@dataclass
class Answer:
    images: list[Any]


@dataclass
class PlainPipeline:
    """Paints each picture in the colour that its seed and its instruction's length say."""

    calls: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    steps_made: int = 0
    at_once: int = 0
    most_at_once: int = 0
    before_step: Callable[[int], None] = lambda step: None
    answer: Callable[[list[Image.Image]], list[Any]] = lambda images: images
    freed_hooks: int = 0
    threads: set[int] = field(default_factory=set[int])

    def __call__(
        self,
        image: Any = None,
        prompt: Any = None,
        negative_prompt: Any = None,
        guidance_scale: float = 3.5,
        true_cfg_scale: float = 1.0,
        width: int = 0,
        height: int = 0,
        num_inference_steps: int = 28,
        generator: Any = None,
        strength: float = 1.0,
        callback_on_step_end: Any = None,
    ) -> Answer:
        self.calls.append({name: value for name, value in locals().items() if name != "self"})
        self.threads.add(threading.get_ident())
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            for step in range(num_inference_steps):
                self.before_step(step)
                self.steps_made += 1
                callback_on_step_end(self, step, 0, {})
        finally:
            self.at_once -= 1
        colours = [
            (seed % 256, len(words) % 256, 0) for seed, words in zip(generator, prompt, strict=True)
        ]
        return Answer(self.answer([Image.new("RGB", (width, height), each) for each in colours]))

    def maybe_free_model_hooks(self) -> None:
        self.freed_hooks += 1


class Scheduler:
    """Steps for a pipeline that has no callback."""

    timesteps: Sequence[int] = ()

    def step(self, noise: object, eta: float = 0.0) -> object:
        """Do nothing with it."""
        return noise


@dataclass
class OldPipeline:
    """Paints black, with a mask, without a callback, and warns of things in a log."""

    scheduler: Scheduler = field(default_factory=Scheduler)
    calls: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    warnings: Sequence[str] = ()
    etas: list[bool] = field(default_factory=list[bool])

    def __call__(
        self,
        image: Any = None,
        prompt: Any = None,
        mask_image: Any = None,
        num_inference_steps: int = 3,
        generator: Any = None,
        max_area: int = 0,
    ) -> Answer:
        self.calls.append({name: value for name, value in locals().items() if name != "self"})
        self.etas.append("eta" in signature(self.scheduler.step).parameters)
        self.scheduler.timesteps = range(num_inference_steps)
        for step in self.scheduler.timesteps:
            self.scheduler.step(step)
        for text in self.warnings:
            logging.getLogger("diffusers.old").warning(text)
        pictures: list[Any] = [*image] if isinstance(image, list) else [image]
        return Answer([Image.new("RGB", pictures[0].size)])


class Held:
    """Lets a test hold a pipeline inside of a step."""

    def __init__(self, at: int = 0) -> None:
        self._at = at
        self.reached = threading.Event()
        self.go = threading.Event()

    def __call__(self, step: int) -> None:
        if step == self._at:
            self.reached.set()
            assert self.go.wait(30)


def loading(pipe: object, released: list[str] | None = None) -> Load:
    """Load that pipeline; `released` grows by one whenever memory is given back."""

    def loaded(preset: Preset, choices: Loading) -> Loaded:
        given_back: list[str] = [] if released is None else released
        return Loaded(
            pipe, "cpu", "float32", lambda seed: seed, Facts(), lambda: given_back.append("cpu")
        )

    return loaded


def wide(width: int = 64, height: int = 48, shade: int = 200) -> Picture:
    """A picture of one grey, larger than the usual ones."""
    return Picture(png(shade, (width, height)), "image/png")

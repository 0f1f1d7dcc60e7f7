"""What the worker does with a group of requests: one call of the pipeline, answers sorted out."""

import warnings
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ...memory import EditorError
from .failures import is_memory, typed
from .heard import heard
from .instruction import fitted
from .loading import Loaded
from .pictures import only_pictures
from .preset import Preset
from .steps import Steps, Stopped
from .worker import Job

if TYPE_CHECKING:
    from PIL import Image

_SEED = 2**63  # generators take seeds below it


class Calls:
    """Calls one pipeline; only ever used by the thread that owns it."""

    def __init__(self, name: str, loaded: Loaded, preset: Preset) -> None:
        self._name, self._loaded, self._preset = name, loaded, preset

    def __call__(self, jobs: Sequence[Job["Image.Image"]]) -> None:
        """Edit, and put into each job its picture or its error.

        What fails together is done again one by one, so that a failure stays with the request
        that caused it.
        """
        jobs = [job for job in jobs if self._read(job)]
        if not jobs:
            return

        try:
            self._edit(jobs)
        except Stopped:
            self._settle()
            for job in jobs:
                job.error = EditorError(f"{self._name} stopped this edit, for nobody waits for it")
        except Exception as error:  # noqa: BLE001 (each request gets its own, typed)
            self._recover(error)
            if len(jobs) > 1:
                for job in jobs:
                    self([job])
                    job.notes.append(f"{len(jobs)} edits at once failed; they were made singly")
            else:
                only = jobs[0]
                size = only.prepared.size
                only.error = typed(error, self._name, self._loaded.device, size)
                only.error.__cause__ = error

    def close(self) -> None:
        """Let go of the pipeline and of the device's memory."""
        loaded = self._loaded
        del self._loaded
        loaded.free()

    def _read(self, job: Job["Image.Image"]) -> bool:
        """Fit the instruction; a second time it fits already."""
        if job.withdrawn:
            return False

        try:
            job.instruction, note = fitted(job.instruction, self._preset, self._loaded.pipe)
        except Exception as error:  # noqa: BLE001 (typed, and the other requests go on)
            job.error = typed(error, self._name, self._loaded.device, job.prepared.size)
            return False

        if note:
            job.notes.append(note)
        return True

    def _edit(self, jobs: Sequence[Job["Image.Image"]]) -> None:
        pipe, began = self._loaded.pipe, perf_counter()
        steps = Steps(jobs, jobs[0].plan.steps)
        watched = self._preset.callback == "scheduler"
        following = steps.counted(pipe.scheduler) if watched else nullcontext()
        with heard() as said, following, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NaN made into a picture is found by its look
            arguments = self._arguments(jobs)
            if not watched:
                arguments["callback_on_step_end"] = steps.on_step_end
            answer = pipe(**arguments)
            images = only_pictures(getattr(answer, "images", None), len(jobs), self._name)

        seconds = perf_counter() - began
        for job, image in zip(jobs, images, strict=True):
            job.made, job.seconds, job.together = image, seconds, len(jobs)
            job.notes.extend(_noted(said))

    def _arguments(self, jobs: Sequence[Job["Image.Image"]]) -> dict[str, Any]:
        preset, plan, first = self._preset, jobs[0].plan, jobs[0].prepared
        many = preset.batches
        generators = [self._loaded.seeded(job.seed % _SEED) for job in jobs]
        images: list[object] = [job.prepared.source for job in jobs]
        if preset.listed:
            images = [[first.source, *first.references]]
        arguments: dict[str, Any] = {
            preset.image: images if many else images[0],
            "prompt": [job.instruction for job in jobs] if many else jobs[0].instruction,
            "num_inference_steps": plan.steps,
            "generator": generators if many else generators[0],
            **plan.arguments,
        }
        if plan.negative is not None:
            arguments["negative_prompt"] = [plan.negative] * len(jobs) if many else plan.negative
        if preset.mask:
            masks = [job.prepared.mask for job in jobs]
            arguments[preset.mask] = masks if many else masks[0]
        if preset.sized:
            arguments |= dict(zip(preset.sized, first.size, strict=True))
        if preset.area_as:
            arguments[preset.area_as] = first.size[0] * first.size[1]
        return arguments

    def _recover(self, error: Exception) -> None:
        """Bring the pipeline back to where it takes the next call."""
        if is_memory(error):
            self._loaded.release()
        self._settle()

    def _settle(self) -> None:
        """An offloaded component stays on the device when a call ends early; send it back."""
        with suppress(Exception):
            self._loaded.pipe.maybe_free_model_hooks()


def _noted(said: Sequence[str]) -> list[str]:
    """What a pipeline warned of, but for a truncation, which has a note of its own."""
    return [f"the pipeline says: {each}" for each in dict.fromkeys(said) if "truncated" not in each]

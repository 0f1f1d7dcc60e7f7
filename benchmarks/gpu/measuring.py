"""One preset measured: what we add to an edit, how much memory, how soon a cancelled edit is gone."""

import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from statistics import median
from threading import Event
from time import perf_counter
from typing import Any

import anyio
from anyio import to_thread

from editloop.tools import EditRequest, Picture, Progress
from editloop.tools.diffusers import DiffusersEditor
from editloop.tools.diffusers.choices import Loading
from editloop.tools.diffusers.loading import Loaded, facts_of
from editloop.tools.diffusers.preset import Preset

_WORDS = "make the sky orange and leave everything else as it is"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one preset; times in seconds, medians."""

    preset: str
    billions: float
    """Parameters."""

    size: tuple[int, int]
    steps: int
    bare: float
    """The pipeline's call alone: decoded pictures in, decoded pictures out."""

    ours: float
    """`edit`: encoded bytes in, encoded bytes out."""

    own: float
    """The part of `ours` outside of the pipeline's call, as the worker's clock has it."""

    peak_gb: float
    memory: str
    """What `peak_gb` is of: the device, or the process."""

    gone: float
    """From cancelling until the caller goes on."""

    free: float
    """From cancelling until the worker takes the next edit."""

    step: float
    """One step, to compare `free` with."""


def measured(
    pipe: Any, preset: Preset, device: str, steps: int, repeats: int, billions: float
) -> Row:
    """Measure a pipeline that lies on its device."""
    torch: Any = import_module("torch")
    pipe.set_progress_bar_config(disable=True)

    def load(preset: Preset, loading: Loading) -> Loaded:
        return Loaded(
            pipe,
            device,
            str(next(pipe.vae.parameters()).dtype).removeprefix("torch."),
            lambda seed: torch.Generator("cpu").manual_seed(seed),
            facts_of(pipe),
            lambda: None,
        )

    async def all_of_it() -> Row:
        async with DiffusersEditor(preset, steps=steps, load=load) as editor:
            return await _row(editor, pipe, preset, device, steps, repeats, billions)

    return anyio.run(all_of_it)


async def _row(
    editor: DiffusersEditor,
    pipe: Any,
    preset: Preset,
    device: str,
    steps: int,
    repeats: int,
    billions: float,
) -> Row:
    calls: list[Mapping[str, Any]] = []
    source, size = _source(preset)
    request = EditRequest(source, _WORDS)
    with _recorded(pipe, calls):
        await editor.edit(request)  # warms up, and shows how the pipeline is called
    bare_call = _bare(pipe, calls[0], device)
    _forget_peak(device)
    bare: list[float] = []
    ours: list[float] = []
    own: list[float] = []
    for _ in range(repeats):
        bare.append(await to_thread.run_sync(bare_call))
        began = perf_counter()
        edited = await editor.edit(request)
        ours.append(perf_counter() - began)
        own.append(ours[-1] - edited.seconds)
    peak, memory = _peak(device)
    gone, free = await _cancelled(editor, request, repeats)
    step = median(bare) / steps
    return Row(
        preset.name,
        billions,
        size,
        steps,
        median(bare),
        median(ours),
        median(own),
        peak,
        memory,
        gone,
        free,
        step,
    )


def _source(preset: Preset) -> tuple[Picture, tuple[int, int]]:
    """A picture that is painted at its own size, as hard to encode as a photograph."""
    from PIL import Image

    size = preset.size.fit((1024, 1024))
    noise = Image.effect_noise(size, 40)
    image = Image.merge("RGB", [noise, noise.rotate(90), noise.rotate(180)])
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return Picture(file.getvalue(), "image/png"), size


class _recorded:
    """Keeps the arguments that a pipeline is called with."""

    def __init__(self, pipe: Any, calls: list[Mapping[str, Any]]) -> None:
        self._cls: Any = type(pipe)
        self._calls, self._call = calls, self._cls.__call__

    def __enter__(self) -> None:
        real, calls = self._call, self._calls

        def recording(pipe: Any, **given: Any) -> Any:
            calls.append(given)
            return real(pipe, **given)

        self._cls.__call__ = recording

    def __exit__(self, *_: object) -> None:
        self._cls.__call__ = self._call


def _bare(pipe: Any, given: Mapping[str, Any], device: str) -> Callable[[], float]:
    """The same call without us: no callback, no thread of ours, no encoding."""
    arguments = {name: each for name, each in given.items() if name != "callback_on_step_end"}

    def call() -> float:
        began = perf_counter()
        pipe(**arguments)
        return perf_counter() - began

    return call


async def _cancelled(
    editor: DiffusersEditor, request: EditRequest, repeats: int
) -> tuple[float, float]:
    """Cancel in the middle; the medians of when the caller and the worker are free."""
    gone: list[float] = []
    free: list[float] = []
    for _ in range(repeats):
        middle, began = Event(), 0.0

        def watch(progress: Progress, middle: Event = middle) -> None:
            if progress.done == 1:
                middle.set()

        told = EditRequest(request.source, request.instruction, watch=watch)
        async with anyio.create_task_group() as group:
            group.start_soon(editor.edit, told)
            await to_thread.run_sync(middle.wait)
            began = perf_counter()
            group.cancel_scope.cancel()
        gone.append(perf_counter() - began)
        while editor.busy:  # noqa: ASYNC110 (nobody tells when a thread is idle)
            await anyio.sleep(0.0005)
        free.append(perf_counter() - began)
    return median(gone), median(free)


def _forget_peak(device: str) -> None:
    if device.startswith("cuda"):
        torch: Any = import_module("torch")
        torch.cuda.reset_peak_memory_stats()


def _peak(device: str) -> tuple[float, str]:
    if device.startswith("cuda"):
        torch: Any = import_module("torch")
        return torch.cuda.max_memory_allocated() / 1e9, "allocated on the device"

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9, "resident in the process"

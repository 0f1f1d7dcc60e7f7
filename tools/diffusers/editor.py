"""`DiffusersEditor`: a pipeline of diffusers behind the `Editor` protocol.

    async with DiffusersEditor("flux-kontext", model="/models/kontext", steps=20) as editor:
        edited = await editor.edit(EditRequest(source, "make the sky orange"))

One thread owns the pipeline. Requests wait for it in order; those of one size run together when
`batch` allows it. Pictures are decoded and encoded in other threads meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio
from anyio import to_thread

from ...memory import EditorError, EditorRejected, SettingsError
from ..editor import Abilities, Edited, EditRequest
from ..findings import findings, in_pixels, noted
from . import instruction
from .calls import Calls
from .choices import Knob, Loading, Sampling, asked, split
from .loading import Load, load
from .pictures import finished, prepared
from .plan import Plan, inspected, options, planned, taken_by
from .preset import Preset
from .presets import preset as preset_of
from .worker import Job, Worker

if TYPE_CHECKING:
    from PIL import Image

_OVERFLOW = "float16 overflows in many of these models: load it with dtype=bfloat16 or float32"


class DiffusersEditor:
    """Edits with a pipeline in this process; open it with `async with`, which loads it."""

    def __init__(
        self,
        preset: str | Preset,
        *,
        model: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        offload: str = "none",
        quantisation: str | None = None,
        compile: bool = False,
        loras: Sequence[str] = (),
        batch: int = 1,
        steps: int | None = None,
        guidance: float | None = None,
        parameters: Mapping[str, Knob] | None = None,
        name: str = "",
        load: Load = load,
    ) -> None:
        """Nothing is loaded yet; the choices are explained at `Loading` and `Sampling`.

        `batch` is how many requests run in one call at most, for pipelines that take several.
        `parameters` are `steps`, `guidance`, `negative`, `area`, `size`, `class`, `revision`,
        `variant`, `local_files_only`; any other is an argument by the pipeline's own name.

        Raises:
            SettingsError: no such preset, one that this process cannot run, or a wrong value.
        """
        self._preset = preset_of(preset) if isinstance(preset, str) else preset
        given: dict[str, Knob] = dict(parameters or {})
        given |= {"steps": steps} if steps is not None else {}
        given |= {"guidance": guidance} if guidance is not None else {}
        loading, sampling = split(given)
        self._loading = Loading(
            model=model or "",
            device=device,
            dtype=dtype,
            offload=offload,
            quantisation=quantisation or "none",
            compile=compile,
            loras=tuple(loras),
            **loading,
        )
        self._sampling = Sampling(**sampling)
        _check(self._preset, self._loading, self._sampling, batch)
        area = self._sampling.area
        self._size = replace(self._preset.size, area=area) if area else self._preset.size
        self.name = name or f"diffusers:{self._preset.name}"
        self._load = load
        self._batch = batch
        self._worker = Worker["Image.Image"](self.name, batch)
        self._details: dict[str, str | int | float | bool | None] = {}
        self._plan: Callable[[Sampling], Plan] | None = None
        self._options: frozenset[str] = frozenset()
        self._ahead = anyio.Semaphore(2 * batch + 1)  # decoded pictures in memory at once

    @property
    def abilities(self) -> Abilities:
        """What it can do; its options, and all of the preset `custom`, are known once it is open."""
        return Abilities(
            mask=bool(self._preset.mask),
            references=self._preset.references,
            seed=True,
            keeps_size=self._sampling.size == "source",
            options=self._options,
        )

    @property
    def details(self) -> Mapping[str, str | int | float | bool | None]:
        """What is in force, once it is open."""
        return self._details

    @property
    def waiting(self) -> int:
        """Requests that wait for the pipeline with their pictures decoded."""
        return self._worker.waiting

    @property
    def busy(self) -> bool:
        """Whether the pipeline is being called, for somebody who waits or no longer."""
        return self._worker.busy

    async def __aenter__(self) -> Self:
        """Load the pipeline.

        Raises:
            SettingsError: something is missing, wrong, or would do nothing.
            EditorError: there is too little memory.
        """
        await self._worker.open(self._opened)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._worker.close()

    async def edit(self, request: EditRequest) -> Edited:
        """Edit once; cancelled, it stops within a step.

        The same request with the same seed gives the same picture, alone or in a batch.

        Raises:
            EditorRejected: a mask or references that it does not take, or needs and misses; an
                instruction that is empty, enormous or holds a control word; an option that does
                nothing or makes no sense.
            PictureError: a picture cannot be decoded, or is too long and narrow.
            EditorError: too little memory, a failure inside of the pipeline, or it is not open.
        """
        self._refuse(request)
        plan = self._planned_for(request)
        async with self._ahead:
            ready = await to_thread.run_sync(prepared, request, self._preset, self._size)
            job = Job["Image.Image"](ready, request.instruction, request.seed, request.watch, plan)
            made = await self._worker.run(job)
            return await to_thread.run_sync(self._finished, request, job, made)

    def _opened(self) -> Calls:
        """Load, and settle how to call; in the worker's thread."""
        loaded = self._load(self._preset, self._loading)
        call = type(loaded.pipe).__call__
        if self._preset.name == "custom":
            self._preset = inspected(self._preset, call, type(loaded.pipe).__name__)
        taken = taken_by(call)
        self._plan = partial(planned, self._preset, parameters=taken, facts=loaded.facts)
        self._options = options(self._preset, taken)
        plan = self._plan(self._sampling)
        self._details = {
            "preset": self._preset.name,
            "model": self._loading.model or self._preset.model,
            "class": type(loaded.pipe).__name__,
            "device": loaded.device,
            "dtype": loaded.dtype,
            "offload": self._loading.offload,
            "quantisation": self._loading.quantisation,
            "compile": self._loading.compile,
            "loras": ", ".join(self._loading.loras or self._preset.loras),
            **plan.details,
            "area": self._size.area,
            "size": self._sampling.size,
            "batch": self._batch,
            "seeds": "cpu",
            **dict(loaded.versions),
        }
        return Calls(self.name, loaded, self._preset)

    def _planned_for(self, request: EditRequest) -> Plan:
        if self._plan is None:
            raise EditorError(f"{self.name} is not open: use it inside of `async with`")

        try:
            return self._plan(asked(self._sampling, request.options))
        except SettingsError as error:
            raise EditorRejected(str(error)) from error

    def _refuse(self, request: EditRequest) -> None:
        preset = self._preset
        instruction.check(request.instruction)
        if request.mask and not preset.mask:
            raise EditorRejected(f"{self.name} takes no mask: leave it out, or use flux-fill")

        if preset.mask and not request.mask:
            raise EditorRejected(f"{self.name} paints inside of a mask: send one with the request")

        if len(request.references) > preset.references:
            raise EditorRejected(
                f"{self.name} takes {preset.references} pictures beside the source, "
                f"not {len(request.references)}"
            )

    def _finished(
        self, request: EditRequest, job: Job["Image.Image"], made: "Image.Image"
    ) -> Edited:
        picture, note = finished(made, job.prepared, as_source=self._sampling.size == "source")
        notes = (*job.prepared.notes, *dict.fromkeys(job.notes), *([note] if note else []))
        edited = Edited(picture, seconds=job.seconds / job.together, notes=notes)
        seen = in_pixels(job.prepared.source, made.convert("RGB"))
        if self._details.get("dtype") == "float16" and any(f.kind == "placeholder" for f in seen):
            edited = replace(edited, notes=(*notes, _OVERFLOW))
        return noted(edited, (*findings(request.source.data, picture.data), *seen))


def _check(preset: Preset, loading: Loading, sampling: Sampling, batch: int) -> None:
    """Refuse what can be known to be wrong before anything is loaded."""
    if batch < 1:
        raise SettingsError(f"batch={batch} must be at least 1")

    if batch > 1 and not preset.batches:
        raise SettingsError(
            f"batch={batch}: {preset.name} takes one request at a time, use batch=1"
        )

    if loading.cls and preset.name != "custom":
        raise SettingsError(f"class={loading.cls} is for the preset custom, not {preset.name}")

    if sampling.area and not preset.sized and preset.size.enlarges:
        raise SettingsError(f"area={sampling.area}: {preset.name} paints at one size only")

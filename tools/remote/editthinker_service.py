"""The official edit services of EditThinker as editors: `/edit`, `/edit-upload` and `/fill`.

    async with EditThinkerService("http://gpu-1:8005", "flux-kontext") as editor:
        edited = await editor.edit(request)

Their quirks: every error but a few is a 500 with its words in `detail`; the source is echoed back,
which doubles the answer; `/edit-upload` checks no range and scales pictures above 2,048 pixels
down; `/health` says 200 while weights load and after all workers have died, so only an edit shows
whether one is ready (`tools.pool.tiny_edit`); an edit that its caller gave up keeps its GPU busy.
Written from the services' source at commit 803d1a7 and tried against a server that follows it.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Any, Literal

from ...memory import EditorError, EditorRejected, PictureError, SettingsError
from ..connected import Connected
from ..editor import Abilities, Edited, EditRequest, Picture
from . import wire
from .editthinker_presets import PRESETS, Knob

_SEEDS = 2**31  # the services draw their own within these


class EditThinkerService(Connected):
    """One official service behind an address; open it with `async with`."""

    def __init__(
        self,
        url: str,
        preset: str,
        *,
        knobs: Mapping[str, Knob] | None = None,
        send: Literal["json", "upload"] = "json",
        name: str = "",
        headers: Mapping[str, str] | None = None,
        most: int = wire.MAX_ANSWER,
    ) -> None:
        """`knobs` are parameters under the service's own names, as in `PRESETS`.

        The rewriting of instructions by the service is switched off unless `knobs` turn it on: the
        thinker rewrites, and without its key the service's rewriter never returns.

        Raises:
            SettingsError: no such preset, or a number outside the service's range.
        """
        found = PRESETS.get(preset)
        if found is None:
            raise SettingsError(f"there is no service {preset!r}: one of {', '.join(PRESETS)}")

        self.name = name or f"editthinker:{preset}"
        self.abilities = Abilities(
            mask=found.mask,
            seed=True,
            keeps_size=found.keeps_size,
            options=frozenset({*found.ranges, *found.texts}),
        )
        self._preset = found
        self._knobs, self._notes = found.checked(knobs or {})
        self._upload = send == "upload"
        self._most = most
        self._http = wire.client(base_url=url.rstrip("/"), headers=headers)

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._http,)

    async def edit(self, request: EditRequest) -> Edited:
        """Ask the service once.

        Raises:
            EditorRejected: a mask where none is taken or none where one is needed, references, an
                option out of its range, or a status of 4xx.
            EditorBusy: a status of 5xx (the service has no other word for a full queue), or it
                cannot be reached.
            EditorError: an answer that cannot be read.
            PictureError: a source that cannot be uploaded as a picture.
        """
        self._refuse(request)
        how = await (self._form(request) if self._upload else self._body(request))
        path = self._preset.path + ("-upload" if self._upload else "")
        how["headers"] = {**how.get("headers", {}), **wire.keyed(request)}
        began = perf_counter()
        answer = await wire.ask(self._http, self.name, "POST", path, most=self._most, **how)
        fields = await wire.fields_of(answer, self.name, free=True)
        if fields.get("success") is False:
            raise EditorError(f"{self.name} failed: {fields.get('error') or 'no explanation'}")

        picture = await wire.decoded(fields.get(self._preset.answer), self.name)
        seconds = _number(fields.get("processing_time")) or perf_counter() - began
        return Edited(picture, seconds=seconds, notes=self._told(request, fields))

    def _refuse(self, request: EditRequest) -> None:
        if self._preset.mask != bool(request.mask):
            needs = "needs a mask" if self._preset.mask else "takes no mask"
            raise EditorRejected(f"{self.name} {needs}")

        if request.references:
            raise EditorRejected(f"{self.name} takes no pictures beside the source")

    def _fields(self, request: EditRequest) -> dict[str, Knob]:
        return {
            "prompt": request.instruction,
            "seed": request.seed % _SEEDS,
            **self._knobs,
            **self._options(request),
        }

    def _options(self, request: EditRequest) -> dict[str, Knob]:
        if not request.options:
            return {}

        try:
            sent, _ = self._preset.checked(request.options)
        except SettingsError as error:
            raise EditorRejected(str(error)) from error

        return {name: sent[name] for name in sent.keys() & request.options.keys()}

    async def _body(self, request: EditRequest) -> dict[str, Any]:
        pictures = {"image": request.source.data}
        if request.mask:
            pictures["mask_image"] = request.mask.data

        return {
            "content": await wire.written(pictures, self._fields(request)),
            "headers": {"Content-Type": "application/json"},
        }

    async def _form(self, request: EditRequest) -> dict[str, Any]:
        files = {"image_file": _file("source", request.source)}
        if request.mask:
            files["mask_file"] = _file("mask", request.mask)

        data = {name: _written(value) for name, value in self._fields(request).items()}
        return {"files": files, "data": data}

    def _told(self, request: EditRequest, fields: Mapping[str, Any]) -> tuple[str, ...]:
        notes = list(self._notes)
        enhanced = fields.get("enhanced_prompt")
        if isinstance(enhanced, str) and enhanced and enhanced != request.instruction:
            notes.append(f"the service rewrote the instruction: {enhanced}")

        seed = fields.get("seed")
        if isinstance(seed, int) and seed != request.seed % _SEEDS:
            notes.append(f"the service used the seed {seed}, not {request.seed % _SEEDS}")

        return tuple(notes)


def _file(stem: str, picture: Picture) -> tuple[str, bytes, str]:
    kind, _, suffix = picture.media_type.partition("/")
    if kind != "image":
        raise PictureError(f"{picture.media_type!r} is no picture; send image/png")

    return f"{stem}.{suffix}", picture.data, picture.media_type


def _written(value: Knob) -> str:
    """As a field of a form: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0

    return max(0.0, float(value))

"""Servers of `/v1/images/edits` as editors: OpenAI, vLLM-Omni, SGLang diffusion, LiteLLM, and kin.

    async with OpenAIImages("http://gpu-1:8091/v1", "Qwen/Qwen-Image-Edit", "vllm-omni") as editor:
        edited = await editor.edit(request)

Pictures travel as parts of a form, as they are. One picture is asked for; it comes back as base64
or as an address, which is fetched only from the server itself or from hosts that were allowed.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from io import BytesIO
from time import perf_counter
from typing import Any, cast

import httpx2
from anyio import to_thread

from ...memory import EditorError, EditorRejected, PictureError, SettingsError
from ..connected import Connected
from ..editor import Abilities, Edited, EditRequest, Picture
from . import wire
from .openai_dialects import DIALECTS

_Part = tuple[str, tuple[str, bytes, str]]


class OpenAIImages(Connected):
    """A model behind `/v1/images/edits`; open it with `async with`."""

    def __init__(
        self,
        url: str,
        model: str,
        dialect: str = "plain",
        *,
        token: str = "",
        size: str = "",
        knobs: Mapping[str, str | float | bool] | None = None,
        abilities: Abilities | None = None,
        allowed: Collection[str] = (),
        name: str = "",
        most: int = wire.MAX_ANSWER,
    ) -> None:
        """`url` ends in `/v1`. `size` is `WxH`, `auto`, or `source` for the size of the source.

        `allowed` are hosts, beside the server's own, that pictures may be fetched from. With
        `abilities` of one's own, `cost` is what each edit counts as: no server says what it charged.

        Raises:
            SettingsError: no such dialect, or an address without a host.
        """
        if dialect not in DIALECTS:
            raise SettingsError(f"there is no dialect {dialect!r}: one of {', '.join(DIALECTS)}")

        self._url = httpx2.URL(url.rstrip("/") + "/")
        if not self._url.host:
            raise SettingsError(f"{url!r} is no address: give it as http://host:port/v1")

        self._dialect = DIALECTS[dialect]
        self.name = name or f"{dialect}:{model}"
        self._size = size or self._dialect.size
        self.abilities = abilities or Abilities(
            mask=bool(self._dialect.mask),
            references=self._dialect.references,
            seed=bool(self._dialect.seed),
            keeps_size=self._size == "source" or (self._dialect.keeps_size and not size),
            options=self._dialect.honours or frozenset(),
        )
        self._model, self._knobs = model, dict(knobs or {})
        self._allowed, self._most = frozenset(allowed), most
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = wire.client(base_url=str(self._url), headers=headers)
        self._bare = wire.client()  # fetches pictures, and never shows the token

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._http, self._bare)

    async def edit(self, request: EditRequest) -> Edited:
        """Ask the server once.

        Raises:
            EditorRejected: a mask or references that are not taken, or a status of 4xx.
            EditorBusy: 408, 409, 425, 429 or 5xx, or the server cannot be reached.
            EditorError: an answer that cannot be read, or a picture at an address not allowed.
            PictureError: something that is no picture was to be sent.
        """
        self._refuse(request)
        files = await self._files(request)
        data = await self._fields(request)
        headers = wire.keyed(request, self._dialect.key)
        began = perf_counter()
        answer = await wire.ask(
            self._http,
            self.name,
            "POST",
            "images/edits",
            most=self._most,
            files=files,
            data=data,
            headers=headers,
        )
        fields = await wire.fields_of(answer, self.name, free=not self.abilities.cost)
        made = _made(fields, self.name)
        return Edited(
            await self._picture(made[0]),
            seconds=_seconds(fields) or perf_counter() - began,
            cost=self.abilities.cost,
            notes=(*self._ignored(), *_told(made)),
        )

    def _refuse(self, request: EditRequest) -> None:
        if request.mask and not (self.abilities.mask and self._dialect.mask):
            raise EditorRejected(f"{self.name} takes no mask: leave it out or use another editor")

        if len(request.references) > self.abilities.references:
            raise EditorRejected(
                f"{self.name} takes {self.abilities.references} pictures beside the source, "
                f"not {len(request.references)}"
            )

    async def _files(self, request: EditRequest) -> list[_Part]:
        pictures = (request.source, *request.references)
        part = self._dialect.many if len(pictures) > 1 else self._dialect.one
        files = [_part(part, f"{nth}", picture) for nth, picture in enumerate(pictures)]
        if request.mask:
            mask = request.mask
            if self._dialect.paint == "transparent":
                mask = await to_thread.run_sync(_holed, mask)
            files.append(_part(self._dialect.mask, "mask", mask))

        return files

    async def _fields(self, request: EditRequest) -> dict[str, str]:
        dialect = self._dialect
        fields = {"prompt": request.instruction, "model": self._model, "n": "1"}
        size = await _size_of(request.source) if self._size == "source" else self._size
        optional = {
            "size": size,
            "response_format": dialect.response_format,
            dialect.seed: str(request.seed) if dialect.seed else "",
        }
        fields |= {name: value for name, value in optional.items() if value}
        knobs = {**self._knobs, **request.options}
        return fields | {name: _written(value) for name, value in knobs.items()}

    async def _picture(self, made: Mapping[str, Any]) -> Picture:
        address = made.get("url")
        if made.get("b64_json") or not isinstance(address, str):
            return await wire.decoded(made.get("b64_json"), self.name)

        if address.startswith("data:"):
            return await wire.decoded(address, self.name)

        answer = await wire.ask(
            self._bare, self.name, "GET", str(self._place(address)), most=self._most
        )
        return wire.picture_of(answer.data, self.name)

    def _place(self, address: str) -> httpx2.URL:
        """Where a picture may be fetched: at the server, or over HTTPS at an allowed host."""
        try:
            place = self._url.join(address)
        except httpx2.InvalidURL as error:
            raise EditorError(f"{self.name} answered with the bad address {address!r}") from error

        ours = (self._url.scheme, self._url.host, self._url.port)
        allowed = place.scheme == "https" and place.host in self._allowed
        if (place.scheme, place.host, place.port) != ours and not allowed:
            raise EditorError(
                f"{self.name} put the picture at {place.host!r}, which is not fetched: "
                "allow that host, or have the server answer with b64_json"
            )

        return place

    def _ignored(self) -> tuple[str, ...]:
        honours = self._dialect.honours
        unknown = [] if honours is None else [name for name in self._knobs if name not in honours]
        return tuple(f"{name} is probably ignored by this server" for name in unknown)


def _part(field: str, stem: str, picture: Picture) -> _Part:
    kind, _, suffix = picture.media_type.partition("/")
    if kind != "image":
        raise PictureError(f"{picture.media_type!r} is no picture; send image/png")

    return field, (f"{stem}.{suffix}", picture.data, picture.media_type)


def _holed(mask: Picture) -> Picture:
    """Turn white into transparent. Blocks.

    Raises:
        PictureError: the mask cannot be decoded.
    """
    from PIL import ImageOps

    from ...memory.images import decode

    grey = decode(mask.data).image.convert("L")
    image = grey.convert("RGBA")
    image.putalpha(ImageOps.invert(grey))
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return replace(mask, data=file.getvalue(), media_type="image/png")


async def _size_of(source: Picture) -> str:
    from ...memory.images import probe

    header = await to_thread.run_sync(probe, source.data)
    return f"{header.width}x{header.height}"


def _made(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The pictures of an answer, at least one.

    Raises:
        EditorError: there is none.
    """
    data: object = fields.get("data")
    listed = cast("list[object]", data) if isinstance(data, list) else []
    made = [cast("Mapping[str, Any]", each) for each in listed if isinstance(each, dict)]
    if not made:
        raise EditorError(f"{name} answered without a picture")

    return made


def _told(made: list[Mapping[str, Any]]) -> list[str]:
    notes: list[str] = []
    if len(made) > 1:
        notes.append(f"{len(made)} pictures came back; the first was taken")

    if revised := made[0].get("revised_prompt"):
        notes.append(f"the model revised the instruction: {revised}")

    return notes


def _seconds(fields: Mapping[str, Any]) -> float:
    """What SGLang reports."""
    seconds: object = fields.get("inference_time_s")
    return float(seconds) if isinstance(seconds, float) and seconds > 0 else 0.0


def _written(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Models behind the queue of fal as editors.

Written from the service's public documentation and clients, and tried against a server that
follows them, never against the live service.

    paid = Abilities(cost=0.04, seed=True)
    async with Fal("fal-ai/flux-pro/kontext", key, abilities=paid) as editor:
        edited = await editor.edit(request)

An edit is handed in, waited for and fetched; one that is cancelled or fails is cancelled there,
which the model may ignore once it works. One that is cancelled while it is handed in may still run
and be charged, since only the answer tells its name. The key goes to the queue and the upload
address and nowhere else, whatever addresses the answers hold.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import httpx2

from ...memory import EditorError, EditorRejected, PictureError, SettingsError
from ..connected import Connected
from ..editor import Abilities, Edited, EditRequest, Picture
from . import fal_answers, wire
from .waiting import found_by, taken_back

QUEUE = "https://queue.fal.run"
UPLOADS = "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3"
_ALLOWED = ("fal.media",)
_UNKNOWN = Abilities()


@dataclass(frozen=True, slots=True)
class Names:
    """How a model calls what an edit is made of; models differ."""

    image: str = "image_url"
    """The source. A name that ends in `s` takes a list: the source, then the references."""

    mask: str = ""
    """The mask, `mask_url` for instance; empty: the model takes none."""

    instruction: str = "prompt"
    seed: str = "seed"

    @property
    def several(self) -> bool:
        """Whether the source stands in a list."""
        return self.image.endswith("s")


class Fal(Connected):
    """One model; open it with `async with`."""

    def __init__(
        self,
        model: str,
        key: str,
        *,
        knobs: Mapping[str, Any] | None = None,
        names: Names | None = None,
        upload: str = "",
        abilities: Abilities = _UNKNOWN,
        url: str = QUEUE,
        pause: float = 1.0,
        allowed: Collection[str] = _ALLOWED,
        name: str = "",
        most: int = wire.MAX_ANSWER,
    ) -> None:
        """`knobs` are further fields of the request; look for the edit every `pause` seconds.

        Pictures are sent as data URIs, or uploaded first where `upload` is an address for that,
        such as `UPLOADS`. They are fetched from the queue's own host and, over HTTPS, from
        `allowed` ones and those below them. `abilities.cost` is what each edit counts as, and
        `abilities.seed` says that the model reads a seed: the protocol tells neither. Whether it
        takes a mask is told by `names`.

        Raises:
            SettingsError: a model without its owner, an address without a host, or references
                where `names` have no list for them.
        """
        if model.strip("/").count("/") < 1:
            raise SettingsError(f"{model!r} is no model of fal: give it as owner/app")

        self._url = httpx2.URL(url)
        if not self._url.host:
            raise SettingsError(f"{url!r} is no address: give it as {QUEUE}")

        self._names = names or Names()
        if abilities.references and not self._names.several:
            raise SettingsError(
                f"{self._names.image!r} takes one picture: name the list that takes references"
            )

        self.name = name or f"fal:{model.strip('/')}"
        self.abilities = replace(abilities, mask=bool(self._names.mask))
        self._model, self._knobs = model.strip("/"), dict(knobs or {})
        self._upload, self._pause, self._most = upload, pause, most
        self._allowed = tuple(allowed)
        headers = {"Authorization": f"Key {key}"} if key else {}
        self._http = wire.client(base_url=url.rstrip("/") + "/", headers=headers)
        self._bare = wire.client()  # moves pictures, and never shows the key

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._http, self._bare)

    async def edit(self, request: EditRequest) -> Edited:
        """Hand the edit in once, and wait for it.

        Raises:
            EditorRejected: a mask or references that the names have no place for, or a status of
                4xx, such as 422 for what the model or its content filter refuses.
            EditorBusy: 408, 409, 425, 429 or 5xx, a runner that failed, or no connection.
            EditorError: another failure, an answer that cannot be read, or a picture at an address
                that is not allowed.
            PictureError: something that is no picture was to be sent.
        """
        self._refuse(request)
        body = await self._body(request)
        began = perf_counter()
        queued = await self._fields("POST", self._model, json=body)
        status, made = await self._result(fal_answers.path_of(queued, self.name))
        pictures = fal_answers.pictures_of(made, status, self.name)
        seed = request.seed if self.abilities.seed else None
        return Edited(
            await found_by(lambda: self._picture(pictures[0]), pause=self._pause),
            seconds=fal_answers.seconds_of(status) or perf_counter() - began,
            cost=self.abilities.cost,
            notes=fal_answers.notes_of(made, len(pictures), seed),
        )

    async def _result(self, where: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Wait for the edit; return its last status and what the model answered."""

        async def look() -> dict[str, Any] | None:
            return fal_answers.ended(await self._fields("GET", f"{where}/status"), self.name)

        async def withdraw() -> None:
            await wire.ask(self._http, self.name, "PUT", f"{where}/cancel", most=self._most)

        async with taken_back(withdraw):
            status = await found_by(look, pause=self._pause)

        # an edit that failed answers with its status and its words here
        return status, await self._fields("GET", where)

    async def _fields(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        answer = await wire.ask(self._http, self.name, method, path, most=self._most, **how)
        return await wire.fields_of(answer, self.name)

    def _refuse(self, request: EditRequest) -> None:
        if request.mask and not self._names.mask:
            raise EditorRejected(f"{self.name} takes no mask: name its field, or leave it out")

        if len(request.references) > self.abilities.references:
            raise EditorRejected(
                f"{self.name} takes {self.abilities.references} pictures beside the source, "
                f"not {len(request.references)}"
            )

    async def _body(self, request: EditRequest) -> dict[str, Any]:
        names = self._names
        pictures = [await self._address(each) for each in (request.source, *request.references)]
        body: dict[str, Any] = {names.instruction: request.instruction}
        body[names.image] = pictures if names.several else pictures[0]
        if request.mask:
            body[names.mask] = await self._address(request.mask)

        if self.abilities.seed:
            body[names.seed] = request.seed

        return body | self._knobs

    async def _address(self, picture: Picture) -> str:
        """Where the service finds a picture: in a data URI, or where it was uploaded."""
        kind, _, suffix = picture.media_type.partition("/")
        if kind != "image":
            raise PictureError(f"{picture.media_type!r} is no picture; send image/png")

        if not self._upload:
            return f"data:{picture.media_type};base64,{await wire.encoded(picture.data)}"

        wanted = {"file_name": f"picture.{suffix}", "content_type": picture.media_type}
        places = await self._fields("POST", self._upload, json=wanted)
        to, found = places.get("upload_url"), places.get("file_url")
        if not isinstance(to, str) or not isinstance(found, str):
            raise EditorError(f"{self.name} took no upload: it gave no address for one")

        headers = {"Content-Type": picture.media_type}
        place = self._place(to, "wants the picture at")
        await wire.ask(
            self._bare,
            self.name,
            "PUT",
            place,
            most=self._most,
            content=picture.data,
            headers=headers,
        )
        return found

    async def _picture(self, made: Mapping[str, Any]) -> Picture:
        address = made.get("url")
        if not isinstance(address, str) or address.startswith("data:"):
            return await wire.decoded(address, self.name)

        place = self._place(address, "put the picture at")
        answer = await wire.ask(self._bare, self.name, "GET", place, most=self._most)
        return wire.picture_of(answer.data, self.name)

    def _place(self, address: str, what: str) -> str:
        """Let an address pass that is at the queue's host, or over HTTPS at an allowed one."""
        try:
            place = self._url.join(address)
        except httpx2.InvalidURL as error:
            raise EditorError(f"{self.name} answered with the bad address {address!r}") from error

        ours = (self._url.scheme, self._url.host, self._url.port)
        below = any(place.host == host or place.host.endswith(f".{host}") for host in self._allowed)
        if (place.scheme, place.host, place.port) != ours and not (
            place.scheme == "https" and below
        ):
            raise EditorError(
                f"{self.name} {what} {place.host!r}, which is not used: allow that host"
            )

        return str(place)

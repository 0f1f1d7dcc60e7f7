"""The official protocol: `/edit`, `/edit-upload`, `/fill`, `/fill-upload`, `/generate`."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..tools import EditRequest
from .asked import Asked, read
from .desk import Desk, Done
from .intake import Form, decoded, form_of, json_of, picture_of, written
from .official import Face
from .refusals import Refused


class OfficialDoor:
    """Reads and answers as the official services do, with what they leave out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """What it answers at."""
        return [
            Route("/edit", self._edit, methods=["POST"]),
            Route("/edit-upload", self._edit_upload, methods=["POST"]),
            Route("/fill", self._fill, methods=["POST"]),
            Route("/fill-upload", self._fill_upload, methods=["POST"]),
            Route("/generate", _generate, methods=["POST"]),
        ]

    async def _edit(self, http: Request) -> Response:
        return await self._of_json(http, fill=False)

    async def _fill(self, http: Request) -> Response:
        return await self._of_json(http, fill=True)

    async def _edit_upload(self, http: Request) -> Response:
        return await self._of_form(http, fill=False)

    async def _fill_upload(self, http: Request) -> Response:
        return await self._of_form(http, fill=True)

    async def _of_json(self, http: Request, *, fill: bool) -> Response:
        with self._desk.admitted(http) as key:
            self._check(fill=fill)
            fields = await json_of(http, self._desk.rules)
            asked = self._asked(fields)
            source = await decoded(fields.get("image"), "image")
            mask = await decoded(fields.get("mask_image"), "mask_image") if fill else None
            request, digest = await self._request(asked, source, mask, key)
            done = await self._done(http, request, digest)
            echoes = _bare(fields["image"]), _bare(fields["mask_image"]) if fill else None
            return await self._answer(done, asked, *echoes)

    async def _of_form(self, http: Request, *, fill: bool) -> Response:
        with self._desk.admitted(http) as key:
            self._check(fill=fill)
            form = await form_of(http, self._desk.rules)
            asked = self._asked(form.first())
            source = _file(form, "image_file")
            mask = _file(form, "mask_file") if fill else None
            request, digest = await self._request(asked, source, mask, key)
            done = await self._done(http, request, digest)
            echo = self._desk.rules.echo
            echoes = await written(source) if echo else b"", await written(mask or b"")
            return await self._answer(done, asked, echoes[0], echoes[1] if fill else None)

    async def _done(self, http: Request, request: EditRequest, digest: bytes) -> Done:
        return await self._desk.while_connected(http, lambda: self._desk.edit(request, digest))

    def _check(self, *, fill: bool) -> None:
        if fill and not self._desk.abilities.mask:
            raise Refused(404, "no_mask", "this editor takes no mask: POST to /edit")

        if not fill and self._desk.face.verb == "fill":
            raise Refused(404, "mask_needed", "this editor fills a mask: POST to /fill")

    def _asked(self, fields: Mapping[str, object]) -> Asked:
        defaults = self._desk.rules.official_defaults
        return read(self._desk.face, fields, self._desk.settable, defaults=defaults)

    async def _request(
        self, asked: Asked, source: bytes, mask: bytes | None, key: str
    ) -> tuple[EditRequest, bytes]:
        pixels = self._desk.rules.pixels
        picture = await picture_of(source, "image", pixels)
        masking = await picture_of(mask, "mask_image", pixels) if mask else None
        return asked.request(picture, masking, (), key), asked.digest(picture, masking)

    async def _answer(
        self, done: Done, asked: Asked, source: bytes, mask: bytes | None
    ) -> Response:
        """Put the answer together; base64 needs no escapes, so pictures are spliced in as bytes."""
        face = self._desk.face
        verb = "filled_image" if mask is not None else "edited_image"
        parts = [_opened(_fields(done, asked, face))]
        if self._desk.rules.echo:
            parts += [b',"original_image":"', source, b'"']
            parts += [b',"mask_image":"', mask, b'"'] if mask is not None else []
        made = await written(done.edited.picture.data)
        parts += [b',"', verb.encode(), b'":"', made, b'"}']
        return Response(b"".join(parts), media_type="application/json")


def _fields(done: Done, asked: Asked, face: Face) -> dict[str, Any]:
    prompts: dict[str, Any] = {"prompt": asked.instruction}
    if face.prompts == "original":
        prompts = {"original_prompt": asked.instruction, "enhanced_prompt": None}
    return {
        "success": True,
        "task_id": uuid4().hex,
        "seed": done.seed,
        **prompts,
        "gpu_id": 0,
        "processing_time": done.edited.seconds,
        "error": None,
        **({"model_type": face.model_type} if face.model_type else {}),
        "media_type": done.edited.picture.media_type,
        "notes": [*asked.notes, *done.edited.notes],
    }


def _opened(fields: dict[str, Any]) -> bytes:
    """The object without its closing brace."""
    return json.dumps(fields).encode()[:-1]


def _bare(text: str) -> bytes:
    """The client's own base64, without the head of a data URI."""
    return (text.partition(",")[2] if text.startswith("data:") else text).encode("ascii")


def _file(form: Form, field: str) -> bytes:
    found = form.files.get(field)
    if not found or not found[0].data:
        raise Refused(400, "missing", f"{field} is required: a picture as a file", field=field)

    if not found[0].media_type.startswith("image/"):
        said = f"{field} must have a content type of image/*, not {found[0].media_type!r}"
        raise Refused(400, "media_type", said, field=field)

    return found[0].data


async def _generate(http: Request) -> Response:
    raise Refused(
        501, "no_generation", "this is an editor: POST a picture and a prompt to /edit instead"
    )

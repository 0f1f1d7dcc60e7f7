"""`POST /v1/images/edits` and `GET /v1/models`, in OpenAI's spelling and that of its kin."""

from dataclasses import replace
from time import time
from typing import Any

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..tools import EditRequest, Picture
from .desk import Desk, Done
from .openai_answers import spliced
from .openai_images import Wanted, wanted_of
from .openai_pictures import Look, converted, size_of
from .refusals import Refused

IGNORED = "x-editloop-ignored"


class OpenAIDoor:
    """Edits in the protocol that most clients and gateways speak."""

    def __init__(self, desk: Desk, model: str) -> None:
        """`model` is the name it is served by; empty for the editor's own."""
        self._desk, self._model = desk, model

    def routes(self) -> list[Route]:
        """What it answers at."""
        return [
            Route("/v1/images/edits", self._edits, methods=["POST"]),
            Route("/v1/images/generations", _generations, methods=["POST"]),
            Route("/v1/models", self._models, methods=["GET"]),
        ]

    @property
    def model(self) -> str:
        """The name that requests may give."""
        _ = self._desk.abilities  # says 503 while there is none
        return self._model or self._desk.keeper.editor.name

    async def _models(self, http: Request) -> Response:
        entry = {"id": self.model, "object": "model", "created": 0, "owned_by": "editloop"}
        return JSONResponse({"object": "list", "data": [entry]})

    async def _edits(self, http: Request) -> Response:
        with self._desk.admitted(http) as key:
            wanted = await wanted_of(http, self._desk, self.model)
            if not self._desk.edits.knows(key):
                self._desk.line.check(wanted.count)
            done = await self._desk.while_connected(http, lambda: self._all(wanted, key))
            return await _answer(done, wanted)

    async def _all(self, wanted: Wanted, key: str) -> list[Done]:
        """The edits, side by side in the line; their seeds count up from the first.

        Raises:
            Refused: one of them could not be had; the others are cancelled.
        """
        first = wanted.asked.request(wanted.source, wanted.mask, wanted.references, key)
        found: dict[int, Done] = {}
        errors: list[Refused] = []

        async def one(number: int) -> None:
            try:
                found[number] = await self._desk.edit(_nth(first, number), wanted.digest)
            except Refused as refused:
                errors.append(refused)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for number in range(wanted.count):
                group.start_soon(one, number)

        if errors:
            raise errors[0]

        return [found[number] for number in range(wanted.count)]


async def _answer(done: list[Done], wanted: Wanted) -> Response:
    pictures = [await converted(each.edited.picture, Look(wanted.format)) for each in done]
    size = await to_thread.run_sync(size_of, pictures[0])
    body = await spliced(
        _head(done, wanted, pictures[0], size), [(picture.data, {}) for picture in pictures]
    )
    headers = {IGNORED: ", ".join(wanted.ignored)} if wanted.ignored else None
    return Response(body, media_type="application/json", headers=headers)


def _nth(request: EditRequest, number: int) -> EditRequest:
    if not number:
        return request

    key = f"{request.key}#{number}" if request.key else ""
    return replace(request, seed=request.seed + number, key=key)


def _head(
    done: list[Done], wanted: Wanted, picture: Picture, size: tuple[int, int]
) -> dict[str, Any]:
    notes = dict.fromkeys([*wanted.asked.notes, *(n for each in done for n in each.edited.notes)])
    seconds = sum(each.edited.seconds for each in done)
    return {
        "created": int(time()),
        "output_format": picture.media_type.removeprefix("image/"),
        "size": f"{size[0]}x{size[1]}",
        "inference_time_s": seconds,
        "editloop": {"seeds": [each.seed for each in done], "notes": list(notes)},
    }


async def _generations(http: Request) -> Response:
    raise Refused(
        404,
        "no_generation",
        "this server edits and does not generate: POST a picture to /v1/images/edits",
    )

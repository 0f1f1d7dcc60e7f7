"""The calls that an edit makes to a ComfyUI server, and the one workflow that it queues there."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import httpx2
from anyio import to_thread

from ...memory import EditorError, PictureError
from ..editor import Picture
from . import comfyui_answers, wire

_GLANCES = 8  # looks at the history for one at the queue, whose answer holds everybody's graphs


class Server:
    """One ComfyUI; its errors are those of an editor."""

    def __init__(self, url: str, name: str, most: int, headers: Mapping[str, str] | None) -> None:
        self.name = name
        self.client = uuid4().hex
        self.http: httpx2.AsyncClient = wire.client(base_url=url.rstrip("/") + "/", headers=headers)
        self._most = most

    async def ask(self, method: str, url: str, **how: Any) -> wire.Answer:
        """Make one request."""
        explain = comfyui_answers.explanation
        return await wire.ask(
            self.http, self.name, method, url, most=self._most, explain=explain, **how
        )

    async def fields(self, method: str, url: str, **how: Any) -> dict[str, Any]:
        """Make one request that is answered with a JSON object."""
        return await wire.fields_of(await self.ask(method, url, **how), self.name)

    async def upload(self, picture: Picture) -> str:
        """Send a picture, and return what the server calls it.

        Raises:
            PictureError: it is no picture.
        """
        kind, _, suffix = picture.media_type.partition("/")
        if kind != "image":
            raise PictureError(f"{picture.media_type!r} is no picture; send image/png")

        digest = await to_thread.run_sync(lambda: sha256(picture.data).hexdigest())
        file = (f"editloop-{digest[:32]}.{suffix}", picture.data, picture.media_type)
        # without `overwrite`: nobody reads half a file, and the same picture keeps its name
        placed = await self.fields(
            "POST", "upload/image", files={"image": file}, data={"type": "input"}
        )
        stored, folder = placed.get("name"), placed.get("subfolder")
        if not isinstance(stored, str) or not stored:
            raise EditorError(f"{self.name} took a picture without saying what it calls it")

        return f"{folder}/{stored}" if folder else stored

    async def picture(self, place: Mapping[str, str]) -> Picture:
        """Fetch a picture that a node made."""
        answer = await self.ask("GET", "view", params=dict(place))
        return wire.picture_of(answer.data, self.name)


class Job:
    """One workflow in the queue of a server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._id = str(uuid4())  # newer servers keep the id that we ask for, older ones choose
        self._looks = 0

    async def submit(self, graph: Mapping[str, Any]) -> str:
        """Queue the graph; return the server's words about nodes that it will leave out."""
        body = {"prompt": graph, "client_id": self._server.client, "prompt_id": self._id}
        queued = await self._server.fields("POST", "prompt", json=body)
        given = queued.get("prompt_id")
        if not isinstance(given, str) or not given:
            raise EditorError(f"{self._server.name} queued the workflow without an id")

        self._id = given
        return comfyui_answers.node_faults(queued.get("node_errors"))

    async def look(self) -> Mapping[str, Any] | None:
        """Return its entry of the history once it is there; an empty one: the server forgot it."""
        self._looks += 1
        entry = await self._entry()
        if entry is not None or self._looks % _GLANCES:
            return entry

        if any(await self._place()):
            return None

        return await self._entry() or {}  # it may have ended between the two questions

    async def withdraw(self) -> None:
        """Take it out of the queue, or interrupt it when it is the one at work."""
        await self._server.ask("POST", "queue", json={"delete": [self._id]})
        _, working = await self._place()
        if working:
            await self._server.ask("POST", "interrupt", json={"prompt_id": self._id})

    async def _entry(self) -> Mapping[str, Any] | None:
        history = await self._server.fields("GET", f"history/{quote(self._id, safe='')}")
        entry: object = history.get(self._id)
        return cast("Mapping[str, Any]", entry) if isinstance(entry, dict) else None

    async def _place(self) -> tuple[bool, bool]:
        """Whether it waits, and whether it is at work."""
        queue = await self._server.fields("GET", "queue")
        waiting = comfyui_answers.queued(queue.get("queue_pending"), self._id)
        return waiting, comfyui_answers.queued(queue.get("queue_running"), self._id)

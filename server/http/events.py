"""A run as a stream: server-sent events, or JSON lines."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ...memory import EditloopError, Run
from ..host import Moment
from ..streaming import Pace, streamed
from .inside import Inside
from .problems import problem_of

SSE, LINES = "text/event-stream", "application/x-ndjson"
_RETRY = 2000  # milliseconds after which a browser that lost the thread asks again

Moments = Callable[[], AbstractAsyncContextManager[AsyncIterator[Moment]]]
Look = Callable[[], Awaitable[Run]]


class Stream(Response):
    """Sends moments as they come, nothing ahead: a slow listener slows only itself.

    The stream ends with the run, with the listener, or with the server; whoever lost the thread asks again with
    the number of the last moment heard, at any server.
    """

    def __init__(
        self, moments: Moments, look: Look, inside: Inside, *, lines: bool, root: str
    ) -> None:
        """`look` finds the run as it is."""
        self._moments, self._look, self._inside = moments, look, inside
        self._lines, self._root = lines, root
        self._pace = Pace(
            b"\n" if lines else b": still here\n\n",
            inside.rules.heartbeat_seconds,
            inside.rules.stalled_seconds,
        )
        self._first = (
            b"" if lines else f"retry: {_RETRY}\n\n".encode()
        )  # goes with what is said first
        self.status_code, self.background = 200, None
        self.media_type = LINES if lines else f"{SSE}; charset=utf-8"
        self.init_headers()
        headers = MutableHeaders(raw=self.raw_headers)
        headers["cache-control"] = "no-store"
        headers["x-accel-buffering"] = "no"  # nginx would collect events otherwise
        del headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; an error before the first byte is raised, for a status of its own."""
        there = True
        async with self._moments() as moments:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if scope["method"] != "HEAD":
                with self._inside.waiting():
                    there = await streamed(
                        self._pieces(moments), receive, send, self._pace, first=self._first
                    )
        if there:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pieces(self, moments: AsyncIterator[Moment]) -> AsyncGenerator[bytes]:
        try:
            closed = False
            async for moment in moments:
                yield self._written(moment)
                closed = moment.name == "run.closed"
            run = None if closed else await self._look()
            if run is not None and run.stop is None:
                yield self._written(Moment(None, "run.paused", {"run": run.id}))
        except EditloopError as error:  # the answer has begun: the problem is its last event
            found = problem_of(error, "").model_dump(mode="json", exclude_none=True)
            yield self._written(Moment(None, "problem", found))

    def _written(self, moment: Moment) -> bytes:
        facts = dict(moment.facts)
        image = facts.get("image")
        if isinstance(image, str) and image.startswith("sha256:"):
            facts["url"] = f"{self._root}/v1/blobs/{image.removeprefix('sha256:')}"
        if self._lines:
            line = {"number": moment.number, "event": moment.name, "facts": facts}
            return json.dumps(line).encode() + b"\n"

        head = f"id: {moment.number}\n" if moment.number is not None else ""
        return f"{head}event: {moment.name}\ndata: {json.dumps(facts)}\n\n".encode()

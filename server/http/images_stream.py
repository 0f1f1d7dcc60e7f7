"""An edit as a stream: pictures as they get better, then the answer, in the events of OpenAI."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, aclosing
from time import time
from typing import Any

import anyio
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ...memory import EditloopError, Run, Turn
from ..dialects import envelope
from ..host import Host
from ..openai_answers import pictured
from ..principals import Principal
from ..refusals import Refused
from ..streaming import Pace, piece, streamed
from .images_answer import RUN, Showing, Shown, effort_of, run_said, usage_of
from .images_asked import EditsAsked
from .images_failures import failure_of, logged, refused_by, stopping
from .images_rules import ImagesRules
from .images_runs import paused

_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # nginx would collect events otherwise
}
_SILENT = b": still here\n\n"

Waiting = Callable[[], AbstractContextManager[anyio.CancelScope]]


class Edits:
    """The events of one run: what improved, and how it ended."""

    def __init__(self, host: Host, showing: Showing, asked: EditsAsked, who: Principal) -> None:
        self._host, self._showing = host, showing
        self._asked, self._who = asked, who

    async def of(self, run_id: str) -> AsyncGenerator[bytes]:
        """Yield events; the last one is the answer, or says why there is none."""
        try:
            async with aclosing(self._partials(run_id)) as partials:
                async for event in partials:
                    yield event
            run = await self._host.run(run_id, self._who)
            yield await self._ending(run)
        except (EditloopError, Refused) as error:
            yield failed(error)

    async def _partials(self, run_id: str) -> AsyncGenerator[bytes]:
        """The best picture so far after each turn that made it better, as many as were asked for."""
        sent, best = 0, -1.0
        async with self._host.moments(run_id, self._who) as moments:
            async for moment in moments:
                if moment.name != "turn.completed" or sent >= self._asked.partial_images:
                    continue
                run = await self._host.run(run_id, self._who)
                turn = run.turn(moment.facts["turn"])
                score = turn.score.overall if turn.score else -1.0
                if turn.edited is None or (sent and score <= best):
                    continue
                yield await self._partial(turn, sent)
                sent, best = sent + 1, score

    async def _partial(self, turn: Turn, number: int) -> bytes:
        assert turn.edited is not None
        shown = await self._showing.shown(turn.edited, self._asked)
        score = round(turn.score.overall, 3) if turn.score else None
        more = {
            "partial_image_index": number,
            "created_at": int(time()),
            "editloop": {"turn": turn.number, "instruction": turn.instruction, "score": score},
        }
        return await self._event("image_edit.partial_image", shown, more)

    async def _ending(self, run: Run) -> bytes:
        if run.stop is None:
            return failed(paused(run.id))

        best = run.best
        if best is None or best.edited is None:
            return failed(failure_of(run))

        shown = await self._showing.shown(best.edited, self._asked)
        more: dict[str, Any] = {
            "created_at": int(run.created.timestamp()),
            "usage": usage_of([run]),
            "revised_prompt": best.instruction,
            "editloop": {"runs": [run_said(run)], "notes": [shown.note] if shown.note else []},
        }
        if self._asked.who:
            more["safety_identifier"] = self._asked.who
        return await self._event("image_edit.completed", shown, more)

    async def _event(self, name: str, shown: Shown, more: Mapping[str, Any]) -> bytes:
        fields = {"type": name, **shown.facts, "quality": effort_of(self._asked), **more}
        data = await pictured(shown.picture.data, fields)
        return b"".join([b"event: ", name.encode(), b"\ndata: ", data, b"\n\n"])


def failed(error: Exception) -> bytes:
    """An event from which OpenAI's clients make an exception."""
    found = refused_by(error)
    logged("in a stream", error, found.status_code)
    data = {"type": "error", **envelope(found)}
    return f"event: error\ndata: {json.dumps(data)}\n\n".encode()


class EditStream(Response):
    """Sends events as they come; never silent for long."""

    def __init__(
        self,
        events: AsyncGenerator[bytes],
        rules: ImagesRules,
        waiting: Waiting,
        *,
        within: AsyncExitStack,
        headers: Mapping[str, str],
    ) -> None:
        """`within` is closed when the stream is over, by an error where the listener left."""
        self._events, self._waiting, self._within = events, waiting, within
        self._pace = Pace(_SILENT, rules.heartbeat_seconds, rules.stalled_seconds)
        super().__init__(status_code=200, headers={**headers, **_HEADERS})
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            async with self._within:
                await self._answer(receive, send)
        except ClientDisconnect:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _answer(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with self._waiting() as scope:
            if await streamed(self._events, receive, send, self._pace, first=_SILENT, at_once=True):
                return
        if not scope.cancelled_caught:
            raise ClientDisconnect

        with anyio.move_on_after(1):
            await send(piece(failed(stopping(self.headers[RUN]))))

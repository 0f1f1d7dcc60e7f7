"""Any editor behind HTTP, as one ASGI application.

    app = service(Retouch(), preset="flux-kontext", token="…")

It speaks the official protocol of EditThinker (`/edit`, `/edit-upload`, `/fill`, `/fill-upload`),
`/v1/images/edits`, and what machines ask: `/livez`, `/readyz`, `/health`, `/status`, `/metrics`.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from time import time
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..memory import EditloopError
from ..tools import Described, Editor
from . import metrics
from .desk import Desk
from .dialects import HANDLERS
from .gate import principal_of
from .guard import NOBODY
from .keeper import Opening, opened
from .official import face_or_plain
from .official_door import OfficialDoor
from .openai_door import OpenAIDoor
from .rules import ServiceRules
from .tracing import Guarded, Watched

_HEALTHY = "健康"  # healthy, in the language of the official services


def service(
    editor: Editor | Opening,
    *,
    rules: ServiceRules = ServiceRules(),  # noqa: B008 (frozen)
    token: str = "",
    hosts: frozenset[str] = frozenset(),
    preset: str = "plain",
    model: str = "",
    stop: Callable[[], None] = lambda: None,
    patient: bool = False,
) -> Starlette:
    """Make the application; its lifespan opens the editor, and closes it.

    Without a token it answers to the names of this machine and to `hosts`, `*` being all.
    `preset` names the official service whose fields, ranges and defaults are spoken; an unknown one
    is `plain`. `model` is the name under `/v1/models`; the editor's own where it is empty. `stop`
    is called when the editor cannot be opened. A `patient` one begins only once it is known whether
    the editor answers, and fails to begin where it cannot be opened; others answer 503 meanwhile.
    The application's `state.desk` tells more.
    """
    opening = editor if callable(editor) else opened(editor)
    desk = Desk(opening, face_or_plain(preset), rules, stop=stop)
    official = OfficialDoor(desk)
    routes = [
        *official.routes(),
        *OpenAIDoor(desk, model).routes(),
        *_Board(desk, preset).routes(),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with desk.open():
            if patient:
                await desk.keeper.settled.wait()
                _raise(desk.keeper.failed)
            yield

    paths = frozenset(route.path for route in routes)
    around = [Middleware(Watched, metrics=desk.metrics, routes=paths)]
    around.append(Middleware(Guarded, token=token, hosts=hosts))
    app = Starlette(
        routes=routes, lifespan=lifespan, middleware=around, exception_handlers=HANDLERS
    )
    app.state.desk = desk
    app.state.failed = lambda: desk.keeper.failed
    app.state.ending = lambda: None
    return app


class _Board:
    """What the service says of itself."""

    def __init__(self, desk: Desk, preset: str) -> None:
        self._desk, self._preset = desk, preset

    def routes(self) -> list[Route]:
        return [
            Route("/", self._front),
            Route("/livez", _alive),
            Route("/readyz", self._ready),
            Route("/health", self._health),
            Route("/status", self._status),
            Route("/metrics", self._metrics),
        ]

    async def _front(self, http: Request) -> Response:
        found: dict[str, Any] = {
            "service": "editloop",
            "preset": self._preset,
            "endpoints": ["/edit", "/edit-upload", "/fill", "/fill-upload", "/v1/images/edits"],
        }
        return JSONResponse(found | self._editor())

    async def _ready(self, http: Request) -> Response:
        keeper = self._desk.keeper
        why = keeper.trouble or ("" if keeper.ready else "the editor is being opened and tried")
        found = {"ready": keeper.ready, "why": _told(http, why)}
        later = {"retry-after": f"{self._desk.line.retry_after}"}
        return JSONResponse(found, 200 if keeper.ready else 503, None if keeper.ready else later)

    async def _health(self, http: Request) -> Response:
        """As the official services: 200 whatever happens; `ready` is the truth."""
        keeper = self._desk.keeper
        return JSONResponse(
            {
                "status": _HEALTHY,
                "gpu_manager_ready": keeper.is_open,
                "timestamp": time(),
                **self._model_type(),
                "ready": keeper.ready,
                "why": _told(http, keeper.trouble),
            }
        )

    async def _status(self, http: Request) -> Response:
        desk = self._desk
        steps = [edit.progress for edit in desk.edits.running if edit.progress]
        return JSONResponse(
            {
                "active_workers": desk.rules.at_once if desk.keeper.is_open else 0,
                "task_queue_size": desk.line.waiting,
                "result_queue_size": 0,
                "pending_tasks": desk.line.entered,
                "total_gpus": 1,
                "system_ready": desk.keeper.ready,
                **self._model_type(),
                "working": desk.line.working,
                "room": desk.rules.at_once + desk.rules.waiting - desk.line.entered,
                "seconds_per_edit": desk.line.seconds,
                "retry_after": desk.line.retry_after,
                "progress": [{"done": p.done, "of": p.of, "what": p.what} for p in steps],
            }
        )

    async def _metrics(self, http: Request) -> Response:
        desk = self._desk
        gauges = {
            "editloop_server_waiting": ("Edits that wait.", float(desk.line.waiting)),
            "editloop_server_working": ("Edits that are worked on.", float(desk.line.working)),
            "editloop_server_ready": ("1: a real edit was answered.", float(desk.keeper.ready)),
        }
        return PlainTextResponse(desk.metrics.text(gauges), media_type=metrics.MEDIA_TYPE)

    def _editor(self) -> dict[str, Any]:
        try:
            editor = self._desk.keeper.editor
        except EditloopError as error:
            return {"editor": None, "why": str(error)}

        abilities = editor.abilities
        return {
            "editor": editor.name,
            "mask": abilities.mask,
            "references": abilities.references,
            "options": sorted(abilities.options),
            "details": dict(editor.details) if isinstance(editor, Described) else {},
        }

    def _model_type(self) -> dict[str, str]:
        kind = self._desk.face.model_type
        return {"model_type": kind} if kind else {}


def _told(http: Request, why: str) -> str:
    """Why it is not ready: it may speak of paths and addresses, and probes show no token."""
    return "the server's log says more" if why and principal_of(http) is NOBODY else why


def _raise(error: EditloopError | None) -> None:
    if error:
        raise error


async def _alive(http: Request) -> Response:
    return PlainTextResponse("alive\n")

"""What goes wrong at `/v1/images`, in OpenAI's object and with statuses that its clients know."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from math import ceil

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from ...memory import (
    EditloopError,
    Failure,
    Forbidden,
    InputError,
    KeyReused,
    LimitReached,
    PictureError,
    Run,
    RunNotFound,
    StopReason,
    StoreAway,
    StoreError,
    StoreLocked,
)
from ..dialects import CLIENT_LEFT, envelope
from ..refusals import Refused

LOG = logging.getLogger("editloop.server.http")
ONCE = {"x-should-retry": "false"}
"""Tells OpenAI's clients not to ask again by themselves: the run has tried, and it costs."""

_SOON = 2  # seconds to wait where nobody knows better

Endpoint = Callable[[Request], Awaitable[Response]]

_REFUSALS = {
    "UnsupportedInstruction": (400, "unsupported_instruction", "prompt"),
    "EditorRejected": (400, "rejected", "prompt"),
    "PictureError": (400, "picture", "image"),
    "EditorBusy": (503, "editor_busy", None),
    "ThinkerBusy": (503, "thinker_busy", None),
    "InternalError": (500, "internal", None),
}
"""Status, code and field, by the class of what ended a run."""


def enveloped(endpoint: Endpoint) -> Endpoint:
    """Answer whatever an endpoint raises."""

    @wraps(endpoint)
    async def answered(http: Request) -> Response:
        try:
            return await endpoint(http)
        except ClientDisconnect:
            return Response(status_code=CLIENT_LEFT)
        except Exception as error:  # noqa: BLE001 (the outermost: every client gets an answer)
            return written(error, http.url.path)

    return answered


def written(error: Exception, path: str = "") -> Response:
    """An answer for an error."""
    found = refused_by(error)
    logged(path, error, found.status_code)
    return JSONResponse(envelope(found), found.status_code, found.headers)


def logged(where: str, error: Exception, status: int) -> None:
    """Write down what is not the client's fault; what was decided here needs no traceback."""
    if status < 500:
        return

    if isinstance(error, Refused):
        LOG.warning("%s: %s", where, error)
    else:
        LOG.error("%s: %s", where, error, exc_info=error)


def refused_by(error: Exception) -> Refused:
    """What any error is to a client."""
    match error:
        case Refused(kind="invalid" | "missing"):
            headers = dict(error.headers or {})
            return Refused(400, error.kind, error.said, field=error.field, headers=headers)
        case Refused():
            return error
        case EditloopError():
            return _of_ours(error)
        case _:
            return Refused(500, "internal", f"a bug in the server: {type(error).__name__}")


def failure_of(run: Run) -> Refused:
    """Why a closed run has no answer."""
    headers = {**ONCE, "x-editloop-run": run.id}
    if failure := run.failure:
        status, code, field = _known(failure)
        return Refused(status, code, failure.message, field=field, headers=headers)

    stop = run.stop
    if stop is not None and stop.reason is StopReason.BUDGET:
        said = f"no edit was made within the limits: {stop.detail}"
        return Refused(400, "budget", said, headers=headers)

    said = f"run {run.id} ended without an edit: {stop.detail if stop else 'it is open'}"
    return Refused(502, "failed", said, headers=headers)


def said_here(error: EditloopError) -> str:
    """What an error says, without the words of the command line."""
    return str(error).replace("`editloop runs list` shows all", "GET /v1/runs lists yours")


def stopping(runs: str) -> Refused:
    """What is said to whoever waits when the server ends."""
    said = f"the server is stopping; run {runs} goes on: send the request again under its key"
    return Refused(503, "stopping", said, headers={"retry-after": f"{_SOON}", **ONCE})


def _known(failure: Failure) -> tuple[int, str, str | None]:
    if failure.kind in _REFUSALS:
        return _REFUSALS[failure.kind]

    return (400, "input", "prompt") if failure.border == "input" else (502, "editor_failed", None)


def _of_ours(error: EditloopError) -> Refused:
    said = said_here(error)
    match error:
        case LimitReached():
            return Refused(429, "limit", said, headers=_later(error))
        case KeyReused():
            return Refused(422, "key_reused", said)
        case Forbidden():
            return Refused(403, "forbidden", said, field="image")
        case RunNotFound():
            return Refused(404, "run_not_found", said, field="image")
        case PictureError():
            return Refused(400, "picture", said, field="image")
        case InputError():
            return Refused(400, "input", said)
        case StoreLocked():
            said = "the store is busy: ask again in a moment"
            return Refused(503, "store_locked", said, headers=_later(error))
        case StoreAway():
            said = "the server's store is away: ask again in a moment"
            return Refused(503, "store_away", said, headers=_later(error))
        case StoreError():
            said = "the server's store does not answer as it should; its log says more"
            return Refused(503, "store", said)
        case _:
            return Refused(500, "internal", "a bug in the server; its log says more")


def _later(error: EditloopError) -> dict[str, str]:
    after = error.retry_after
    return {"retry-after": f"{max(1, ceil(after)) if after is not None else _SOON}"}

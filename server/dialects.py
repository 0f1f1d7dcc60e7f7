"""Refusals in the words of the protocol that was spoken."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from .refusals import Refused

CLIENT_LEFT = 499
"""What the log and the metrics say of a request whose client left; nobody receives it."""

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}

Handler = Callable[[Request, Exception], Awaitable[Response]]


async def refused(http: Request, error: Exception) -> Response:
    """Write any HTTP error; one of Starlette's own has only a status and a word."""
    assert isinstance(error, HTTPException)
    found = error if isinstance(error, Refused) else _foreign(error)
    return JSONResponse(said(http.url.path, found), found.status_code, found.headers)


async def left(http: Request, error: Exception) -> Response:
    """The client left."""
    return Response(status_code=CLIENT_LEFT)


async def broken(http: Request, error: Exception) -> Response:
    """A bug of ours: the error's name and nothing of its inside."""
    found = Refused(500, "internal", f"a bug in the service: {type(error).__name__}")
    return JSONResponse(said(http.url.path, found), 500)


def said(path: str, refused: Refused) -> dict[str, Any]:
    """The body: OpenAI's object under `/v1`, the official services' everywhere else."""
    if path.startswith("/v1/"):
        return envelope(refused)

    detail: object = refused.said
    if refused.status_code == 422 and refused.field:
        detail = [{"type": refused.kind, "loc": ["body", refused.field], "msg": refused.said}]
    return {"success": False, "error": refused.said, "detail": detail, "kind": refused.kind}


def envelope(refused: Refused) -> dict[str, Any]:
    """OpenAI's error object, from which their clients make an exception."""
    status = refused.status_code
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    inner = {"message": refused.said, "type": kind, "param": refused.field}
    return {"error": {**inner, "code": refused.kind}}


HANDLERS: dict[Any, Handler] = {
    HTTPException: refused,
    ClientDisconnect: left,
    Exception: broken,
}


def _foreign(error: HTTPException) -> Refused:
    kinds = {404: "not_found", 405: "method_not_allowed"}
    kind = kinds.get(error.status_code, "http")
    return Refused(error.status_code, kind, error.detail, headers=dict(error.headers or {}) or None)

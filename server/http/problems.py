"""What goes wrong, as RFC 9457 problems; the one table from our errors to statuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from ...memory import (
    BudgetSpent,
    EditloopError,
    EditorBusy,
    EditorError,
    Forbidden,
    InputError,
    InternalError,
    KeyReused,
    LeaseLost,
    LimitReached,
    PictureError,
    RunNotFound,
    SettingsError,
    StoreAway,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreVersion,
    ThinkerBusy,
    ThinkerError,
    UnsupportedInstruction,
)
from .. import dialects
from ..guard import shown_path
from ..refusals import Refused
from . import images_failures
from .spec import PROBLEM

_SOON = 2  # seconds to wait where nobody knows better
_OPENAI = ("/v1/images", "/v1/models")
_OF_OPENAI = "x-stainless-lang"
"""A header that OpenAI's clients send."""

_MOST_ERRORS = 20


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="Where, as a JSON pointer: `#/bounds/turns`.")
    detail: str


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: str = Field(description="`urn:editloop:problem:` and the code.")
    title: str
    status: int
    detail: str = Field(description="What happened and what to do, in a sentence.")
    code: str = Field(description="A word for programs.")
    retryable: bool = Field(description="Whether the same request may succeed later.")
    hint: str | None = Field(default=None, description="What to do next.")
    instance: str = Field(description="The path that was asked.")
    errors: list[Fault] | None = Field(default=None, description="What is wrong, one by one.")


@dataclass(frozen=True, slots=True)
class Kind:
    """What all problems of one error type have in common."""

    status: int
    code: str
    hint: str | None = None
    said: str = ""
    """What is told in place of the message, where that speaks of the inside of the server."""


_READ_AGAIN = "GET the run to see how it stands"
_INSIDE = "the server's log says more, under this request's x-request-id"

KINDS: dict[type[EditloopError], Kind] = {
    Forbidden: Kind(403, "forbidden"),
    KeyReused: Kind(422, "key_reused", "choose a new Idempotency-Key for another request"),
    PictureError: Kind(422, "picture"),
    UnsupportedInstruction: Kind(422, "unsupported_instruction"),
    SettingsError: Kind(400, "setting"),
    InputError: Kind(422, "input"),
    RunNotFound: Kind(404, "run_not_found"),
    LimitReached: Kind(429, "limit", "ask again after the seconds of Retry-After"),
    BudgetSpent: Kind(429, "budget_spent"),
    LeaseLost: Kind(409, "lease_lost", _READ_AGAIN),
    StoreAway: Kind(503, "store_away", None, "the server's store is away: ask again in a moment"),
    StoreLocked: Kind(503, "store_locked", None, "the store is busy: ask again in a moment"),
    StoreFull: Kind(507, "store_full", _INSIDE, "the server has no room left to keep anything"),
    StoreReadOnly: Kind(503, "store_read_only", _INSIDE, "the server's store cannot be written"),
    StoreVersion: Kind(503, "store_version", _INSIDE, "the server and its store do not fit"),
    StoreDamaged: Kind(500, "store_damaged", _INSIDE, "what was kept here is damaged"),
    StoreError: Kind(503, "store", _INSIDE, "the server's store does not answer as it should"),
    EditorBusy: Kind(503, "editor_busy"),
    EditorError: Kind(502, "editor"),
    ThinkerBusy: Kind(503, "thinker_busy"),
    ThinkerError: Kind(502, "thinker"),
    InternalError: Kind(500, "internal", _INSIDE, "a bug in the server"),
    EditloopError: Kind(500, "internal", _INSIDE, "a bug in the server"),
}
"""The nearest one in the line of an error's classes counts."""


class Invalid(Refused):
    """A request whose fields do not fit; it says which."""

    def __init__(self, faults: Sequence[Fault], *, status: int = 422) -> None:
        first = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(status, "invalid", f"{first.pointer}: {first.detail}{more}")
        self.faults = list(faults)

    @classmethod
    def of(cls, error: ValidationError, *, status: int = 422) -> "Invalid":
        """From what Pydantic found."""
        found = [
            Fault(pointer=_pointer(each["loc"]), detail=each["msg"].removeprefix("Value error, "))
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        return cls(found[:_MOST_ERRORS], status=status)


def problem_of(error: Exception, path: str) -> Problem:
    """Write anything down that an answer can fail with."""
    match error:
        case EditloopError():
            kind = _kind(error)
            said = kind.said or images_failures.said_here(error)
            return _problem(kind.status, kind.code, said, path, error.retryable, kind.hint)
        case Refused(kind=code, said=said):
            found = _problem(error.status_code, code, said, path, _passes(error.status_code))
            return found.model_copy(
                update={"errors": error.faults if isinstance(error, Invalid) else None}
            )
        case HTTPException():
            code, said, hint = _PLAIN.get(error.status_code, ("http", error.detail, None))
            return _problem(error.status_code, code, said, path, hint=hint)
        case _:
            said = f"a bug in the server: {type(error).__name__}"
            return _problem(500, "internal", said, path, hint=_INSIDE)


def headers_of(error: Exception) -> dict[str, str]:
    """The headers that go with a problem."""
    if isinstance(error, HTTPException):
        return dict(error.headers or {})

    status = _kind(error).status if isinstance(error, EditloopError) else 500
    if status not in (429, 503):
        return {}

    after = getattr(error, "retry_after", None)
    return {"retry-after": f"{max(1, ceil(after)) if after is not None else _SOON}"}


async def refused(http: Request, error: Exception) -> Response:
    """Answer with a problem; below `/v1/images`, or to OpenAI's lost client, with its object."""
    path = http.url.path
    nowhere = isinstance(error, HTTPException) and not isinstance(error, Refused)
    if nowhere and _OF_OPENAI in http.headers and not path.startswith(_OPENAI):
        said = (
            f"there is nothing at {path[:80]}: OpenAI's clients find {' and '.join(_OPENAI)} here, "
            "so base_url ends in /v1"
        )
        return images_failures.written(Refused(404, "not_found", said), path)

    return written(path, error, http.method)


def written(path: str, error: Exception, method: str = "") -> Response:
    """A refusal in the dialect of a path."""
    found, headers = problem_of(error, path), headers_of(error)
    if path.startswith(_OPENAI):
        plain = isinstance(error, HTTPException) and not isinstance(error, Refused)
        refused = Refused(found.status, found.code, found.detail, headers=headers)
        return images_failures.written(refused if plain else error, path)

    images_failures.logged(f"{method} {shown_path(path)}", error, found.status)
    body: dict[str, Any] = found.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, found.status, headers, media_type=PROBLEM)


HANDLERS: dict[Any, dialects.Handler] = {
    HTTPException: refused,
    EditloopError: refused,
    ClientDisconnect: dialects.left,
    Exception: refused,
}

_PLAIN: dict[int, tuple[str, str, str | None]] = {
    404: ("not_found", "there is nothing at this path", "GET /v1 lists what there is"),
    405: ("method_not_allowed", "that method does not work here", "see the header Allow"),
}


def _kind(error: EditloopError) -> Kind:
    return next(KINDS[each] for each in type(error).__mro__ if each in KINDS)


def _passes(status: int) -> bool:
    return status in (408, 409, 429, 503)


def _pointer(place: Sequence[str | int]) -> str:
    return "#/" + "/".join(f"{each}".replace("~", "~0").replace("/", "~1") for each in place)


def _problem(
    status: int, code: str, said: str, path: str, retryable: bool = False, hint: str | None = None
) -> Problem:
    return Problem(
        type=f"urn:editloop:problem:{code}",
        title=_title(status),
        status=status,
        detail=said,
        code=code,
        retryable=retryable,
        hint=hint,
        instance=path,
    )


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Refused"

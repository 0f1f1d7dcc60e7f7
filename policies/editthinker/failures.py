"""What pydantic-ai raises, as errors of the thinker's border."""

import httpx2
from openai import APIConnectionError
from pydantic_ai.exceptions import (
    ModelConnectionError,
    ModelHTTPError,
    ModelRateLimitError,
    ModelServerError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
)

from ...memory import ThinkerBusy, ThinkerError, ThinkerRejected
from .endpoint import strange

_UNREACHED = (ModelConnectionError, APIConnectionError, httpx2.TransportError, OSError)
_LATER = (ModelRateLimitError, ModelUnavailableError, ModelServerError)
_LATER_CODES = frozenset({408, 409, 425, 429})
_AT_FAULT = frozenset({400, 413, 422})  # the request is; the server works
_SAID = 600  # characters of the server's words that are passed on
_BRIEF = 120  # characters of pydantic-ai's words, which go on for long


def translated(error: Exception, name: str, url: str) -> ThinkerError:
    """Say which of our errors this is."""
    if isinstance(error, ModelHTTPError):
        return _of_status(error, name, url)

    if any(isinstance(inner, _UNREACHED) for inner in _chain(error)):
        return ThinkerBusy(f"{name} cannot be reached: {_short(error)}")

    if isinstance(error, _LATER):
        return ThinkerBusy(f"{name} is busy: {_short(error)}")

    if isinstance(error, UnexpectedModelBehavior):
        return strange(url, f"gave an answer that cannot be read ({_short(error, _BRIEF)})")

    return ThinkerError(f"{name} gave no critique: {type(error).__name__}: {_short(error)}")


def _of_status(error: ModelHTTPError, name: str, url: str) -> ThinkerError:
    status = error.status_code
    said = f"{name} answered {status}: {_said(error.body)}"
    if status in _LATER_CODES or status >= 500:
        wait = error.retry_after
        return ThinkerBusy(
            f"{said}; it asks to wait {wait:g} s" if wait else said, retry_after=wait
        )

    if status in (401, 403):
        return ThinkerError(f"{said}; give the server's key")

    if status in (404, 405) and not _fields(error.body).get("type"):
        return strange(url, f"answered {status}")  # no such path; an unknown model has a type

    return ThinkerRejected(said) if status in _AT_FAULT else ThinkerError(said)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and its causes, outermost first."""
    chain: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and inner not in chain:
        chain.append(inner)
        inner = inner.__cause__

    return chain


def _fields(body: object) -> dict[object, object]:
    return dict(body) if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] (a server's JSON)


def _said(body: object) -> str:
    """The sentence in an error's body: `message` (vLLM, OpenAI), `detail` (FastAPI), or all of it."""
    fields = _fields(body)
    return _short(fields.get("message") or fields.get("detail") or body or "no explanation")


def _short(what: object, most: int = _SAID) -> str:
    text = " ".join(str(what).split())
    return text if len(text) <= most else f"{text[:most]}…"

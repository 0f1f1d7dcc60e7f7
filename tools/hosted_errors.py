"""What pydantic-ai raises, as errors of the editor's border."""

import httpx2
from openai import APIConnectionError
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
)

from ..memory import EditloopError, EditorBusy, EditorError, EditorRejected

_UNREACHED = (ModelConnectionError, APIConnectionError, httpx2.TransportError, OSError)
_LATER = (ModelRateLimitError, ModelUnavailableError, ModelServerError)
_NEVER = (ContentFilterError, ModelRequestRejectedError, ModelQuotaExceededError)
_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS = 408, 429
_NO_IMAGE = "did not contain any image"  # how all of pydantic-ai's image models say it


def translated(error: Exception, name: str) -> EditloopError:
    """Say which of our errors this is; one of ours that travelled inside comes out as it was."""
    chain = _chain(error)
    for inner in chain:
        if isinstance(inner, EditloopError):
            return inner.with_traceback(None)

    if isinstance(error, ModelHTTPError):
        return _of_status(error, name)

    if isinstance(error, _NEVER) or _is_empty(error):
        return EditorRejected(f"{name} refuses this request: {_short(error)}")

    if isinstance(error, _LATER):
        return EditorBusy(f"{name} is busy: {_short(error)}")

    if any(isinstance(inner, _UNREACHED) for inner in chain):
        return EditorBusy(f"{name} cannot be reached: {_short(error)}")

    return EditorError(f"{name} gave nothing usable: {_short(error)}")


def _of_status(error: ModelHTTPError, name: str) -> EditloopError:
    said = f"{name} answered {error.status_code}: {_said(error.body)}"
    if isinstance(error, ModelQuotaExceededError) or _code(error.body) == "insufficient_quota":
        return EditorRejected(f"{said}; top up the account or use another model")

    if error.status_code in (_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS) or error.status_code >= 500:
        wait = f"; it asks to wait {error.retry_after:g} s" if error.retry_after else ""
        return EditorBusy(said + wait, retry_after=error.retry_after or None)

    return EditorRejected(said)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and its causes, outermost first."""
    chain: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and inner not in chain:
        chain.append(inner)
        inner = inner.__cause__

    return chain


def _is_empty(error: Exception) -> bool:
    return isinstance(error, UnexpectedModelBehavior) and _NO_IMAGE in error.message


def _fields(body: object) -> dict[object, object]:
    return dict(body) if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] (a server's JSON)


def _code(body: object) -> object:
    return _fields(body).get("code")


def _said(body: object) -> str:
    """The sentence in an error's body: `message` (OpenAI), `detail` (FastAPI), or all of it."""
    fields = _fields(body)
    return _short(fields.get("message") or fields.get("detail") or body or "no explanation")


def _short(what: object) -> str:
    text = str(what)
    return text if len(text) <= 300 else f"{text[:300]}…"

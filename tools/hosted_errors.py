"""What pydantic-ai raises, as errors of the editor's border."""

from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
    UnexpectedModelBehavior,
)

from ..memory import EditloopError, EditorBusy, EditorError, EditorRejected
from .raised import LATER, UNREACHED, brief, causes, fields_of, said

_NEVER = (ContentFilterError, ModelRequestRejectedError, ModelQuotaExceededError)
_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS = 408, 429
_NO_IMAGE = "did not contain any image"  # how all of pydantic-ai's image models say it


def translated(error: Exception, name: str) -> EditloopError:
    """Say which of our errors this is; one of ours that travelled inside comes out as it was."""
    chain = causes(error)
    for inner in chain:
        if isinstance(inner, EditloopError):
            return inner.with_traceback(None)

    if isinstance(error, ModelHTTPError):
        return _of_status(error, name)

    if isinstance(error, _NEVER) or _is_empty(error):
        return EditorRejected(f"{name} refuses this request: {brief(error)}")

    if isinstance(error, LATER):
        return EditorBusy(f"{name} is busy: {brief(error)}")

    if any(isinstance(inner, UNREACHED) for inner in chain):
        return EditorBusy(f"{name} cannot be reached: {brief(error)}")

    return EditorError(f"{name} gave nothing usable: {brief(error)}")


def _of_status(error: ModelHTTPError, name: str) -> EditloopError:
    told = f"{name} answered {error.status_code}: {said(error.body)}"
    if isinstance(error, ModelQuotaExceededError) or _code(error.body) == "insufficient_quota":
        return EditorRejected(f"{told}; top up the account or use another model")

    if error.status_code in (_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS) or error.status_code >= 500:
        wait = f"; it asks to wait {error.retry_after:g} s" if error.retry_after else ""
        return EditorBusy(told + wait, retry_after=error.retry_after or None)

    return EditorRejected(told)


def _is_empty(error: Exception) -> bool:
    return isinstance(error, UnexpectedModelBehavior) and _NO_IMAGE in error.message


def _code(body: object) -> object:
    return fields_of(body).get("code")

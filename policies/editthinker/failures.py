"""What pydantic-ai raises, as errors of the thinker's border."""

from pydantic_ai.exceptions import ModelHTTPError, UnexpectedModelBehavior

from ...memory import ThinkerBusy, ThinkerError, ThinkerRejected
from ...tools.raised import LATER, UNREACHED, brief, causes, fields_of, said
from .endpoint import strange

_LATER_CODES = frozenset({408, 409, 425, 429})
_AT_FAULT = frozenset({400, 413, 422})  # the request is; the server works
_BRIEF = 120  # characters of pydantic-ai's words, which go on for long


def translated(error: Exception, name: str, url: str) -> ThinkerError:
    """Say which of our errors this is."""
    if isinstance(error, ModelHTTPError):
        return _of_status(error, name, url)

    if any(isinstance(inner, UNREACHED) for inner in causes(error)):
        return ThinkerBusy(f"{name} cannot be reached: {brief(error)}")

    if isinstance(error, LATER):
        return ThinkerBusy(f"{name} is busy: {brief(error)}")

    if isinstance(error, UnexpectedModelBehavior):
        return strange(url, f"gave an answer that cannot be read ({brief(error, _BRIEF)})")

    return ThinkerError(f"{name} gave no critique: {type(error).__name__}: {brief(error)}")


def _of_status(error: ModelHTTPError, name: str, url: str) -> ThinkerError:
    status = error.status_code
    told = f"{name} answered {status}: {said(error.body)}"
    if status in _LATER_CODES or status >= 500:
        wait = error.retry_after
        return ThinkerBusy(
            f"{told}; it asks to wait {wait:g} s" if wait else told, retry_after=wait
        )

    if status in (401, 403):
        return ThinkerError(f"{told}; give the server's key")

    if status in (404, 405) and not fields_of(error.body).get("type"):
        return strange(url, f"answered {status}")  # no such path; an unknown model has a type

    return ThinkerRejected(told) if status in _AT_FAULT else ThinkerError(told)

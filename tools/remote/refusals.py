"""What the status and the body of a refusing server mean, in the server's own words."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, cast

import httpx2

from ...memory import EditloopError, EditorBusy, EditorError, EditorRejected

_SAID = 300  # characters of the server's words that are passed on
_NO_CREDIT = b"insufficient_quota"  # OpenAI says it with 429, and waiting does not help
_LATER = frozenset({408, 409, 425, 429})
_NOT_TAKEN = frozenset({429, 503})  # with Retry-After: nothing was begun
_LONGEST_WAIT = 3600.0  # seconds that a server may ask for


def of_status(name: str, response: httpx2.Response, body: bytes, words: str = "") -> EditloopError:
    """Return the error of an answer with a status of 300 and more; `words` are the server's."""
    status = response.status_code
    said = f"{name} answered {status}: {_short(words) if words else _said(body)}"
    if status < 400:
        where = response.headers.get("location", "")
        return EditorError(f"{name} answered {status} to {where!r}: give the address it means")

    if _NO_CREDIT in body:
        return EditorRejected(f"{said}; top up the account or use another editor")

    if status in _LATER or status >= 500:
        wait = retry_after(response) if status in _NOT_TAKEN else None
        if wait is not None:
            said = f"{said}; it asks to wait {wait:g} s"
        return EditorBusy(said, retry_after=wait)

    return EditorRejected(said)


def retry_after(response: httpx2.Response) -> float | None:
    """Seconds that the server asks to wait, within an hour; None: it does not say."""
    said = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None

    return min(max(seconds, 0.0), _LONGEST_WAIT) if isfinite(seconds) else None


def _said(body: bytes) -> str:
    """The sentence in an error's body: `error.message` (OpenAI), `detail` (FastAPI), or all of it."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found: object = json.loads(text)
    except ValueError:
        return _short(text or "no explanation")

    fields = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    inner = fields.get("error")
    if isinstance(inner, dict):
        inner = cast("dict[str, object]", inner).get("message") or cast("object", inner)

    return _short(inner or _detail(fields.get("detail")) or fields.get("message") or text)


def _detail(detail: object) -> object:
    """Shorten the list of faults that FastAPI sends with 422 to `where: what`."""
    if not isinstance(detail, list):
        return detail

    faults = [
        cast("dict[str, Any]", each)
        for each in cast("list[object]", detail)
        if isinstance(each, dict)
    ]
    said = [
        f"{'.'.join(str(part) for part in f.get('loc', ()))}: {f.get('msg', '')}" for f in faults
    ]
    return "; ".join(said) or cast("object", detail)


def _short(what: object) -> str:
    text = str(what)
    return text if len(text) <= _SAID else f"{text[:_SAID]}…"

"""What errors of pydantic-ai hold: their causes, and the words of a server."""

import httpx2
from openai import APIConnectionError
from pydantic_ai.exceptions import (
    ModelConnectionError,
    ModelRateLimitError,
    ModelServerError,
    ModelUnavailableError,
)

UNREACHED = (ModelConnectionError, APIConnectionError, httpx2.TransportError, OSError)
"""Nobody answered; looked for among the causes, too."""

LATER = (ModelRateLimitError, ModelUnavailableError, ModelServerError)
"""The same request may succeed later."""

_MOST = 600  # characters of the server's words that are passed on


def causes(error: BaseException) -> list[BaseException]:
    """The error and its causes, outermost first."""
    chain: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and inner not in chain:
        chain.append(inner)
        inner = inner.__cause__

    return chain


def fields_of(body: object) -> dict[object, object]:
    """The body of an answer as an object; empty where it is none."""
    return dict(body) if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] (a server's JSON)


def said(body: object) -> str:
    """The sentence in an error's body: `message` (OpenAI, vLLM), `detail` (FastAPI), or all of it."""
    fields = fields_of(body)
    return brief(fields.get("message") or fields.get("detail") or body or "no explanation")


def brief(what: object, most: int = _MOST) -> str:
    """The words in one line, cut where they go on for long."""
    text = " ".join(str(what).split())
    return text if len(text) <= most else f"{text[:most]}…"

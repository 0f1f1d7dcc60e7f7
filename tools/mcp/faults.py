"""What goes wrong between us and an MCP server, as errors of an editor."""

from typing import Any

import httpx2
from mcp.shared.exceptions import MCPError
from mcp.types import (
    CONNECTION_CLOSED,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    REQUEST_TIMEOUT,
    CallToolResult,
    TextContent,
)

from ...memory import EditorBusy, EditorError, EditorRejected
from ..remote.refusals import of_status

_BUSY = frozenset({CONNECTION_CLOSED, REQUEST_TIMEOUT})
_REJECTED = frozenset({INVALID_PARAMS, METHOD_NOT_FOUND})
_KINDS: dict[str, type[EditorError]] = {
    kind.__name__: kind for kind in (EditorBusy, EditorRejected, EditorError)
}
_SAID = 300  # characters of the server's words that are passed on


def of_tool(result: CallToolResult, name: str) -> EditorRejected:
    """A tool's own refusal, in its words."""
    said = " ".join(block.text for block in result.content if isinstance(block, TextContent))
    return EditorRejected(f"{name} refused: {_short(said.strip() or 'without a word')}")


def of_protocol(error: MCPError, name: str) -> EditorError:
    """An error of the protocol, or of the HTTP below it (see `written`)."""
    data: object = error.data
    if isinstance(data, dict) and (kind := _KINDS.get(str(data.get("kind")))):  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        found = kind(error.message)
        found.retry_after = _seconds(data.get("retry_after"))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        return found

    said = f"{name} answered: {_short(error.message)}"
    if error.code in _BUSY:
        return EditorBusy(said)

    return EditorRejected(said) if error.code in _REJECTED else EditorError(said)


def is_over(error: MCPError) -> bool:
    """Whether the session is no good any more: the process ended, or the server forgot it."""
    return error.code == CONNECTION_CLOSED


def of_response(name: str, response: httpx2.Response, body: bytes) -> dict[str, Any]:
    """An answer with a status of 400 and more, as an error that the protocol carries."""
    error = of_status(name, response, body)
    data = {"kind": type(error).__name__, "retry_after": error.retry_after}
    return written(str(error), data)


def forgotten(name: str) -> dict[str, Any]:
    """The server no longer knows the session: it was restarted, or tidied up."""
    return written(f"{name} forgot the session", {"kind": "EditorBusy"}, CONNECTION_CLOSED)


def unreachable(name: str, error: Exception) -> dict[str, Any]:
    """No answer at all, as an error that the protocol carries."""
    why = str(error) or type(error).__name__
    return written(f"{name} cannot be reached: {why}", {"kind": "EditorBusy"})


def written(message: str, data: dict[str, Any], code: int = INTERNAL_ERROR) -> dict[str, Any]:
    """A JSON-RPC error; the client puts the id of its request in."""
    error = {"code": code, "message": message, "data": data}
    return {"jsonrpc": "2.0", "id": 0, "error": error}


def _seconds(found: object) -> float | None:
    return float(found) if isinstance(found, int | float) else None


def _short(text: str) -> str:
    return text if len(text) <= _SAID else f"{text[:_SAID]}…"

"""The HTTP below the protocol: a client that fails in words, not with the whole session.

The official client forgets the status of a refused request, and a connection that cannot be made
ends its session and everything else that is under way in it. Here both become an error of the one
request that they happened to.
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from . import faults

_MAX_ERROR = 64 * 1024  # bytes of an error's body that are read


class PlainSpoken(httpx2.AsyncClient):
    """Answers with an error of the protocol where there is none to be had."""

    def __init__(self, name: str, headers: Mapping[str, str], *, connect: float = 10.0) -> None:
        """Deadlines are scopes of the caller; only connecting has its own, `connect` seconds."""
        super().__init__(headers=dict(headers), timeout=httpx2.Timeout(None, connect=connect))
        self._name = name

    async def send(self, request: httpx2.Request, **how: Any) -> httpx2.Response:
        """Send one request; a message that could not be answered is answered here."""
        if request.method != "POST":
            return await super().send(request, **how)

        try:
            response = await super().send(request, **how)
        except (httpx2.TransportError, OSError) as error:
            return _answer(request, 503, faults.unreachable(self._name, error))

        if response.status_code < 400:
            return response

        if response.status_code == 404 and "mcp-session-id" in request.headers:
            await response.aclose()
            return _answer(request, 404, faults.forgotten(self._name))

        try:
            body = await _beginning(response)
        except (httpx2.TransportError, OSError) as error:
            return _answer(request, 503, faults.unreachable(self._name, error))
        finally:
            await response.aclose()

        if _is_error(body):
            return _answer(request, response.status_code, json.loads(body))

        return _answer(
            request, response.status_code, faults.of_response(self._name, response, body)
        )


def _is_error(body: bytes) -> bool:
    try:
        found: object = json.loads(body)
    except ValueError:
        return False

    return isinstance(found, dict) and "jsonrpc" in found and "error" in found


async def _beginning(response: httpx2.Response) -> bytes:
    read = b""
    async for piece in response.aiter_bytes():
        read += piece
        if len(read) > _MAX_ERROR:
            break

    return read


def _answer(request: httpx2.Request, status: int, said: Mapping[str, Any]) -> httpx2.Response:
    return httpx2.Response(status, json=dict(said), request=request)

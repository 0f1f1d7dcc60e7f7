"""Where the thinker's server is, and which model it serves."""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpx2

from ...memory import SettingsError, ThinkerBusy, ThinkerError

_LOOK = 10.0  # seconds that a server has to connect, and to name its models
_MOST = 2**20  # bytes of a list of models that are read
_NO_KEY = "EMPTY"  # what vLLM's documentation sends to a server that wants no key


def base_url(url: str) -> str:
    """The address under which `/chat/completions` lies: `/v1` is added where it is missing.

    Raises:
        SettingsError: it is no http or https address.
    """
    try:
        found = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise SettingsError(f"the thinker's address {url!r} cannot be read: {error}") from error

    if found.scheme not in ("http", "https") or not found.host:
        raise SettingsError(f"the thinker's address {url!r} is none: give http://HOST:8000")

    path = found.path.rstrip("/").removesuffix("/chat/completions")
    path = path if path.endswith("/v1") else f"{path}/v1"
    return str(found.copy_with(path=path, query=None, fragment=None))


def shown(url: str) -> str:
    """An address without the password in it, for records and messages."""
    return str(httpx2.URL(url).copy_with(userinfo=b""))


def key_or_none(key: str | None) -> str:
    """The bearer token: the given one, else `VLLM_API_KEY`, else a word that stands for none."""
    return key or os.environ.get("VLLM_API_KEY") or _NO_KEY


def client(hook: Callable[[httpx2.Request], Awaitable[None]]) -> httpx2.AsyncClient:
    """A client that waits as long as its caller; only connecting has a limit of its own.

    `hook` sees every request before it is sent.
    """
    return httpx2.AsyncClient(
        event_hooks={"request": [hook]},
        timeout=httpx2.Timeout(None, connect=_LOOK),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=32),
    )


async def only_model(http: httpx2.AsyncClient, base: str, key: str) -> str:
    """Ask the server for its models; there must be one.

    Raises:
        SettingsError: there is none, or there are several.
        ThinkerBusy: it cannot be reached, or says that it is not ready.
        ThinkerError: it answers with something else than a list of models.
    """
    url = f"{base}/models"
    names = _names(await _answer(http, url, key), shown(url))
    if len(names) == 1:
        return names[0]

    if not names:
        raise SettingsError(f"{shown(url)} names no model: start the server with one")

    raise SettingsError(f"{shown(url)} names several models; choose one: {', '.join(names)}")


async def _answer(http: httpx2.AsyncClient, url: str, key: str) -> bytes:
    headers = {"authorization": f"Bearer {key}"}
    try:
        async with http.stream("GET", url, headers=headers, timeout=_LOOK) as response:
            data = b""
            async for piece in response.aiter_bytes():
                data += piece
                if len(data) > _MOST:
                    break
    except (httpx2.HTTPError, OSError) as error:
        why = str(error) or type(error).__name__
        raise ThinkerBusy(f"the thinker at {shown(url)} cannot be reached: {why}") from error

    status = response.status_code
    if status == 429 or status >= 500:
        raise ThinkerBusy(f"the thinker at {shown(url)} answered {status}: it is not ready")

    if status in (401, 403):
        raise ThinkerError(f"{shown(url)} answered {status}: give the server's key")

    if status != 200:
        raise strange(url, f"answered {status}")

    return data


def _names(data: bytes, url: str) -> list[str]:
    try:
        found: Any = json.loads(data)
        return [str(each["id"]) for each in cast("list[dict[str, Any]]", found["data"])]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        begins = data[:60].decode("utf-8", "replace")
        raise strange(url, f"answered with no list of models; it begins {begins!r}") from error


def strange(url: str, what: str) -> ThinkerError:
    """The error for a server that does not speak OpenAI's protocol."""
    return ThinkerError(
        f"{shown(url)} {what}: it does not look like vLLM or another OpenAI-compatible server; "
        "give the address of one, such as http://HOST:8000"
    )

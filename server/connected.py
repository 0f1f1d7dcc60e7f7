"""Work that is done only while somebody waits for it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from starlette.requests import ClientDisconnect, Request

_Value = TypeVar("_Value")


async def while_connected(http: Request, work: Callable[[], Awaitable[_Value]]) -> _Value:
    """Do the work unless the client leaves. The body must have been read.

    Raises:
        ClientDisconnect: nobody waits any more; the work was cancelled.
        Exception: what the work raised, as it is.
    """
    found: list[_Value] = []
    errors: list[Exception] = []

    async def listen() -> None:
        while (await http.receive())["type"] != "http.disconnect":
            pass
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        try:
            found.append(await work())
        except Exception as error:  # noqa: BLE001 (raised below, outside of the group)
            errors.append(error)
        group.cancel_scope.cancel()

    if errors:
        raise errors[0]

    if not found:
        raise ClientDisconnect

    return found[0]

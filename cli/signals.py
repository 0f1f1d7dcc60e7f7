"""Ctrl-C and SIGTERM: the first cancels and leaves a run that can be resumed, the second ends."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import CancelScope, open_signal_receiver
from anyio.abc import TaskStatus

from ..agent.scope import helpers
from .exits import Exit

_Value = TypeVar("_Value")

_CODES = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}


async def told(
    caught: list[Exit], tell: Callable[[], None], *, task_status: TaskStatus[None]
) -> None:
    """Note the first signal and tell of it; the second ends the process."""
    with open_signal_receiver(*_CODES) as numbers:
        task_status.started()
        async for number in numbers:
            if caught:
                os._exit(_CODES[number])
            caught.append(_CODES[number])
            tell()


async def cancellable(work: Callable[[], Awaitable[_Value]]) -> _Value | Exit:
    """Do the work; return the exit code instead of its value when a signal cancelled it."""
    caught: list[Exit] = []
    found: list[_Value] = []

    scope = CancelScope()

    async def listen(*, task_status: TaskStatus[None]) -> None:
        await told(caught, scope.cancel, task_status=task_status)

    async with helpers() as group:
        with scope:
            if sys.platform != "win32":
                await group.start(listen)
            found.append(await work())

    return caught[0] if caught and not found else found[0]

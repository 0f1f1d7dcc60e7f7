"""How editors wait for an edit that a server makes in its own time, and take it back."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio

from ...memory import EditorBusy, EditorError

Found = TypeVar("Found")

_FIRST = 1 / 8  # of the longest pause: short edits are not kept waiting for a whole one
_GROWTH = 1.5
_MISSED = 3  # looks in a row that may fail, since an edit in the making is worth more than a look
_GRACE = 5.0  # seconds that taking back may last, since the caller is waiting to leave


async def found_by(look: Callable[[], Awaitable[Found | None]], *, pause: float) -> Found:
    """Look until there is something, with pauses that grow to `pause` seconds.

    Looking again repeats nothing that was paid for, so `EditorBusy` counts only the fourth time in
    a row. There is no deadline here: deadlines are scopes of the caller.

    Raises:
        EditorBusy: four looks in a row failed.
    """
    missed, rest = 0, pause * _FIRST
    while True:
        try:
            if (found := await look()) is not None:
                return found
            missed = 0
        except EditorBusy:
            missed += 1
            if missed > _MISSED:
                raise

        await anyio.sleep(rest)
        rest = min(rest * _GROWTH, pause)


@asynccontextmanager
async def taken_back(withdraw: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Withdraw what the block asked for when it is cancelled or fails, within five seconds.

    A withdrawal that fails becomes a note of what ended the block, which goes on as it is.
    """
    try:
        yield
    except BaseException as ended:
        with anyio.move_on_after(_GRACE, shield=True) as scope:
            try:
                await withdraw()
            except EditorError as error:
                ended.add_note(f"it could not be taken back: {error}")
        if scope.cancelled_caught:
            ended.add_note(f"it could not be taken back within {_GRACE:g} s")
        raise

"""An answer that is sent piece by piece, for as long as somebody listens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import anyio
from anyio.lowlevel import checkpoint
from starlette.types import Message, Receive, Send

from ..agent.scope import helpers


@dataclass(frozen=True, slots=True)
class Pace:
    """How long an answer may be silent, and a listener."""

    silent: bytes
    """What is said where there is nothing to say."""

    beat_seconds: float
    stalled_seconds: float
    """A listener that takes nothing for so long is let go."""


async def streamed(
    pieces: AsyncGenerator[bytes],
    receive: Receive,
    send: Send,
    pace: Pace,
    *,
    first: bytes = b"",
    at_once: bool = False,
) -> bool:
    """Send pieces as they come, nothing ahead; whether the listener stayed to their end.

    One task waits for pieces, one for silence, one for the listener to leave. `first` goes with
    what is said first, or `at_once`, which also sends the headers.
    """
    done, left = False, first
    spoke = anyio.current_time()

    async def leave() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        group.cancel_scope.cancel()

    async def say(text: bytes) -> None:
        nonlocal left, spoke
        with anyio.move_on_after(pace.stalled_seconds) as scope:
            text, left = left + text, b""
            await send(piece(text))
            spoke = anyio.current_time()
        if scope.cancelled_caught:
            group.cancel_scope.cancel()
            await checkpoint()

    async def beat() -> None:
        while True:
            await anyio.sleep_until(spoke + pace.beat_seconds)
            if anyio.current_time() >= spoke + pace.beat_seconds:
                await say(pace.silent)

    async with helpers() as group:
        if at_once:
            await say(b"")
        group.start_soon(leave)
        group.start_soon(beat)
        async with aclosing(pieces):
            async for each in pieces:
                await say(each)
        done = True
    return done


def piece(body: bytes) -> Message:
    """A part of a body that goes on."""
    return {"type": "http.response.body", "body": body, "more_body": True}

"""Many steps at once: taken as there is room, what they give handed on as it comes."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TypeVar

from anyio import Lock, create_memory_object_stream
from anyio.streams.memory import MemoryObjectSendStream

from ..agent.scope import helpers

_Step = TypeVar("_Step")
_Found = TypeVar("_Found")


async def side_by_side(
    steps: AsyncIterator[_Step], work: Callable[[_Step], Awaitable[_Found | None]], *, limit: int
) -> AsyncGenerator[_Found]:
    """Do steps, at most `limit` at once; a step that gives None has nothing to hand on.

    Steps are taken only as there is room, and a slow reader slows the work down. An error of a
    step ends all.
    """
    turnstile = Lock()  # an async generator may be advanced by one worker at a time
    send, receive = create_memory_object_stream[_Found]()

    async def worker(out: MemoryObjectSendStream[_Found]) -> None:
        async with out:
            while True:
                async with turnstile:
                    step = await anext(steps, None)
                if step is None:
                    return
                if (found := await work(step)) is not None:
                    await out.send(found)

    async with helpers() as group, receive:
        async with send:
            for _ in range(limit):
                group.start_soon(worker, send.clone())
        async for found in receive:
            yield found

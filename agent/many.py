"""Many runs at once: bounded, with back-pressure, each alone with its failure."""

import logging
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass

from anyio import Lock, create_memory_object_stream
from anyio.streams.memory import MemoryObjectSendStream

from ..memory import EditloopError, Failure, InternalError, Run, Task
from .scope import helpers

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task: a closed run, or the failure that kept it from being one."""

    index: int
    """The place of the task in the input, from 0."""

    task: Task
    run: Run | None
    failure: Failure | None = None
    """Why there is no run: the store refused, another worker took it, or a bug of ours."""


@asynccontextmanager
async def run_many(
    run: Callable[[Task], Awaitable[Run]],
    tasks: Iterable[Task] | AsyncIterable[Task],
    *,
    limit: int,
) -> AsyncGenerator[AsyncIterator[Outcome]]:
    """Start `limit` workers that share the tasks, and iterate over the outcomes as they come."""
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")

    queue = _numbered(tasks)
    turnstile = Lock()  # an async generator may be advanced by one worker at a time
    send, receive = create_memory_object_stream[Outcome]()  # no buffer: the reader sets the pace

    async def worker(out: MemoryObjectSendStream[Outcome]) -> None:
        async with out:
            while True:
                async with turnstile:
                    item = await anext(queue, None)
                if item is None:
                    return
                await out.send(await _outcome(run, *item))

    async with helpers() as group, receive:
        async with send:
            for _ in range(limit):
                group.start_soon(worker, send.clone())
        yield receive


async def _outcome(run: Callable[[Task], Awaitable[Run]], index: int, task: Task) -> Outcome:
    try:
        return Outcome(index, task, await run(task))
    except EditloopError as error:
        return Outcome(index, task, None, Failure.of(error))
    except Exception as error:  # noqa: BLE001 (a bug must not take the runs beside it along)
        _LOG.exception("task %d ended with a bug", index)
        return Outcome(index, task, None, Failure.of(InternalError(repr(error))))


async def _numbered(
    tasks: Iterable[Task] | AsyncIterable[Task],
) -> AsyncGenerator[tuple[int, Task]]:
    index = 0
    if isinstance(tasks, AsyncIterable):
        async for task in tasks:
            yield index, task
            index += 1
        return

    for task in tasks:
        yield index, task
        index += 1

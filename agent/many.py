"""Many at once: so many workers over one queue; many runs, each alone with its failure."""

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
from typing import TypeVar

from anyio import Lock, create_memory_object_stream
from anyio.streams.memory import MemoryObjectSendStream

from ..memory import EditloopError, Failure, InternalError, Run, Task
from .scope import helpers

_LOG = logging.getLogger(__name__)
_Step = TypeVar("_Step")
_Found = TypeVar("_Found")


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
async def side_by_side(
    steps: AsyncIterator[_Step],
    work: Callable[[_Step], Awaitable[_Found | None]],
    *,
    limit: int,
) -> AsyncGenerator[AsyncIterator[_Found]]:
    """Do steps, at most `limit` at once, and iterate over what they give as it comes.

    Steps are taken only as there is room, and a slow reader slows the work down. A step that gives
    None has nothing to hand on; an error of a step ends all.
    """
    turnstile = Lock()  # an async generator may be advanced by one worker at a time
    send, receive = create_memory_object_stream[_Found]()  # no buffer: the reader sets the pace

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
        yield receive


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

    async def work(numbered: tuple[int, Task]) -> Outcome:
        return await _outcome(run, *numbered)

    async with side_by_side(_numbered(tasks), work, limit=limit) as outcomes:
        yield outcomes


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

"""Two shapes of time: helpers beside a block, and calls that are not broken off."""

from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar, cast

from anyio import CancelScope, create_task_group
from anyio.abc import TaskGroup

_Value = TypeVar("_Value")


async def unbroken(call: Awaitable[_Value]) -> _Value:
    """Await a short call to its end even when the task is being cancelled."""
    with CancelScope(shield=True):
        return await call

    raise RuntimeError("a shielded scope cannot be cancelled")  # for the type checkers


@asynccontextmanager
async def helpers() -> AsyncGenerator[TaskGroup]:
    """Run tasks beside the block; they are cancelled when the block ends.

    An error, of the block or of a task, is raised as itself and not wrapped in a group, so that
    callers can catch it by its type. Of several at the same time the first is raised, the others
    are notes on it.
    """
    try:
        async with create_task_group() as group:
            yield group
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        first, *others = sorted(_leaves(errors), key=lambda error: isinstance(error, Exception))
        for other in others:
            first.add_note(f"and at the same time {other!r}")
        raise first from first.__cause__


def _leaves(errors: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """The errors in a group of groups."""
    found: list[BaseException] = []
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            found += _leaves(cast("BaseExceptionGroup[BaseException]", error))
        else:
            found.append(error)

    return found

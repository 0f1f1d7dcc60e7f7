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

    A single error, of the block or of a task, is raised as itself and not wrapped in a group, so
    that callers can catch it by its type.
    """
    try:
        async with create_task_group() as group:
            yield group
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        if single := _single(errors):
            raise single from single.__cause__
        raise


def _single(errors: BaseExceptionGroup[BaseException]) -> BaseException | None:
    """The only error in a group of groups; none when there are several."""
    if len(errors.exceptions) != 1:
        return None

    only = errors.exceptions[0]
    if isinstance(only, BaseExceptionGroup):
        return _single(cast("BaseExceptionGroup[BaseException]", only))

    return only

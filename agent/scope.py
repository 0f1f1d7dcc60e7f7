"""A task group whose errors keep their type."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

from anyio import create_task_group
from anyio.abc import TaskGroup


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

"""Engines that hold connections: opened and closed by `async with`."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Any, Self


class Connected(ABC):
    """Opens what an engine is connected by, in order, and closes it in reverse."""

    _opened: AsyncExitStack

    @abstractmethod
    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        """What is to be open while the engine is used."""

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for connection in self._connections():
                await stack.enter_async_context(connection)
            self._opened = stack.pop_all()

        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._opened.__aexit__(kind, error, traceback)

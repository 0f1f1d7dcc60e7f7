"""What the chat toolset needs of an agent that edits, and how it is opened once for many runs."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import anyio

from ...memory import Run, Task
from ..editor import Editor

if TYPE_CHECKING:
    from ...memory.images import LocalImages
    from ...memory.store import Store

Watch = Callable[[Any], Awaitable[None]]
"""Hears of everything that happens to a run; awaited before the run goes on.

What concerns a run as a whole has it as `run`; what is about to be tried has its `turn`. A watcher
that raises `BudgetSpent` ends the run there, as any spent budget does: closed, with the best turn
so far as its answer.
"""


class Loop(Protocol):
    """Think while edit: what `EditAgent` is, as far as a chat needs it."""

    @property
    def editor(self) -> Editor:
        """Who edits."""
        ...

    @property
    def images(self) -> "LocalImages":
        """Where the pictures are."""
        ...

    @property
    def store(self) -> "Store":
        """Where the runs are."""
        ...

    async def run(self, task: Task, *, watch: Watch | None = None) -> Run:
        """Run a task to its end and return the closed run; cancelling leaves it open.

        Raises:
            StoreError: the record cannot be written.
        """
        ...


Opens = Callable[[], AbstractAsyncContextManager[Loop]]
"""Opens an agent for a block, as `editloop.build` does."""


class Held:
    """An agent that is open while anybody is inside; one for each event loop that uses it.

    Runs of a chat come and go in any order, and each may be the one that opens and another the one
    that closes. An agent's own scopes must be left by the task that entered them, so it is opened
    by a task of its own. An agent that is given open is left so, and is of use in its own event
    loop only.
    """

    def __init__(self, given: Loop | Opens) -> None:
        self._given = given
        self._keepers: WeakKeyDictionary[AbstractEventLoop, _Keeper] = WeakKeyDictionary()

    async def __aenter__(self) -> Loop:
        if not callable(self._given):
            return self._given

        here = asyncio.get_running_loop()
        keeper = self._keepers.get(here)
        if keeper is None:
            self._keepers[here] = keeper = _Keeper(self._given)
        keeper.inside += 1
        try:
            return await keeper.opened()
        except BaseException:
            await self._left(here)
            raise

    async def __aexit__(self, *_: object) -> None:
        if callable(self._given):
            await self._left(asyncio.get_running_loop())

    async def _left(self, here: AbstractEventLoop) -> None:
        keeper = self._keepers[here]
        keeper.inside -= 1
        if keeper.inside == 0:
            del self._keepers[here]
            await keeper.close()


class _Keeper:
    """Opens an agent in a task of its own and closes it there."""

    def __init__(self, opens: Opens) -> None:
        self.inside = 0
        self._opens = opens
        self._ready, self._leave, self._gone = anyio.Event(), anyio.Event(), anyio.Event()
        self._loop: Loop | None = None
        self._error: Exception | None = None
        # anyio has no task without a scope around it, and no scope here outlives a run of the
        # chat. pydantic-ai itself runs on asyncio only.
        self._task = asyncio.create_task(self._keep())

    async def opened(self) -> Loop:
        """Wait until the agent is open.

        Raises:
            EditloopError: it cannot be opened; whatever the opening raises.
        """
        await self._ready.wait()
        if self._loop is None:
            raise self._error or RuntimeError("the agent was closed before it was open")
        return self._loop

    async def close(self) -> None:
        """Close the agent, even when the caller is being cancelled; one that never opened is left."""
        if not self._ready.is_set():
            self._task.cancel()
        self._leave.set()
        with anyio.CancelScope(shield=True):
            await self._gone.wait()
        if self._error and self._loop is not None:  # it was open: nobody has heard of this yet
            raise self._error

    async def _keep(self) -> None:
        try:
            async with self._opens() as loop:
                self._loop = loop
                self._ready.set()
                await self._leave.wait()
        except Exception as error:  # noqa: BLE001 (raised where somebody waits)
            self._error = error
        finally:
            self._ready.set()
            self._gone.set()

"""What the tests of pools share: requests that are sent and remembered."""

from types import TracebackType
from typing import Any, Self

import anyio
from anyio.abc import TaskGroup
from hand_clock import settled

from editloop.memory import EditloopError
from editloop.tools import Edited, Editor, EditRequest, Picture
from editloop.tools.pool import EditorPool, PoolRules

SOURCE = Picture(b"source", "image/png")


class Asker:
    """Sends requests to a pool and keeps what became of each."""

    def __init__(self, pool: EditorPool) -> None:
        self.pool, self.group = pool, anyio.create_task_group()
        self.answers: dict[str, Edited] = {}
        self.errors: dict[str, Exception] = {}

    async def __aenter__(self) -> Self:
        await self.pool.__aenter__()
        await self.group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.group.__aexit__(kind, error, traceback)
        await self.pool.__aexit__(kind, error, traceback)

    async def ask(self, *keys: str, group: TaskGroup | None = None, **fields: Any) -> None:
        for key in keys:
            (group or self.group).start_soon(
                self._one, EditRequest(SOURCE, "warmer", key=key, **fields)
            )
            await settled()

    async def _one(self, request: EditRequest) -> None:
        try:
            self.answers[request.key] = await self.pool.edit(request)
        except EditloopError as error:
            self.errors[request.key] = error


def pool_of(clock: Any, *editors: Editor, **rules: Any) -> EditorPool:
    pool = EditorPool("gpus", rules=PoolRules(**rules), clock=clock)
    for editor in editors:
        pool.add(editor)
    return pool


def by(edited: Edited) -> str:
    return edited.picture.data.decode()

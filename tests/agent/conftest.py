"""Agents with scripted engines, a real SQLite store and a real image folder."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from editloop.agent import EditAgent, Kit, Retry
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store

MakeAgent = Callable[..., AbstractAsyncContextManager[EditAgent]]


@pytest.fixture
def make_agent(tmp_path: Path) -> MakeAgent:
    """`async with make_agent(editor=…, thinker=…) as agent`, with waits of no length."""

    @asynccontextmanager
    async def make(
        *, seconds: float | None = None, lease_seconds: float = 60.0, **parts: Any
    ) -> AsyncGenerator[EditAgent]:
        parts.setdefault("retry", Retry(wait=0.0))
        async with open_store(f"sqlite:///{tmp_path / 'editloop.db'}") as store:
            kit = Kit(store=store, images=LocalImages(tmp_path / "images"), **parts)
            yield EditAgent(kit=kit, seconds=seconds, lease_seconds=lease_seconds)

    return make

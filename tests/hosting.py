"""Hosts of runs for tests: scripted engines, a real store, a real folder of pictures."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from making import critique, png

from editloop.agent import EditAgent, Kit, Retry
from editloop.memory import Critique
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store
from editloop.policies import ScriptedThinker
from editloop.server.host import Host, Wish
from editloop.tools import EditRequest, Picture, ScriptedEditor

POLL = 0.02  # seconds between two looks at what other processes do; users wait longer
SMALL, BETTER, GOOD = (
    critique(3, 4, "warmer still"),
    critique(6, 7, "a bit"),
    critique(9, 9, "ok"),
)


class Held:
    """An editor that answers only when it is let: another grey for every edit."""

    def __init__(self, *, free: int = 0) -> None:
        """`free` edits are answered without being let."""
        self.entered = 0
        self.left = anyio.Event()
        self._waiting: list[anyio.Event] = []
        self._free = free
        self._asked = anyio.Event()
        self.editor = ScriptedEditor(
            *(Picture(png(shade), "image/png") for shade in range(10, 250, 5)), before=self._hold
        )

    async def _hold(self, _: EditRequest) -> None:
        self.entered += 1
        self._asked.set()
        self._asked = anyio.Event()
        if self._free:
            self._free -= 1
            return
        mine = anyio.Event()
        self._waiting.append(mine)
        try:
            await mine.wait()
        finally:
            self._waiting.remove(mine)
            self.left.set()

    async def asked(self, times: int) -> None:
        """Wait until so many edits have begun in all."""
        with anyio.fail_after(60):
            while self.entered < times:
                await self._asked.wait()

    def let(self) -> None:
        """Answer all edits that wait now."""
        for each in self._waiting:
            each.set()

    def let_all(self) -> None:
        """Answer all edits from now on."""
        self._free = 1_000_000
        self.let()


def thinker(*answers: Critique) -> ScriptedThinker:
    """Critiques in order; by default one that wants more, then one that is content."""
    return ScriptedThinker(*(answers or (SMALL, BETTER, GOOD)))


@asynccontextmanager
async def an_agent(
    folder: Path, *, store: str = "", owner: str | None = None, **parts: Any
) -> AsyncGenerator[EditAgent]:
    """An agent on a store in this folder, or at this address."""
    parts.setdefault("retry", Retry(wait=0.0))
    parts.setdefault("editor", Held(free=1_000_000).editor)
    parts.setdefault("thinker", thinker())
    lease = parts.pop("lease_seconds", 60.0)
    settings = parts.pop("settings", {})
    url = store or f"sqlite:///{folder / 'editloop.db'}"
    async with open_store(url, owner=owner, lease_seconds=lease) as opened:
        kit = Kit(store=opened, images=LocalImages(folder / "images"), **parts)
        yield EditAgent(kit=kit, lease_seconds=lease, settings=settings)


@asynccontextmanager
async def hosted(
    folder: Path, *, host: dict[str, Any] | None = None, **parts: Any
) -> AsyncGenerator[Host]:
    """An open host; `host` are its own arguments, the rest are those of the agent."""
    async with (
        an_agent(folder, **parts) as agent,
        Host(agent, **(dict[str, Any](poll_seconds=POLL) | (host or {}))).open() as opened,
    ):
        yield opened


async def wish(host: Host, instruction: str = "make it warm", shade: int = 1, **more: Any) -> Wish:
    """A wish for a small grey picture."""
    source = await host.agent.images.put(png(shade))
    return Wish(source=source, instruction=instruction, **more)

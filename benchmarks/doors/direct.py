"""The same runs without any door: `EditAgent.run` and `run_many`, with the same engines and files."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio import CapacityLimiter

from editloop.agent import EditAgent, Kit
from editloop.memory import Task
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store
from editloop.policies import standard

from ..engines import PreparedThinker
from ..measure import resident
from ..pictures import numbered
from ..served import editor
from .process import SLOTS, TURNS

INSTRUCTION = "brighten the shadows by 20 %"


@asynccontextmanager
async def agent_in(folder: Path, picture: bytes, *, seconds: float) -> AsyncGenerator[EditAgent]:
    """An agent as a server has it, with its store and its pictures in a folder."""
    async with open_store(str(folder / "editloop.db")) as store:
        kit = Kit(
            editor=editor(seconds, picture),
            thinker=PreparedThinker(None, seconds=seconds),
            store=store,
            images=LocalImages(folder / "images"),
            rules=standard(turns=TURNS),
            editing=CapacityLimiter(SLOTS),
            thinking=CapacityLimiter(SLOTS),
        )
        yield EditAgent(kit=kit)


def fly(folder: str, picture: str, runs: int, seconds: float) -> dict[str, Any]:
    """Make many runs at once in this process; return what they took."""
    return anyio.run(_flown, Path(folder), Path(picture).read_bytes(), runs, seconds)


async def _flown(folder: Path, picture: bytes, runs: int, seconds: float) -> dict[str, Any]:
    ended: list[float] = []
    async with agent_in(folder, picture, seconds=seconds) as agent:
        tasks = await sources(agent, picture)
        _, idle = resident()
        start, cpu = time.perf_counter(), time.process_time()
        wanted = (tasks[nth % len(tasks)] for nth in range(runs))
        async with agent.run_many(wanted, limit=runs) as outcomes:
            async for outcome in outcomes:
                if outcome.run is None or len(outcome.run.turns) != TURNS:
                    raise RuntimeError(f"a run did not complete: {outcome.failure}")
                ended.append(time.perf_counter() - start)
        taken = time.perf_counter() - start
        return {
            "wall": taken,
            "cpu": time.process_time() - cpu,
            "ended": ended,
            "idle_pss": idle,
        }


SOURCES = 16
"""Different pictures that a crowd edits."""


async def sources(agent: EditAgent, picture: bytes) -> list[Task]:
    """Tasks whose pictures are taken in already."""
    return [await agent.task(numbered(picture, -nth - 1), INSTRUCTION) for nth in range(SOURCES)]

"""What a thousand runs at once take."""

import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from anyio import CapacityLimiter

from editloop.agent import EditAgent, Kit
from editloop.memory import Task
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store
from editloop.policies import MaxTurns, Rules

from .bare import BareClient
from .engines import THINKER_VIEW, PreparedEditor, PreparedThinker
from .figures import Figure, Findings
from .measure import Fresh, fresh, resident
from .pictures import numbered, png

QUESTION = "memory, CPU and throughput with many runs in flight"
_SLOTS = 32
_SOURCES = 16
_SECONDS = 0.05


def measure(*, quick: bool) -> Findings:
    """Fly one large crowd with ours and barely, and two of unlike length with ours."""
    side, large, short, long = (64, 20, 5, 20) if quick else (1024, 1000, 500, 2000)
    with TemporaryDirectory(prefix="editloop-bench-") as name:
        picture = Path(name) / "answer.png"
        picture.write_bytes(png(side, side))
        crowd: dict[str, Any] = {"runs": large, "flying": large, "turns": 1, "views": True}
        ours = _flown("ours", picture, **crowd)
        bare = _flown("bare", picture, **crowd)
        same: dict[str, Any] = {"flying": short, "turns": 1, "views": False}
        few = _flown("ours", picture, runs=short, **same)
        many = _flown("ours", picture, runs=long, **same)
        unseen = _flown("bare", picture, runs=short, **same)
    findings = Findings(question=QUESTION)
    findings.figures.extend(_memory(large, ours, bare))
    findings.figures.extend(_flatness(short, long, few, many))
    findings.figures.extend(_work(ours, bare, few, unseen))
    findings.notes.append(
        f"{_SLOTS} edits and {_SLOTS} critiques at once, each taking {_SECONDS * 1000:.0f} ms; "
        f"answers are PNGs of {side}² pixels; {_SOURCES} different sources"
    )
    findings.notes.append(
        f"idle with everything loaded: {ours.value['idle_rss']:.0f} MB RSS, "
        f"{ours.value['idle_pss']:.0f} MB PSS"
    )
    findings.notes.append(
        f"throughput: {ours.value['per_second']:.1f} turns/s, "
        f"bare {bare.value['per_second']:.1f} turns/s"
    )
    return findings


def _memory(runs: int, ours: Fresh, bare: Fresh) -> list[Figure]:
    what = f"above the idle process, {runs:,} runs in flight"
    return [
        Figure(
            what=f"peak RSS {what}",
            value=ours.peak_rss - ours.value["idle_rss"],
            unit="MB",
            bare=bare.peak_rss - bare.value["idle_rss"],
            baseline="bare client, as many in flight",
            target=600,
        ),
        Figure(
            what=f"peak PSS {what}",
            value=max(0.0, ours.peak_pss - ours.value["idle_pss"]),
            unit="MB",
            bare=max(0.0, bare.peak_pss - bare.value["idle_pss"]) or None,
            baseline="bare client, as many in flight",
            target=600,
        ),
    ]


def _flatness(short: int, long: int, few: Fresh, many: Fresh) -> list[Figure]:
    return [
        Figure(
            what=f"peak RSS of {long:,} runs, {short} at a time",
            value=many.peak_rss,
            unit="MB",
            bare=few.peak_rss,
            baseline=f"editloop, {short} runs, all at once",
            target=1.1,
            target_is="ratio",
        )
    ]


def _work(ours: Fresh, bare: Fresh, few: Fresh, unseen: Fresh) -> list[Figure]:
    return [
        Figure(
            what="CPU per 100 turns, with views",
            value=ours.value["cpu_per_100"],
            unit="s",
            bare=bare.value["cpu_per_100"],
            baseline="bare client: same calls, same files, same views",
            target=1.3,
            target_is="ratio",
        ),
        Figure(
            what="CPU per 100 turns, nobody looks",
            value=few.value["cpu_per_100"],
            unit="s",
            bare=unseen.value["cpu_per_100"],
            baseline="bare client: same calls, same files",
        ),
        Figure(
            what="wall clock per 100 turns, with views",
            value=100 / ours.value["per_second"],
            unit="s",
            bare=100 / bare.value["per_second"],
            baseline="bare client",
        ),
    ]


def _flown(client: str, picture: Path, **crowd: Any) -> Fresh:
    with TemporaryDirectory(prefix="editloop-bench-") as name:
        flown = fresh("memory:fly", client=client, folder=name, picture=str(picture), **crowd)
    print(f"{client} {crowd}: {flown}", file=sys.stderr)  # long; shows that it goes on
    return flown


def fly(client: str, folder: str, picture: str, **crowd: Any) -> dict[str, float]:
    """Run a crowd in this process; return what it took and what the process held before."""
    flight = {"ours": _ours, "bare": _bare}[client]
    return anyio.run(flight, Path(folder), Path(picture).read_bytes(), crowd)


async def _ours(folder: Path, data: bytes, crowd: dict[str, Any]) -> dict[str, float]:
    async with _agent(folder, data, crowd) as agent:
        sources: list[Task] = []
        for number in range(_SOURCES):
            task = await agent.task(numbered(data, -number - 1), "brighten the shadows by 20 %")
            sources.append(task)
            if crowd["views"]:
                await agent.kit.images.view(task.source, long_side=THINKER_VIEW)
        start = _Start()
        tasks = (sources[number % _SOURCES] for number in range(crowd["runs"]))
        async with agent.run_many(tasks, limit=crowd["flying"]) as outcomes:
            async for outcome in outcomes:
                if outcome.run is None or len(outcome.run.turns) != crowd["turns"]:
                    raise RuntimeError(f"run {outcome.index} did not complete: {outcome.failure}")
        return start.spent(crowd["runs"] * crowd["turns"])


async def _bare(folder: Path, data: bytes, crowd: dict[str, Any]) -> dict[str, float]:
    numbers = count()
    client = BareClient(
        folder=folder,
        answer=lambda: numbered(data, next(numbers)),
        views=crowd["views"],
        seconds=_SECONDS,
        editing=CapacityLimiter(_SLOTS),
        thinking=CapacityLimiter(_SLOTS),
    )
    for number in range(_SOURCES):
        await client.take(numbered(data, -number - 1))
    start = _Start()
    room = CapacityLimiter(crowd["flying"])

    async def one() -> None:
        async with room:
            await client.run(crowd["turns"])

    async with anyio.create_task_group() as group:
        for _ in range(crowd["runs"]):
            group.start_soon(one)
    return start.spent(crowd["runs"] * crowd["turns"])


@asynccontextmanager
async def _agent(folder: Path, data: bytes, crowd: dict[str, Any]) -> AsyncGenerator[EditAgent]:
    numbers = count()
    images = LocalImages(folder / "images")
    async with open_store(str(folder / "editloop.db")) as store:
        kit = Kit(
            editor=PreparedEditor(lambda: numbered(data, next(numbers)), seconds=_SECONDS),
            thinker=PreparedThinker(images if crowd["views"] else None, seconds=_SECONDS),
            store=store,
            images=images,
            rules=Rules(stop=MaxTurns(crowd["turns"])),
            editing=CapacityLimiter(_SLOTS),
            thinking=CapacityLimiter(_SLOTS),
        )
        yield EditAgent(kit=kit)


class _Start:
    """The moment before the crowd takes off."""

    def __init__(self) -> None:
        self._rss, self._pss = resident()
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def spent(self, turns: int) -> dict[str, float]:
        """What it took since then, by the turn."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return {
            "idle_rss": self._rss,
            "idle_pss": self._pss,
            "cpu_per_100": cpu / turns * 100,
            "per_second": turns / wall,
        }

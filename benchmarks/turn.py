"""What a turn and a run cost beyond the engines."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from anyio import CapacityLimiter

from editloop.agent import EditAgent, Kit
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store
from editloop.policies import MaxTurns, Rules

from .bare import BareClient
from .engines import PreparedEditor, PreparedThinker
from .figures import Figure, Findings
from .pictures import numbered, png

QUESTION = "CPU per turn and per run beyond the engines, editor answers received as PNG"
Work = Callable[[bytes, int], Awaitable[None]]
"""Make a run of so many turns from a source."""

_TARGETS = {1024: 40.0, 2048: 150.0}
_SHORT, _LONG = 1, 3
_BASELINE = "hash, write with fsync"
_LOOKING = "hash, write with fsync, decode once, two views with Pillow"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU in milliseconds."""

    turn: float
    run: float
    """What a run costs beside its turns: taking the source in, opening, closing."""


def measure(*, quick: bool) -> Findings:
    """Measure at both sizes, with and without anybody looking at the pictures."""
    findings = Findings(question=QUESTION)
    for side, repeats in ((64, 2),) if quick else ((1024, 9), (2048, 5)):
        data = png(side, side)
        findings.notes.append(f"a PNG of {side}² pixels has {len(data):,} bytes")
        for views in (True, False):
            ours, bare = anyio.run(_compared, data, views, repeats)
            findings.figures.extend(_figures(side, views, ours, bare))
    findings.notes.append(
        "views: a 1,024 px JPEG for the thinker and a 320 px thumbnail, each made once per edit; best of 9 (5 at 2048²)"
    )
    return findings


def _figures(side: int, views: bool, ours: Cost, bare: Cost) -> Iterator[Figure]:
    seen = "with views" if views else "without views"
    target = _TARGETS.get(side) if views else None
    baseline = _LOOKING if views else _BASELINE
    yield Figure(
        what=f"one turn at {side}², {seen}",
        value=ours.turn,
        unit="ms",
        bare=bare.turn,
        baseline=baseline,
        target=target,
    )
    yield Figure(
        what=f"one run beside its turns at {side}², {seen}",
        value=ours.run,
        unit="ms",
        bare=bare.run,
        baseline=baseline,
    )


async def _compared(data: bytes, views: bool, repeats: int) -> tuple[Cost, Cost]:
    """Runs of one and of three turns, ours and bare in turn, tell what belongs to a turn."""
    pictures = map(numbered, iter(lambda: data, None), count())
    prepared: list[bytes] = []
    taken: dict[str, list[float]] = {}
    with TemporaryDirectory(prefix="editloop-bench-") as folder:
        async with _agent(Path(folder) / "ours", prepared.pop, views) as agent:
            bare = BareClient(
                folder=Path(folder) / "bare",
                answer=prepared.pop,
                views=views,
                editing=CapacityLimiter(1),
                thinking=CapacityLimiter(1),
            )
            for _ in range(repeats + 1):
                for turns in (_SHORT, _LONG):
                    for name, run in (("ours", _ours(agent)), ("bare", _bare(bare))):
                        prepared[:] = [next(pictures) for _ in range(turns)]
                        source = next(pictures)
                        start = time.process_time()
                        await run(source, turns)
                        spent = (time.process_time() - start) * 1000
                        taken.setdefault(f"{name} {turns}", []).append(spent)
    return _cost(taken, "ours"), _cost(taken, "bare")


def _cost(taken: dict[str, list[float]], name: str) -> Cost:
    # The first of each warms up; the best of the others suffered least from the neighbours.
    short, long = (min(taken[f"{name} {turns}"][1:]) for turns in (_SHORT, _LONG))
    turn = (long - short) / (_LONG - _SHORT)
    return Cost(turn, short - _SHORT * turn)


def _ours(agent: EditAgent) -> Work:
    async def run(source: bytes, turns: int) -> None:
        fixed = replace(agent, kit=replace(agent.kit, rules=Rules(stop=MaxTurns(turns))))
        ended = await fixed.run(await agent.task(source, "brighten the shadows by 20 %"))
        if len(ended.turns) != turns or ended.failure:
            raise RuntimeError(f"a run ended with {ended.stop} after {len(ended.turns)} turns")

    return run


def _bare(client: BareClient) -> Work:
    async def run(source: bytes, turns: int) -> None:
        await client.take(source)
        await client.run(turns)

    return run


@asynccontextmanager
async def _agent(
    folder: Path, answer: Callable[[], bytes], views: bool
) -> AsyncGenerator[EditAgent]:
    images = LocalImages(folder / "images")
    async with open_store(str(folder / "editloop.db")) as store:
        thinker = PreparedThinker(images if views else None)
        kit = Kit(editor=PreparedEditor(answer), thinker=thinker, store=store, images=images)
        yield EditAgent(kit=kit)

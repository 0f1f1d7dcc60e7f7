"""One request at a time at each door, beside `EditAgent.run` called directly."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import mean, median

import anyio
import httpx2

from ..figures import Counts, Figure, Findings
from ..pictures import numbered
from .clients import Chat, Direct, Door, Followed, Images, Waited, mcp_http, mcp_stdio
from .direct import agent_in
from .process import TURNS, Process, served

_HEAD = ("door", "first event", "whole", "CPU", "first - direct", "whole - direct", "CPU - direct")
_DIRECT = "EditAgent.run"


@dataclass(frozen=True, slots=True)
class Cost:
    """One request, in milliseconds."""

    first: float | None
    """Until the first event, the median; none where the door tells none."""

    whole: float
    """Until the answer, the median."""

    cpu: float
    """Of whatever does the work, on average."""


def measure(findings: Findings, folder: Path, picture: Path, *, repeats: int) -> None:
    """Ask through each door in turn, again and again, and add what it took."""
    words = ("serve", "api", "--allow", str(folder / "allowed"))
    for name in ("allowed", "direct", "chat", "stdio"):
        (folder / name).mkdir(parents=True)
    with served(folder / "api", picture, *words) as process:
        costs = anyio.run(_asked, folder, picture, process, repeats)
    direct = costs.pop(_DIRECT)
    findings.figures.extend(
        each for name, cost in costs.items() for each in _figures(name, cost, direct)
    )
    rows = [_row(name, cost, direct) for name, cost in {_DIRECT: direct, **costs}.items()]
    findings.tables.append(Counts(title="one request, milliseconds", head=_HEAD, rows=rows))
    findings.notes.append(
        f"requests: {repeats} at each door in turn, the first one apart; {TURNS} turns, engines that "
        "answer at once, a new picture each; wall clock is the median, CPU the mean of the process "
        "that does the work, clients not counted where they are another process"
    )


def _figures(name: str, cost: Cost, direct: Cost) -> Iterator[Figure]:
    for what, value, bare in (
        ("request to first event", cost.first, direct.first),
        ("request to answer", cost.whole, direct.whole),
        ("CPU", cost.cpu, direct.cpu),
    ):
        if value is not None:
            yield Figure(
                what=f"{name}, {what}", value=value, unit="ms", bare=bare, baseline=_DIRECT
            )


def _row(name: str, cost: Cost, direct: Cost) -> tuple[str, ...]:
    facts = (cost.first, cost.whole, cost.cpu)
    over = [
        None if value is None or bare is None else value - bare
        for value, bare in zip(facts, (direct.first, direct.whole, direct.cpu), strict=True)
    ]
    return (name, *("" if value is None else f"{value:.1f}" for value in (*facts, *over)))


async def _asked(folder: Path, picture: Path, process: Process, repeats: int) -> dict[str, Cost]:
    data = await anyio.Path(picture).read_bytes()
    sources = map(numbered, iter(lambda: data, None), count(-1, -1))
    taken: dict[str, list[tuple[float | None, float, float]]] = {}
    async with AsyncExitStack() as stack:
        doors = await _opened(stack, folder, picture, process)
        for nth in range(repeats + 1):
            for door in doors:
                source = next(sources)
                cpu = door.cpu()
                asked = await door.ask(source)
                spent = door.cpu() - cpu
                if nth:  # the first one loads what is loaded late
                    taken.setdefault(door.name, []).append((asked.first, asked.whole, spent))
    return {name: _cost(each) for name, each in taken.items()}


def _cost(taken: list[tuple[float | None, float, float]]) -> Cost:
    firsts = [first for first, _, _ in taken if first is not None]
    return Cost(
        first=median(firsts) * 1000 if firsts else None,
        whole=median(whole for _, whole, _ in taken) * 1000,
        cpu=mean(cpu for _, _, cpu in taken) * 1000,
    )


async def _opened(
    stack: AsyncExitStack, folder: Path, picture: Path, process: Process
) -> list[Door]:
    data = await anyio.Path(picture).read_bytes()
    direct = agent_in(folder / "direct", data, seconds=0.0)
    chat = agent_in(folder / "chat", data, seconds=0.0)
    http = await stack.enter_async_context(
        httpx2.AsyncClient(base_url=process.url, timeout=httpx2.Timeout(60.0))
    )
    return [
        Direct(await stack.enter_async_context(direct)),
        Chat(await stack.enter_async_context(chat)),
        await stack.enter_async_context(mcp_stdio(folder / "stdio", picture)),
        await stack.enter_async_context(mcp_http(process, folder / "allowed")),
        Waited(process, http),
        Followed(process, http),
        Images(process, http, False, "/v1/images/edits"),
        Images(process, http, True, "/v1/images/edits, streamed"),
    ]

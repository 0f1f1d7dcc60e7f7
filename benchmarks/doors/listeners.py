"""One run, and hundreds who listen to it as server-sent events."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx2
from anyio import to_thread

from ..figures import Figure, Findings
from ..measure import percentile
from .crowd import sent
from .direct import INSTRUCTION
from .process import TURNS, Process, served

_SECONDS = 0.5
_LAST = b"event: run.closed"
_EVENTS = 2 * TURNS + 1 + (TURNS - 1)
"""After the first edit has begun: halves of turns, the end, and the beginnings of later edits."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What so many listeners to one run took."""

    after: list[float]
    """Seconds from the last critique until each listener had the last event."""

    joining: float
    """Seconds of processor time of the server until all were there."""

    telling: float
    """Seconds of processor time of the server from then on, until all had heard the end."""

    pss: float
    """MB of the server with all of them connected, above that before."""


def measure(findings: Findings, folder: Path, picture: Path, *, listeners: int) -> None:
    """Let one listen, then many, and add what it took."""
    gate, data = folder / "gate", picture.read_bytes()
    with served(folder, picture, "serve", "api", seconds=_SECONDS, gate=gate) as process:
        anyio.run(_listened, process, data, gate, 1)  # warms up
        one = anyio.run(_listened, process, data, gate, 1)
        many = anyio.run(_listened, process, data, gate, listeners)
    print(f"listeners: one {one}, {listeners}: {many.joining} {many.telling}", file=sys.stderr)
    findings.figures.extend(_figures(listeners, one, many))
    findings.notes.append(
        f"listeners: a run of {TURNS} turns, {_SECONDS * 1000:.0f} ms each call; they come during its "
        f"first edit and hear {_EVENTS} more events; the clients ran on the same cores"
    )


def _figures(listeners: int, one: _Heard, many: _Heard) -> list[Figure]:
    late, share = "last critique to the last event", listeners * _EVENTS
    rows: tuple[tuple[str, str, float, float | None], ...] = (
        (f"{late}, p50", "ms", _late(many, 0.5), _late(one, 0.5)),
        (f"{late}, the last listener", "ms", _late(many, 1.0), _late(one, 1.0)),
        ("CPU for each to join", "ms", many.joining / listeners * 1e3, None),
        ("CPU for each event", "ms", many.telling / share * 1e3, None),
        ("memory for each", "kB", max(0.0, many.pss) / listeners * 1e3, None),
    )
    return [
        Figure(
            what=f"{listeners} listeners, {what}",
            value=value,
            unit=unit,
            bare=bare,
            baseline="" if bare is None else "one listener",
        )
        for what, unit, value, bare in rows
    ]


def _late(heard: _Heard, share: float) -> float:
    return percentile(heard.after, share) * 1000


async def _listened(process: Process, picture: bytes, gate: Path, listeners: int) -> _Heard:
    after: list[float] = []
    connected = 0
    all_there = anyio.Event()

    def arrived() -> None:
        nonlocal connected
        connected += 1
        if connected == listeners:
            all_there.set()

    async with httpx2.AsyncClient(base_url=process.url) as http:
        image = await sent(http, picture)
        before, cpu = process.pss, process.cpu()
        answer = await http.post("/v1/runs", json={"image": image, "instruction": INSTRUCTION})
        answer.raise_for_status()
        run = str(answer.json()["id"])
        pss, joined = 0.0, cpu
        async with anyio.create_task_group() as group:
            for _ in range(listeners):
                group.start_soon(_listen, process.url, run, arrived, after)
            await all_there.wait()
            await anyio.Path(gate).touch()
            pss, joined = process.pss - before, process.cpu()
    await anyio.Path(gate).unlink()
    lines = await to_thread.run_sync(process.log.read_text)
    last = float(lines.splitlines()[-1])
    late = [moment - last for moment in after]
    return _Heard(late, joined - cpu, process.cpu() - joined, pss)


async def _listen(url: str, run: str, arrived: Callable[[], None], after: list[float]) -> None:
    """Hear a run to its end over a bare connection, which costs the measuring side little.

    Raises:
        RuntimeError: the stream broke off.
    """
    host, _, port = url.removeprefix("http://").partition(":")
    asked = f"GET /v1/runs/{run}/events HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
    kept, there = b"", False
    async with await anyio.connect_tcp(host, int(port)) as stream:
        await stream.send(asked.encode())
        async for piece in stream:
            if not there and b"event: " in kept + piece:
                there = True
                arrived()
            if _LAST in kept + piece:
                after.append(time.monotonic())
                return
            kept = piece[-len(_LAST) :]
    raise RuntimeError(f"a listener was left alone: {kept!r}")

"""Many runs at once through HTTP, beside as many through `run_many`."""

import sys
import time
from pathlib import Path
from typing import Any

import anyio
import httpx2

from ..figures import Figure, Findings
from ..measure import Fresh, fresh, percentile
from ..pictures import numbered
from .direct import INSTRUCTION, SOURCES
from .process import SLOTS, TURNS, Process, served

_SECONDS = 0.05
_WAIT = 300


def measure(findings: Findings, folder: Path, picture: Path, *, runs: int) -> None:
    """Put a crowd through both, and add what it took."""
    (folder / "direct").mkdir()
    ours = fresh(
        "doors.direct:fly",
        folder=str(folder / "direct"),
        picture=str(picture),
        runs=runs,
        seconds=_SECONDS,
    )
    words = ("serve", "api", "--at-once", str(runs), "--queue", str(runs))
    with served(folder / "http", picture, *words, seconds=_SECONDS) as process:
        http = anyio.run(_flown, process, picture.read_bytes(), runs)
    print(f"crowd: run_many {ours.value['wall']:.2f} s, http {http}"[:300], file=sys.stderr)
    findings.figures.extend(_figures(runs, ours, http))
    findings.notes.append(
        f"crowd: {runs} POST /v1/runs at once, each waiting for its end, pictures sent before; "
        f"{TURNS} turns, {SLOTS} edits and {SLOTS} critiques at once, {_SECONDS * 1000:.0f} ms each; "
        f"the client took {http['client_cpu'] / runs * 1000:.1f} ms of processor per run on the same "
        "cores"
    )
    findings.notes.append(
        f"crowd, idle before: {http['idle_pss']:.0f} MB the server, {ours.value['idle_pss']:.0f} MB "
        "the process with run_many"
    )


def _figures(runs: int, ours: Fresh, http: dict[str, Any]) -> list[Figure]:
    bare, baseline = ours.value, f"run_many, {runs} at once, in a process of its own"
    rows = (
        ("wall clock per run", "ms", http["wall"] / runs * 1000, bare["wall"] / runs * 1000),
        ("p50 of answers", "s", percentile(http["ended"], 0.5), percentile(bare["ended"], 0.5)),
        ("p99 of answers", "s", percentile(http["ended"], 0.99), percentile(bare["ended"], 0.99)),
        ("CPU of the server per run", "ms", http["cpu"] / runs * 1e3, bare["cpu"] / runs * 1e3),
        ("peak PSS", "MB", http["pss"], ours.peak_pss),
    )
    return [
        Figure(
            what=f"{runs} HTTP runs at once, {what}",
            value=value,
            unit=unit,
            bare=beside,
            baseline=baseline,
        )
        for what, unit, value, beside in rows
    ]


async def _flown(process: Process, picture: bytes, runs: int) -> dict[str, Any]:
    ended: list[float] = []
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    timeout = httpx2.Timeout(_WAIT + 30.0)
    async with httpx2.AsyncClient(base_url=process.url, limits=limits, timeout=timeout) as http:
        images = [await sent(http, numbered(picture, -nth - 1)) for nth in range(SOURCES)]

        async def one(image: str) -> None:
            await waited(http, image)
            ended.append(time.perf_counter() - start)

        idle = process.pss
        with process.watched() as memory:
            start, cpu, own = time.perf_counter(), process.cpu(), time.process_time()
            async with anyio.create_task_group() as group:
                for nth in range(runs):
                    group.start_soon(one, images[nth % len(images)])
            wall = time.perf_counter() - start
        return {
            "wall": wall,
            "cpu": process.cpu() - cpu,
            "client_cpu": time.process_time() - own,
            "idle_pss": idle,
            "pss": memory.pss,
            "ended": ended,
        }


async def sent(http: httpx2.AsyncClient, picture: bytes) -> str:
    """Send a picture and return its handle."""
    answer = await http.post("/v1/blobs", content=picture, headers={"content-type": "image/png"})
    answer.raise_for_status()
    return str(answer.json()["handle"])


async def waited(http: httpx2.AsyncClient, image: str) -> None:
    """Ask for a run and wait for its end.

    Raises:
        RuntimeError: it did not end as it should.
    """
    asked = {"image": image, "instruction": INSTRUCTION}
    answer = await http.post("/v1/runs", json=asked, headers={"Prefer": f"wait={_WAIT}"})
    if answer.status_code != 200 or len(answer.json()["turns"]) != TURNS:
        raise RuntimeError(f"a run did not complete: {answer.status_code} {answer.text[:300]}")

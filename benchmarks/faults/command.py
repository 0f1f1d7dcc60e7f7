"""`editloop batch` as a user runs it, and what it put on record."""

import json
import sys
from pathlib import Path
from typing import Any

import anyio

from editloop.memory.store import RunFilter, open_store

from ..measure import Fresh, watched
from .clients import BOUND, PRESET, whole
from .work import Work, instruction, marked


def batch(told: dict[str, Any]) -> Fresh:
    """Run the command on jobs that are written for it, and read its store."""
    folder = Path(told["folder"])
    store = folder / "editloop.db"
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    env = {**home, "EDITLOOP_STORE": str(store)}
    _, spent, peak_pss = watched(_command(told), env=env, may_fail=True)  # lost runs are counted
    found = anyio.run(_recorded, store, Work(told["samples"], told["seed"]))
    return Fresh(found, spent, 0.0, peak_pss)


def _command(told: dict[str, Any]) -> list[str]:
    folder = Path(told["folder"])
    jobs = folder / "jobs.jsonl"
    with jobs.open("w") as file:
        for sample in range(told["samples"]):
            source = f"{told['sources']}/{sample}.png"
            job = {"id": f"{sample}", "image": source, "instruction": instruction(sample, 1)}
            file.write(json.dumps(job) + "\n")
    editors = [
        f"editthinker+{url}?preset={PRESET}&bound={BOUND}&probe=yes&name={name}"
        for name, url in told["nodes"].items()
    ]
    engines = ["--editors", ",".join(editors), "--thinker", f"editthinker+{told['thinker']}"]
    shown = ["-j", f"{told['flying']}", "--quiet"]
    start = [sys.executable, "-m", "editloop", "batch", str(jobs), "--out", str(folder / "out")]
    return [*start, *engines, *shown]


async def _recorded(store: Path, work: Work) -> dict[str, Any]:
    """What the store holds: which runs are lost, turns without a score, findings."""
    async with open_store(str(store)) as opened:
        found = await opened.runs(RunFilter(), limit=work.samples * 2)
        runs = [await opened.run(each.id) for each in found]
    done = {marked(run.task.instruction.encode())[0] for run in runs if whole(run, work)}
    return {
        "lost": [f"{sample}" for sample in range(work.samples) if sample not in done],
        "unscored": sum(turn.score is None for run in runs for turn in run.turns),
        "noted": sum(len(turn.findings) for run in runs for turn in run.turns),
        "calls": {},
        "cpu": 0.0,
    }

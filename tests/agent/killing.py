"""Kills real processes at every await point of a four-turn run, and resumes each.

Run as a program: `python killing.py FOLDER` prints one JSON object per kill. Children are forked
from one warm process, so that a hundred kills take seconds; each has its own store and journal.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import anyio
from making import critique, picture, png

from editloop.agent import EditAgent, Kit, Retry
from editloop.memory import Run
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store
from editloop.policies import MaxTurns, Rules, ScriptedThinker
from editloop.policies.thinker import Comparison, Opinion
from editloop.tools import Edited, EditRequest, ScriptedEditor

TOLD = ["a", "b", "c", "d", "e"]
SCORES = [4.0, 7.0, 6.0, 5.0]


class Fate:
    """Counts what is awaited, writes it to the journal, and kills at one point."""

    def __init__(self, journal: Path, fatal: int) -> None:
        self.journal = journal
        self.fatal = fatal
        self.count = 0

    def tick(self, what: str) -> None:
        self.count += 1
        with self.journal.open("a", encoding="utf-8") as out:
            out.write(what + "\n")
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """Anything, with every awaited method counted before and after."""

    def __init__(self, inner: object, name: str, fate: Fate) -> None:
        self._inner, self._name, self._fate = inner, name, fate

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._inner, attribute)
        if not iscoroutinefunction(value):
            return value
        return self._counted(value, f"{self._name}.{attribute}")

    def _counted(self, call: Callable[..., Awaitable[Any]], what: str) -> Any:
        async def counted(*args: Any, **kwargs: Any) -> Any:
            which = "".join(str(part) for part in map(_number, args) if part)
            self._fate.tick(f"before {what} {which}".strip())
            answer = await call(*args, **kwargs)
            self._fate.tick(f"after {what} {which}".strip())
            return answer

        return counted


def _number(argument: object) -> str:
    """What tells one call from another: the turn, or what the editor or thinker was told."""
    if isinstance(argument, EditRequest):
        return str(TOLD.index(argument.instruction) + 1)
    if isinstance(argument, Comparison):
        return str(TOLD.index(argument.told) + 1)
    number = getattr(argument, "number", None)
    return str(number) if isinstance(number, int) else ""


class TurnEditor(ScriptedEditor):
    """Its answer depends on what it is told alone, so a resumed run sees what a whole one saw."""

    async def edit(self, request: EditRequest) -> Edited:
        return Edited(picture(10 + TOLD.index(request.instruction)), seconds=0.01)


class TurnThinker(ScriptedThinker):
    async def critique(self, comparison: Comparison) -> Opinion:
        turn = TOLD.index(comparison.told)
        inner = ScriptedThinker(critique(SCORES[turn], SCORES[turn], TOLD[turn + 1]))
        return await inner.critique(comparison)


async def live(folder: Path, fatal: int, *, resume: bool) -> None:
    """One life: start the run or go on with it."""
    fate = Fate(folder / "journal", fatal)
    async with open_store(f"sqlite:///{folder / 'editloop.db'}") as store:
        images = LocalImages(folder / "images")
        parts: dict[str, Any] = {
            "editor": Mortal(TurnEditor(), "editor", fate),
            "thinker": Mortal(TurnThinker(critique(1, 1, "x")), "thinker", fate),
            "store": Mortal(store, "store", fate),
            "images": Mortal(images, "images", fate),
        }
        kit = Kit(**parts, rules=Rules(stop=MaxTurns(4)), retry=Retry(wait=0.0))
        agent = EditAgent(kit=kit)
        if not resume:
            await agent.run(await agent.task(png(99), TOLD[0]))
        elif await store.runs(limit=1):
            await agent.resume("last")


async def record(folder: Path) -> Run | None:
    async with open_store(f"sqlite:///{folder / 'editloop.db'}") as store:
        return await store.run("last") if await store.runs(limit=1) else None


def child(work: Callable[[], Awaitable[None]]) -> int:
    """Run in a forked process and return how it ended: 0, or minus the signal."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            anyio.run(work)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def case(folder: Path, fatal: int) -> dict[str, Any]:
    """One kill and its resumption, on a copy of an empty store."""
    shutil.copytree(folder.parent / "empty", folder)
    killed = child(lambda: live(folder, fatal, resume=False))
    before = (folder / "journal").read_text(encoding="utf-8").splitlines()
    resumed = child(lambda: live(folder, 0, resume=True))
    after = (folder / "journal").read_text(encoding="utf-8").splitlines()[len(before) :]
    run = anyio.run(record, folder)
    return {
        "fatal": fatal,
        "killed": killed,
        "resumed": resumed,
        "before": before,
        "after": after,
        "run": run.model_dump(mode="json") if run else None,
    }


async def create(folder: Path) -> None:
    """Make an empty store, which takes longer than a run."""
    async with open_store(f"sqlite:///{folder / 'editloop.db'}"):
        pass


def main(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert child(lambda: create(folder / "empty")) == 0
    whole = case(folder / "whole", 0)
    print(json.dumps(whole), flush=True)
    for fatal in range(1, len(whole["before"]) + 1):
        print(json.dumps(case(folder / str(fatal), fatal)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

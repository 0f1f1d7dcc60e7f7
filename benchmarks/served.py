"""`editloop` with prepared engines, as a process: `python -m benchmarks.served serve api …`."""

import os
import sys
import time
from itertools import count

from anyio import Path, sleep

from editloop.agent.editors import EDITORS, EditorKind
from editloop.agent.thinkers import THINKERS, ThinkerKind
from editloop.cli.border import run
from editloop.policies import Comparison, Opinion
from editloop.tools import Edited, Editor, EditRequest

from .engines import PreparedEditor, PreparedThinker
from .pictures import numbered

ANSWER, SECONDS, LOG, GATE = "BENCH_ANSWER", "BENCH_SECONDS", "BENCH_LOG", "BENCH_GATE"
"""Variables: the file that every edit answers with, what a call takes, where critiques are noted, and
a file without which no edit is answered."""

_LOOK = 0.02  # seconds
PLACES = 32
"""Edits and critiques at once."""


class GatedEditor(PreparedEditor):
    """Answers once the gate is open."""

    async def edit(self, request: EditRequest) -> Edited:
        """Return the next answer."""
        while (gate := os.environ.get(GATE)) and not await Path(gate).exists():  # noqa: ASYNC110
            await sleep(_LOOK)  # another process opens it
        return await super().edit(request)


class NotingThinker(PreparedThinker):
    """Notes the moment of each answer, on the clock that all processes of the machine share."""

    async def critique(self, comparison: Comparison) -> Opinion:
        """Return the opinion."""
        opinion = await super().critique(comparison)
        if log := os.environ.get(LOG):
            moment = time.monotonic()
            async with await Path(log).open("a", encoding="utf-8") as file:
                await file.write(f"{moment}\n")
        return opinion


def editor(seconds: float, answer: bytes) -> Editor:
    """An editor that answers with a picture under another hash each time."""
    numbers = count(time.monotonic_ns())  # of several processes on one folder each has its own
    return GatedEditor(lambda: numbered(answer, next(numbers)), seconds=seconds)


def main() -> None:
    """Know the engines, and do what the words say."""
    with open(os.environ[ANSWER], "rb") as file:
        answer = file.read()
    seconds = float(os.environ.get(SECONDS, "0"))
    EDITORS["prepared"] = EditorKind(
        lambda address, options, cost: editor(seconds, answer), "prepared", "prepared", "", PLACES
    )
    THINKERS["prepared"] = ThinkerKind(
        lambda address, options: NotingThinker(None, seconds=seconds),
        "prepared",
        "prepared",
        PLACES,
    )
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

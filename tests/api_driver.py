"""`editloop` as a process with a thinker whose opinion anybody can go on from.

It judges by what the editor was told alone, so a run that another process finishes ends as one
that nobody disturbed: four turns. `TEST_HOSTNAME` makes the process one of another machine.
"""

import os
import socket
import sys

from editloop.agent.thinkers import THINKERS, ThinkerKind
from editloop.cli.border import run
from editloop.memory import Critique, Score
from editloop.policies import ScriptedThinker
from editloop.policies.thinker import Comparison, Opinion

TURNS = 4


class Steps:
    """Wants `step 2`, `step 3`, … and is content with the last one."""

    name = "steps"

    async def critique(self, comparison: Comparison) -> Opinion:
        told = comparison.told.removeprefix("step ")
        step = int(told) if told.isdecimal() else 1
        score = Score(semantic=9, quality=9) if step == TURNS else Score(semantic=step, quality=5)
        inner = ScriptedThinker(Critique(score=score, reasoning="seen", refined=f"step {step + 1}"))
        return await inner.critique(comparison)


def main() -> int:
    """Do what the words say, as a process of the machine that is named."""
    if name := os.environ.get("TEST_HOSTNAME"):
        socket.gethostname = lambda: name
    THINKERS["steps"] = ThinkerKind(lambda address, options: Steps(), "scripted", "steps", 8)
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

"""What is to be done, drawn once and the same for every client; and what goes wrong on the way."""

import re
from dataclasses import asdict, dataclass
from math import exp
from random import Random
from typing import Any

SLOTS, THINKING = 2, 8
"""Edits at once at each of the two nodes, critiques at once at the thinker."""

SCALE = 15.0
"""Seconds here are this many times shorter than on the machines that are simulated."""

EDIT, SPREAD, CRITIQUE = 12.0 / SCALE, 0.25, 4.0 / SCALE
"""Seconds of an edit (median of a log-normal, its sigma) and of a critique."""

MOST_TURNS = 5
_MARK = re.compile(rb"\[s(\d+) t(\d+)\]")


WRONG = ("same", "blank", "small")
"""Faults by which a wrong picture comes with an answer that looks right."""


@dataclass(frozen=True, slots=True)
class Work:
    """The work of one batch."""

    samples: int
    seed: int

    def turns(self, sample: int) -> int:
        """How many turns a sample needs, 1 to 5."""
        return Random(f"{self.seed}/turns/{sample}").randint(1, MOST_TURNS)

    def edit(self, sample: int, turn: int) -> float:
        """Seconds that an edit takes on a node of ordinary speed."""
        return EDIT * exp(Random(f"{self.seed}/edit/{sample}/{turn}").gauss(0.0, SPREAD))

    @property
    def edits(self) -> dict[tuple[int, int], float]:
        """Seconds of every edit by sample and turn."""
        return {
            (sample, turn): self.edit(sample, turn)
            for sample in range(self.samples)
            for turn in range(1, self.turns(sample) + 1)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Shares of a node's requests, and how it is otherwise."""

    slower: float = 1.0
    error: float = 0.0
    """500 after a part of the work."""

    hang: float = 0.0
    """Never answered."""

    reset: float = 0.0
    """The connection is reset after the work."""

    cut: float = 0.0
    """The answer breaks off in the middle."""

    html: float = 0.0
    """A proxy's page with status 200, at once."""

    same: float = 0.0
    """The source comes back."""

    blank: float = 0.0
    small: float = 0.0
    """A picture of another size."""

    takes: int = 0
    """Turns away with 429 and Retry-After what exceeds this many requests; 0: takes all."""

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One batch and what goes wrong in it."""

    name: str
    target: float | None = None
    """At most this ratio of the span to the lower bound."""

    both: Faults = Faults()
    second: Faults | None = None
    """Of the second node, where it differs."""

    signal: str = ""
    """Sent to the second node after a quarter of the shortest time: SIGKILL or SIGSTOP."""

    malformed: float = 0.0
    """Share of the thinker's answers that hold no critique."""

    pixels: bool = False
    """Answers are held against their sources pixel by pixel."""


SCENARIOS = (
    Scenario(name="clean", target=1.03),
    Scenario(name="one node 4x slower", target=1.08, second=Faults(slower=4.0)),
    Scenario(name="one node dies (SIGKILL)", target=1.05, signal="SIGKILL"),
    Scenario(name="5 % HTTP 500", target=1.05, both=Faults(error=0.05)),
    Scenario(name="2 % requests hang", target=1.10, both=Faults(hang=0.02)),
    Scenario(name="malformed thinker answers", target=1.05, malformed=0.08),
    Scenario(name="one node hangs (SIGSTOP)", signal="SIGSTOP"),
    Scenario(name="5 % connections reset", both=Faults(reset=0.05)),
    Scenario(name="5 % truncated bodies", both=Faults(cut=0.05)),
    Scenario(name="5 % HTML instead of JSON", both=Faults(html=0.05)),
    Scenario(
        name="6 % wrong pictures", both=Faults(same=0.02, blank=0.02, small=0.02), pixels=True
    ),
    Scenario(name="429 with Retry-After", both=Faults(takes=SLOTS)),
)


def instruction(sample: int, turn: int) -> str:
    """What the editor is told; the mark lets the simulated engines know where they are."""
    return f"Make the evening light a little warmer, and keep the rest as it is [s{sample} t{turn}]"


def marked(text: bytes) -> tuple[int, int]:
    """The sample and the latest turn that a request speaks of; (-1, 0): of none, a probe."""
    return max(((int(s), int(t)) for s, t in _MARK.findall(text)), default=(-1, 0))

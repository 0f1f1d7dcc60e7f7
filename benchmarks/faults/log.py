"""What the engines wrote down, and what follows from it: the span, the lower bound, the repeats."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .work import CRITIQUE, SLOTS, THINKING, Scenario, Work

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened at one service."""

    at: float
    node: str
    event: str
    mark: Mark
    fault: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Happened:
    """All lines of a batch, probes left out, in order."""

    lines: tuple[Line, ...]

    @property
    def began(self) -> float | None:
        """When the first request arrived."""
        return next((line.at for line in self.lines if line.event == "asked"), None)

    @property
    def ended(self) -> float:
        """When the last answer was given."""
        return max((line.at for line in self.lines if line.event == "answered"), default=0.0)

    @property
    def span(self) -> float:
        """Seconds from the first request to the last answer."""
        return self.ended - (self.began or 0.0)

    @property
    def repeated(self) -> int:
        """Edits that were asked for again after they had been answered."""
        answered: dict[Mark, float] = {}
        again = 0
        for line in self.of_editors:
            if line.event == "answered":
                answered.setdefault(line.mark, line.at)
            elif line.event == "asked" and line.mark in answered:
                again += 1
        return again

    @property
    def of_editors(self) -> tuple[Line, ...]:
        """The lines of the nodes."""
        return tuple(line for line in self.lines if line.node != "thinker")

    def count(self, event: str, fault: str = "") -> int:
        """How often something happened at the nodes."""
        return sum(
            line.event == event and (not fault or line.fault == fault) for line in self.of_editors
        )


def read(path: Path) -> Happened:
    """Read the log of a batch; a last line that is being written is left out."""
    whole, _, _ = path.read_text().rpartition("\n")
    lines = [_line(json.loads(line)) for line in whole.splitlines()]
    return Happened(tuple(sorted((line for line in lines if line.mark[1]), key=lambda x: x.at)))


def _line(facts: dict[str, Any]) -> Line:
    facts["mark"] = tuple(facts["mark"])
    return Line(**facts)


def least(scenario: Scenario, work: Work, happened: Happened, struck_at: float | None) -> float:
    """The greatest of: editing by slots, thinking by capacity, the longest chain of one sample.

    The work that injected faults made necessary is counted in; what a client asked for twice of
    its own accord is not.
    """
    chains = {
        sample: sum(work.edit(sample, turn) for turn in range(1, work.turns(sample) + 1))
        + CRITIQUE * work.turns(sample)
        for sample in range(work.samples)
    }
    editing, thinking = sum(work.edits.values()), CRITIQUE * len(work.edits)
    for line in _wasted(happened, struck_at):
        chains[line.mark[0]] += line.seconds
        if line.node == "thinker":
            thinking += line.seconds
        else:
            editing += line.seconds
    speed = SLOTS + SLOTS / (scenario.second or scenario.both).slower
    if struck_at is not None:
        before = struck_at - (happened.began or 0.0)
        edited = before + max(0.0, editing - before * speed) / SLOTS
    else:
        edited = editing / speed
    return max(edited, thinking / THINKING, *chains.values())


def _wasted(happened: Happened, struck_at: float | None) -> list[Line]:
    """Work that came to nothing: by a fault, or under way when the second node was struck."""
    wasted = [line for line in happened.lines if line.event == "wasted"]
    if struck_at is None:
        return wasted

    open_: dict[Mark, Line] = {}
    for line in happened.lines:
        if line.node == "node-2" and line.event == "begun":
            open_[line.mark] = line
        elif line.node == "node-2" and line.event in ("answered", "dropped", "wasted"):
            open_.pop(line.mark, None)
    for line in open_.values():
        lost = max(0.0, struck_at - line.at)
        wasted.append(Line(line.at, line.node, "wasted", line.mark, "struck", lost))
    return wasted

"""When to stop. Each policy is a plain function of the run: no await, no clock, no store.

    Satisfied(8, 8) | Unchanged() | MaxTurns(5)      any of them
    Satisfied(7, 7) & Plateau()                      all of them

What is combined may be any `StopPolicy`; the left one is a `Rule`. Limits that make no sense, NaN
among them, are a `SettingsError` when a rule is made.

A policy is asked after every turn, and with half a turn only under a profile that does not
criticise the last one.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isnan
from typing import Protocol

from ..memory import Run, SettingsError, Stop, StopReason, Turn


class StopPolicy(Protocol):
    """Decides whether a run is over."""

    def decide(self, run: Run) -> Stop | None:
        """Return the reason to stop, or None to go on."""
        ...


class Rule(ABC):
    """What lets policies be combined with `|` and `&`."""

    @abstractmethod
    def decide(self, run: Run) -> Stop | None:
        """Return the reason to stop, or None to go on."""

    def __or__(self, other: StopPolicy) -> "AnyOf":
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __and__(self, other: StopPolicy) -> "AllOf":
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))


@dataclass(frozen=True, slots=True)
class AnyOf(Rule):
    """Stop as soon as one rule says so; the first one's reason counts."""

    rules: tuple[StopPolicy, ...]

    def decide(self, run: Run) -> Stop | None:
        """Return the first reason that is given."""
        return next((stop for rule in self.rules if (stop := rule.decide(run))), None)


@dataclass(frozen=True, slots=True)
class AllOf(Rule):
    """Stop when all rules say so; the first one's reason counts, the others add their detail."""

    rules: tuple[StopPolicy, ...]

    def decide(self, run: Run) -> Stop | None:
        """Return a reason when every rule gives one."""
        stops = [rule.decide(run) for rule in self.rules]
        given = [stop for stop in stops if stop]
        if not given or len(given) < len(stops):
            return None

        return given[0].but(detail="; ".join(stop.detail for stop in given if stop.detail))


def _parts(rule: StopPolicy, kind: type[AnyOf] | type[AllOf]) -> tuple[StopPolicy, ...]:
    return rule.rules if isinstance(rule, kind) else (rule,)


@dataclass(frozen=True, slots=True)
class Satisfied(Rule):
    """The last turn reaches both scores, 0 to 10 (EditThinker stops at 8 and 8).

    Where a critique has no scores, its stop flag decides (the paper's experts, appendix C). Where it
    has both, the scores do: they are what the user set a bar for.
    """

    semantic: float = 8.0
    quality: float = 8.0

    def __post_init__(self) -> None:
        for name, value in (("semantic", self.semantic), ("quality", self.quality)):
            if not 0 <= value <= 10:  # NaN too
                raise SettingsError(f"the {name} score to reach is {value!r}: give 0 to 10")

    def decide(self, run: Run) -> Stop | None:
        """Stop when both scores of the last turn are high enough, or its flag says so."""
        critique = run.last.critique if run.last else None
        if critique is None:
            return None

        score = critique.score
        if score is None:
            detail = "the thinker is satisfied, and gives no scores"
            return Stop(reason=StopReason.SATISFIED, detail=detail) if critique.satisfied else None

        if score.semantic < self.semantic or score.quality < self.quality:
            return None

        return Stop(
            reason=StopReason.SATISFIED,
            detail=f"semantic {score.semantic:.1f} and quality {score.quality:.1f} reach "
            f"{self.semantic:g} and {self.quality:g}",
        )


@dataclass(frozen=True, slots=True)
class Unchanged(Rule):
    """The thinker asks for what the editor was just told (white space aside)."""

    def decide(self, run: Run) -> Stop | None:
        """Stop when the refined instruction says nothing new."""
        last = run.last
        if last is None or last.critique is None:
            return None

        if last.critique.refined.strip() != last.instruction.strip():
            return None

        return Stop(reason=StopReason.UNCHANGED, detail="the thinker has nothing new to ask")


@dataclass(frozen=True, slots=True)
class Plateau(Rule):
    """The best overall score has not grown by more than `epsilon` for `patience` scored turns.

    Turns without a score are passed over, here and in `Declining`.
    """

    patience: int = 2
    epsilon: float = 0.1

    def __post_init__(self) -> None:
        _at_least_one("patience", self.patience)
        if not 0 <= self.epsilon <= 10:  # NaN too
            raise SettingsError(f"the least gain is {self.epsilon!r}: give 0 to 10")

    def decide(self, run: Run) -> Stop | None:
        """Stop when further turns have stopped paying."""
        scores = [overall for turn in run.turns if (overall := _overall(turn)) is not None]
        if len(scores) <= self.patience:
            return None

        before, after = max(scores[: -self.patience]), max(scores[-self.patience :])
        if after > before + self.epsilon:
            return None

        return Stop(
            reason=StopReason.PLATEAU,
            detail=f"{self.patience} turns without a gain of more than {self.epsilon:g} "
            f"over {before:.2f}",
        )


@dataclass(frozen=True, slots=True)
class Declining(Rule):
    """The overall score has fallen `times` times in a row."""

    times: int = 2

    def __post_init__(self) -> None:
        _at_least_one("times", self.times)

    def decide(self, run: Run) -> Stop | None:
        """Stop when each turn is worse than the one before it."""
        scores = [overall for turn in run.turns if (overall := _overall(turn)) is not None]
        tail = scores[-self.times - 1 :]
        if len(tail) <= self.times or any(a <= b for a, b in pairwise(tail)):
            return None

        return Stop(
            reason=StopReason.DECLINING, detail=f"the score fell {self.times} times in a row"
        )


@dataclass(frozen=True, slots=True)
class Repeated(Rule):
    """The editor returned the very bytes of an earlier turn."""

    def decide(self, run: Run) -> Stop | None:
        """Stop when the last edit is byte for byte an earlier one."""
        last = run.last
        if last is None or last.edited is None:
            return None

        for turn in run.turns[:-1]:
            if turn.edited and turn.edited.sha256 == last.edited.sha256:
                detail = f"turn {last.number} returned the bytes of turn {turn.number}"
                return Stop(reason=StopReason.REPEATED, detail=detail)

        return None


@dataclass(frozen=True, slots=True)
class MaxTurns(Rule):
    """So many turns, and no more."""

    turns: int = 5

    def __post_init__(self) -> None:
        _at_least_one("turns", self.turns)

    def decide(self, run: Run) -> Stop | None:
        """Stop at the limit."""
        if len(run.turns) < self.turns:
            return None

        return Stop(reason=StopReason.MAX_TURNS, detail=f"the limit of {self.turns} turns")


@dataclass(frozen=True, slots=True)
class Budget(Rule):
    """What the run has spent reaches a limit: edits, seconds of engine time, US dollars.

    This ends a run after the fact; the agent's ledger refuses a call that would exceed a limit.
    """

    edits: float = inf
    seconds: float = inf
    cost: float = inf

    def __post_init__(self) -> None:
        for name in ("edits", "seconds", "cost"):
            limit: float = getattr(self, name)
            if limit < 0 or isnan(limit):
                raise SettingsError(f"the budget of {name} is {limit!r}: give 0 or more")

    def decide(self, run: Run) -> Stop | None:
        """Stop when one of the limits is reached."""
        spent = run.usage
        for what, used, limit in (
            ("edits", spent.edits, self.edits),
            ("seconds", spent.seconds, self.seconds),
            ("dollars", spent.cost, self.cost),
        ):
            if used >= limit:
                detail = f"{used:g} of {limit:g} {what} are spent"
                return Stop(reason=StopReason.BUDGET, detail=detail)

        return None


def _overall(turn: Turn) -> float | None:
    return turn.score.overall if turn.score else None


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise SettingsError(f"{name} is {value!r}: give 1 or more")

"""The rules of a run under one name."""

from dataclasses import dataclass, field

from .base import BaseChoice, FromSource
from .select import BestScore, LastTurn, Selector
from .stop import Declining, MaxTurns, Plateau, Repeated, Satisfied, StopPolicy, Unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When to stop, which turn is the answer, what the next turn edits."""

    stop: StopPolicy
    select: Selector = field(default_factory=BestScore)
    base: BaseChoice = field(default_factory=FromSource)
    criticise_last: bool = True
    """Without it, a turn after which the run stops anyway is not criticised."""


def standard(
    *, turns: int = 5, semantic: float = 8.0, quality: float = 8.0, stop: StopPolicy | None = None
) -> Rules:
    """Our rules: good enough, nothing new, no gain, or the limit; the best turn is the answer.

    `stop` adds a rule to these.
    """
    rule = (
        Satisfied(semantic, quality)
        | Unchanged()
        | Repeated()
        | Declining(2)
        | Plateau(patience=2)
        | MaxTurns(turns)
    )
    return Rules(stop=rule | stop if stop else rule)


def reference(*, turns: int = 5) -> Rules:
    """The official script's rules (editthinker-spec 1.7): 8 and 8, or unchanged; the last turn wins.

    The turn at the limit is not criticised. For comparison only. Not reproduced: a missing answer
    counts as satisfied there, and a missing score as zero.
    """
    return Rules(
        stop=Satisfied(8.0, 8.0) | Unchanged() | MaxTurns(turns),
        select=LastTurn(),
        criticise_last=False,
    )


def exhaustive(*, turns: int = 5) -> Rules:
    """Always so many turns, whatever the thinker says; the best of them is the answer.

    What a stop policy could win at most, and the runs that turn curves and training data need.
    """
    return Rules(stop=MaxTurns(turns))

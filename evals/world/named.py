"""Rules by name, as a command line gives them: `official@4`, `keep-best`, `threshold-9@6`."""

from collections.abc import Callable, Mapping

from ...memory.errors import SettingsError
from ...policies import (
    BaseChoice,
    FromBest,
    FromPrevious,
    FromSource,
    MaxTurns,
    Plateau,
    Repeated,
    Rules,
    Satisfied,
    Unchanged,
    exhaustive,
    reference,
    standard,
)

TURNS = 8
"""The limit of a name without one."""

DEFAULT = (
    *("official@1", "official@2", "official@4", "official@6", "official@8"),
    *("keep-best@2", "keep-best@4", "keep-best@8", "standard@8", "plateau@8", "plateau-1@8"),
    *("threshold-7@8", "threshold-9@8", "exhaustive@8", "from-best@8", "from-previous@8"),
)
"""What is compared when nothing is named."""


def keep_best(turns: int, bar: float = 8.0, base: BaseChoice | None = None) -> Rules:
    """The official reasons to stop, with the best turn as the answer."""
    stop = Satisfied(bar, bar) | Unchanged() | MaxTurns(turns)
    return Rules(stop=stop, base=base or FromSource())


def plateau(turns: int, patience: int = 2) -> Rules:
    """Stop when further turns have stopped paying, however good or bad they are."""
    return Rules(stop=Plateau(patience) | Unchanged() | Repeated() | MaxTurns(turns))


NAMED: Mapping[str, tuple[Callable[[int], Rules], str]] = {
    "official": (lambda n: reference(turns=n), "EditThinker's script: the last turn is the answer"),
    "keep-best": (keep_best, "the official stops; the best turn is the answer"),
    "standard": (lambda n: standard(turns=n), "the rules of editloop"),
    "plateau": (plateau, "stops after two turns without a gain"),
    "plateau-1": (lambda n: plateau(n, 1), "stops after one turn without a gain"),
    "exhaustive": (lambda n: exhaustive(turns=n), "all turns; the best is the answer"),
    "from-best": (lambda n: keep_best(n, base=FromBest()), "keep-best, editing the best edit"),
    "from-previous": (
        lambda n: keep_best(n, base=FromPrevious()),
        "keep-best, editing the latest edit",
    ),
}
"""Rules by name, for a number of turns, and what they do; `threshold-S` is made for any score S."""


def rules(name: str) -> Rules:
    """The rules of `NAME` or `NAME@TURNS`.

    Raises:
        SettingsError: there is no such name, the number of turns is none, or the score of a threshold
            is not from 0 to 10.
    """
    kind, at, count = name.partition("@")
    if at and not (count.isascii() and count.isdigit() and 1 <= int(count) <= 100):
        raise SettingsError(
            f"{name!r} does not end in a number of turns: write {kind}@8, at most 100"
        )

    turns = int(count) if at else TURNS
    if kind in NAMED:
        return NAMED[kind][0](turns)

    word, _, score = kind.partition("-")
    try:
        bar = float(score) if word == "threshold" else None
    except ValueError:
        bar = None
    if bar is None:
        known = ", ".join((*NAMED, "threshold-SCORE"))
        raise SettingsError(
            f"there is no policy {kind!r}; there is {known}, each also as NAME@TURNS"
        )

    return keep_best(turns, bar)

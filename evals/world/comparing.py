"""Several rules over the same cases."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...policies import Rules
from .playing import Played, World


@dataclass(slots=True)
class Tally:
    """What rules made of the cases, in the order of the cases."""

    overall: list[float] = field(default_factory=list[float])
    """The judge's score of each answer."""

    semantic: list[float] = field(default_factory=list[float])
    quality: list[float] = field(default_factory=list[float])
    first: list[float] = field(default_factory=list[float])
    """The judge's score of each first turn."""

    edits: list[int] = field(default_factory=list[int])
    critiques: list[int] = field(default_factory=list[int])
    stops: Counter[str] = field(default_factory=Counter[str])

    def add(self, played: Played) -> None:
        """Count a run."""
        score = played.score
        self.overall.append(score.overall)
        self.semantic.append(score.semantic)
        self.quality.append(score.quality)
        self.first.append(played.scores[0].overall)
        self.edits.append(len(played.run.turns))
        self.critiques.append(sum(turn.critique is not None for turn in played.run.turns))
        self.stops[played.run.stop.reason.value if played.run.stop else ""] += 1

    @property
    def harmed(self) -> float:
        """Percentage of the cases whose answer is worse than their first turn."""
        pairs = zip(self.overall, self.first, strict=True)
        return 100.0 * sum(now < then for now, then in pairs) / max(1, len(self.overall))


def compare(world: World, named: Mapping[str, Rules], cases: Sequence[int]) -> dict[str, Tally]:
    """Play the cases by each of the rules, with the same luck for all of them."""
    found = {name: Tally() for name in named}
    for number in cases:
        table = world.table(number)
        for name, rules in named.items():
            found[name].add(table.play(rules))
    return found

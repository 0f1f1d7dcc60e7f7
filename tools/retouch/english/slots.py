"""A photometric clause taken apart: where, how much, and the words that say what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..region import Region
from .items import Item, Quantity, Strength
from .regions import read_places
from .tries import Unread


@dataclass(frozen=True, slots=True)
class Slots:
    """What a reader of photometric clauses works with. It must use up `core` completely."""

    core: tuple[Item, ...]
    region: Region | None
    number: Quantity | None
    goal: bool
    """The number was introduced by "to": a value to reach, not a change."""

    level: Strength | None
    params: Mapping[str, Quantity | str]

    def keys(self, *kinds: str) -> tuple[str, ...]:
        """The keys of all items of these kinds, in order."""
        return tuple(item.key for item in self.core if item.kind in kinds)

    @property
    def strength(self) -> Strength:
        """The degree of the wish; a plain wish is moderate."""
        return self.level or "moderate"

    def only(self, **most: int) -> bool:
        """Whether the core has no other kinds than these, and no more of each than allowed."""
        counts: dict[str, int] = {}
        for item in self.core:
            counts[item.kind] = counts.get(item.kind, 0) + 1
        return all(count <= most.get(kind, 0) for kind, count in counts.items())


def fill(items: Sequence[Item]) -> Slots:
    """Sort the items of a clause into slots.

    Raises:
        Unread: two numbers, two degrees, or places that do not belong together.
    """
    rest, region = read_places(items)
    numbers = [item.number for item in rest if item.kind == "number"]
    groups = [item.params for item in rest if item.kind == "params"]
    if len(numbers) > 1 or len(groups) > 1:
        raise Unread("give one number per clause")
    goal = any(
        one.kind == "prep" and one.key == "to" and other.kind == "number"
        for one, other in pairwise(rest)
    )
    slotted = ("number", "params", "prep", "level", "sep")
    return Slots(
        core=tuple(_meant(item) for item in rest if item.kind not in slotted),
        region=region,
        number=numbers[0] if numbers else None,
        goal=goal,
        level=_level([item.key for item in rest if item.kind == "level"]),
        params=groups[0] if groups else {},
    )


def _meant(item: Item) -> Item:
    """ "more colour" is more saturation."""
    colour = item.kind == "target" and item.key == "colour"
    return replace(item, key="saturation") if colour else item


def _level(keys: Sequence[str]) -> Strength | None:
    """ "just a little bit" is slight; "very slightly" too, and "quite a lot" is strong."""
    for strength in ("slight", "strong", "moderate"):
        if strength in keys:
            return strength
    return None

"""What an instruction consists of."""

from dataclasses import dataclass

from ..recipe import Operation
from .items import Item, Strength


@dataclass(frozen=True, slots=True)
class Clause:
    """One wish of an instruction and what it comes to."""

    text: str
    """Its words, as they were written."""

    operations: tuple[Operation, ...]
    """In order; never empty, except where the instruction says to change nothing."""

    exact: bool
    """A number was given, or the operation has no degree (flip): a target and not a vague wish."""

    strength: Strength | None
    """The degree of a vague wish; None where it is exact."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the instruction between two joints, without noise."""

    items: tuple[Item, ...]
    joint: str
    """What stands before it: "" "," "and" "but" "then" "."."""

    start: int
    end: int

    def kinds(self) -> tuple[str, ...]:
        """The kinds of its items."""
        return tuple(item.kind for item in self.items)

    def keys(self, kind: str) -> tuple[str, ...]:
        """The keys of its items of one kind."""
        return tuple(item.key for item in self.items if item.kind == kind)

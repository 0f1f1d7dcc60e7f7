"""The cases of ImgEdit-Bench (arXiv 2505.20275): basic, hard (UGE) and multi-turn."""

from dataclasses import dataclass

from ..pictures import Picture

COUNTS = {
    "add": 95,
    "adjust": 94,
    "extract": 117,
    "replace": 92,
    "remove": 86,
    "background": 94,
    "style": 100,
    "compose": 23,
    "action": 36,
}
"""Basic cases per edit type, in the order of the published tables; 737 in all."""

TITLES = {name: name.capitalize() for name in COUNTS} | {"compose": "Hybrid"}
"""What the published tables call the edit types."""

HARD_COUNT = 47
"""Cases of the hard set, which have no edit type."""


@dataclass(frozen=True, slots=True)
class ImgEditCase:
    """One basic or hard case."""

    key: str
    """Names the edited picture and the judge's answer."""

    edit_type: str | None
    """None in the hard set."""

    instruction: str
    source: Picture

    @property
    def name(self) -> str:
        """Unique within its set."""
        return self.key

    @property
    def part(self) -> str:
        """The edit type, or `hard`."""
        return self.edit_type or "hard"

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The source."""
        return (self.source,)


@dataclass(frozen=True, slots=True)
class ImgEditConversation:
    """Edits of one picture, one after the other; published without a judge, people compare them."""

    key: str
    category: str
    """The file that it stands in: content understanding, content memory or version backtracking."""

    instructions: tuple[str, ...]
    """Two or three, in order."""

    source: Picture

    @property
    def name(self) -> str:
        """Unique within the suite."""
        return f"{self.category}/{self.key}"

    @property
    def part(self) -> str:
        """The category."""
        return self.category

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The source."""
        return (self.source,)

"""The cases of GEdit-Bench (Step1X-Edit, arXiv 2504.17761) and how many there are of each group."""

from dataclasses import dataclass
from typing import Literal

from ..pictures import Picture

Language = Literal["en", "cn"]
LANGUAGES: tuple[Language, ...] = ("en", "cn")

COUNTS = {
    "background_change": 40,
    "color_alter": 40,
    "material_alter": 40,
    "motion_change": 40,
    "ps_human": 70,
    "style_change": 60,
    "subject-add": 60,
    "subject-remove": 57,
    "subject-replace": 60,
    "text_change": 99,
    "tone_transfer": 40,
}
"""Cases per group and language, in the order of the published tables; 606 in all."""

GROUPS = tuple(COUNTS)


@dataclass(frozen=True, slots=True)
class GEditCase:
    """One instruction in one language."""

    key: str
    group: str
    """`task_type` in the data."""

    instruction: str
    language: str
    """`en` or `cn`."""

    intersection: bool | None
    """Member of the subset that all compared systems answered; None where the data do not say."""

    source: Picture
    """About 512 by 512 pixels in area: what is edited and judged."""

    raw: Picture | None
    """The source in its original size, where the data have it."""

    @property
    def name(self) -> str:
        """Unique within the suite."""
        return f"{self.language}/{self.group}/{self.key}"

    @property
    def part(self) -> str:
        """Language and group."""
        return f"{self.language}/{self.group}"

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The source, and the original where there is one."""
        return (self.source,) if self.raw is None else (self.source, self.raw)

"""The categories of KRIS-Bench (arXiv 2505.16707), their dimensions and counts, and its cases."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ....memory.errors import InputError
from ..pictures import Picture

Metric = Literal["consistency", "quality", "instruction", "knowledge"]
METRICS: tuple[Metric, ...] = ("consistency", "quality", "instruction", "knowledge")
"""In the order of the published tables: VC, VQ, IF, KP."""

Family = Literal["common", "viewpoint", "multi_element", "temporal", "knowledge"]
"""Which of the published judge scripts a category belongs to; they read answers differently."""


class Category(NamedTuple):
    """A category's place in the tables."""

    dimension: str
    cases: int
    family: Family = "common"


class Dimension(NamedTuple):
    """A group of categories."""

    kind: str
    """Factual, Conceptual or Procedural."""

    metrics: tuple[Metric, ...] = METRICS[:3]


DIMENSIONS = {
    "Attribute Perception": Dimension("Factual"),
    "Spatial Perception": Dimension("Factual"),
    "Temporal Prediction": Dimension("Factual"),
    "Social Science": Dimension("Conceptual", METRICS),
    "Natural Science": Dimension("Conceptual", METRICS),
    "Logical Reasoning": Dimension("Procedural", METRICS),
    "Instruction Decomposition": Dimension("Procedural"),
}
KINDS = ("Factual", "Conceptual", "Procedural")

CATEGORIES = {
    "count_change": Category("Attribute Perception", 50),
    "color_change": Category("Attribute Perception", 50),
    "size_adjustment": Category("Attribute Perception", 50),
    "part_completion": Category("Attribute Perception", 50),
    "anomaly_correction": Category("Attribute Perception", 75),
    "viewpoint_change": Category("Spatial Perception", 50, "viewpoint"),
    "position_movement": Category("Spatial Perception", 50),
    "temporal_prediction": Category("Temporal Prediction", 74, "temporal"),
    "humanities": Category("Social Science", 75, "knowledge"),
    "practical_knowledge": Category("Social Science", 50, "knowledge"),
    "biology": Category("Natural Science", 68, "knowledge"),
    "chemistry": Category("Natural Science", 75, "knowledge"),
    "geography": Category("Natural Science", 75, "knowledge"),
    "medicine": Category("Natural Science", 50, "knowledge"),
    "mathematics": Category("Natural Science", 50, "knowledge"),
    "physics": Category("Natural Science", 75, "knowledge"),
    "abstract_reasoning": Category("Logical Reasoning", 75, "knowledge"),
    "rule-based_reasoning": Category("Logical Reasoning", 75, "knowledge"),
    "multi-element_composition": Category("Instruction Decomposition", 75, "multi_element"),
    "multi-instruction_execution": Category("Instruction Decomposition", 75),
}
COUNTS = {name: category.cases for name, category in CATEGORIES.items()}
"""Cases per category; 1,267 in all."""

_FRAME = re.compile(r"\d+-(\d+)")


def metrics_of(category: str) -> tuple[Metric, ...]:
    """What is scored in a category.

    Raises:
        InputError: there is no such category.
    """
    if category not in CATEGORIES:
        raise InputError(f"KRIS-Bench has no category {category!r}; it has {', '.join(CATEGORIES)}")
    return DIMENSIONS[CATEGORIES[category].dimension].metrics


@dataclass(frozen=True, slots=True)
class KrisCase:
    """One instruction and the one to five pictures that it is about."""

    id: str
    category: str
    instruction: str
    explanation: str
    """What a right answer shows; empty outside the knowledge categories, mostly."""

    sources: tuple[Picture, ...]
    ground_truth: Picture | None
    """Only where the judge sees it or a frame was held back."""

    @property
    def name(self) -> str:
        """Unique within the suite."""
        return f"{self.category}/{self.id}"

    @property
    def part(self) -> str:
        """The category."""
        return self.category

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All sources, and the ground truth where there is one."""
        return self.sources if self.ground_truth is None else (*self.sources, self.ground_truth)


def frame_numbers(names: Sequence[str]) -> list[int]:
    """The frame numbers in reference names of temporal cases (`12-3.jpg` is frame 3).

    Raises:
        InputError: a name has no such number.
    """
    found: list[int] = []
    for name in names:
        if (frame := _FRAME.search(name)) is None:
            raise InputError(f"{name!r} does not name a frame: expected <case>-<frame>, as in 12-3")
        found.append(int(frame[1]))
    return found


def predicted_frame(names: Sequence[str]) -> int:
    """Which frame is to be predicted: the one of 1 to 4 that is absent, else the next.

    Raises:
        InputError: a name has no frame number.
    """
    there = frame_numbers(names)
    absent = sorted({1, 2, 3, 4} - set(there))
    return absent[0] if len(absent) == 1 else max(there, default=0) + 1

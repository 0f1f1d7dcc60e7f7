"""The cases of RISEBench (arXiv 2504.02826), its categories and subtasks, and what is judged."""

from dataclasses import dataclass
from typing import Literal

from ..pictures import Picture

Category = Literal[
    "temporal_reasoning", "causal_reasoning", "spatial_reasoning", "logical_reasoning"
]
Flag = Literal["missing", "null", "false", "true"]
"""A field of a sparse record: absent, null, or a value by its truth. The published code asks in
three ways for the same flag, so all four are told apart."""

COUNTS: dict[str, int] = {
    "temporal_reasoning": 85,
    "causal_reasoning": 90,
    "spatial_reasoning": 100,
    "logical_reasoning": 85,
}
"""Cases per category of the full set; 360 in all."""

SMALL_COUNTS = dict.fromkeys(COUNTS, 16)
"""Cases per category of the small set that lies in the benchmark's repository; 64 in all."""

SUBTASKS: dict[str, dict[str, int]] = {
    "temporal_reasoning": {
        "Life Progression": 19,
        "Material Progression": 46,
        "Environmental Cycles": 13,
        "Societal Transformation": 7,
    },
    "causal_reasoning": {
        "Structural Deformation": 36,
        "State Transition": 25,
        "Chemical and Biological Transformation": 16,
        "Physics Manifestation": 13,
    },
    "spatial_reasoning": {
        "Component Assembly": 23,
        "Object Arrangement": 12,
        "Viewpoint Generation": 27,
        "Structural Inference": 15,
        "Layout Reasoning": 23,
    },
    "logical_reasoning": {
        "Pattern Prediction": 31,
        "Mathematical Derivation": 14,
        "Puzzle Solving": 40,
    },
}
"""Subtasks and their cases, in the order of the published report."""


@dataclass(frozen=True, slots=True)
class RiseCase:
    """One record."""

    index: str
    """Unique: category and number."""

    category: str
    subtask: str | None
    """None in the small set."""

    instruction: str
    source: Picture
    reference: str | None
    """What a right answer shows, in words (temporal, causal, most spatial)."""

    reference_picture: Picture | None
    """A right answer (some spatial, most logical)."""

    reference_text: str | None
    """The right answer of other logical cases."""

    reasoning_img: Flag
    """Whether the judge of reasoning sees the source."""

    consistency_free: Flag
    """Whether consistency is left out."""

    reasoning_wo_ins: Flag
    """Whether the judge of reasoning is not told the instruction."""

    @property
    def name(self) -> str:
        """Unique within the suite."""
        return self.index

    @property
    def part(self) -> str:
        """The category."""
        return self.category

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The source, and the reference where it is a picture."""
        there = (self.source, self.reference_picture)
        return tuple(each for each in there if each is not None)


def is_set(flag: Flag) -> bool:
    """Whether the published code takes a flag for set: neither absent nor null, so false is set."""
    return flag in ("false", "true")

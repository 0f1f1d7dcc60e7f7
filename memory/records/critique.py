"""What a thinker says about an edit."""

from math import sqrt
from typing import Literal

from pydantic import Field

from .frozen import Frozen


class Score(Frozen):
    """Two numbers from 0 to 10; `overall` is derived from them and stored nowhere."""

    semantic: float = Field(ge=0, le=10, allow_inf_nan=False)
    """Instruction followed and nothing else changed."""

    quality: float = Field(ge=0, le=10, allow_inf_nan=False)
    """Natural and free of artefacts."""

    @property
    def overall(self) -> float:
        """The geometric mean, 0 to 10 (the field's convention since VIEScore)."""
        return sqrt(self.semantic * self.quality)


class Critique(Frozen):
    """A reading of one edit: EditThinker's `<think>`, `<score>` and `<answer>`."""

    score: Score
    reasoning: str
    """Why the scores are what they are."""

    refined: str = Field(min_length=1)
    """What to tell the editor next; equal to what it was told when nothing is left to ask."""


Verdict = Literal["ok", "malformed", "truncated", "failed"]


class Sample(Frozen):
    """One answer of a thinker, readable or not, exactly as it came."""

    text: str
    """The raw answer; empty when the call failed before there was one."""

    verdict: Verdict
    """Whether a critique could be read from it."""

    problem: str | None = None
    """Why not, in a sentence."""

    finish_reason: str | None = None
    """What the model server said: `stop`, `length`, …"""

    seed: int | None = None
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    seconds: float = Field(default=0.0, ge=0)
    cost: float = Field(default=0.0, ge=0)
    """US dollars."""

    response_id: str | None = None
    """The model server's name for this answer."""

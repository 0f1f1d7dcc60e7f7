"""What a thinker says about an edit."""

from math import sqrt
from typing import Literal, Self

from pydantic import Field, model_validator

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


class Spread(Frozen):
    """How far several samples of the same comparison lie apart."""

    samples: int = Field(ge=2)
    """How many scores the mean was made of."""

    semantic: float = Field(ge=0, le=5, allow_inf_nan=False)
    """Population standard deviation of the semantic scores."""

    quality: float = Field(ge=0, le=5, allow_inf_nan=False)
    """Population standard deviation of the quality scores."""


class Critique(Frozen):
    """A reading of one edit: EditThinker's `<think>`, `<score>` and `<answer>`, or an expert's.

    Experts of the paper's appendix C give a stop flag and no scores; nobody makes scores up for
    them. At least one of the two is there.
    """

    score: Score | None = None
    reasoning: str
    """Why the judgement is what it is."""

    refined: str = Field(min_length=1)
    """What to tell the editor next; equal to what it was told when nothing is left to ask."""

    satisfied: bool | None = None
    """The stop flag of a thinker that gives one."""

    spread: Spread | None = None
    """Present when `score` is the mean of several samples."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.score is None and self.satisfied is None:
            raise ValueError("a critique has scores, a stop flag, or both; this one has neither")
        if self.spread and self.score is None:
            raise ValueError("a spread without scores says nothing")
        return self


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

    by: str | None = None
    """The replica that answered, where several could."""

"""The records that producing, scoring and reporting share.

*Produce* makes runs, *score* makes judgements, *report* reads both. A judgement keeps what the
judge said, word for word; what it means is decided when it is read (`evals/score/rows.py`), so that
the `official` and the `corrected` profile come from the same answers.
"""

from typing import Literal

from pydantic import Field

from ..memory.records import Failure, Frozen, Judgement

__all__ = ["METRICS", "SUITES", "CaseKey", "Judgement", "Point", "Produced", "Suite"]

Suite = Literal["gedit", "imgedit", "imgedit-hard", "kris", "rise"]
SUITES: tuple[Suite, ...] = ("gedit", "imgedit", "imgedit-hard", "kris", "rise")

METRICS: dict[Suite, tuple[str, ...]] = {
    "gedit": ("semantics", "quality"),
    "imgedit": ("edit",),
    "imgedit-hard": ("edit",),
    "kris": ("consistency", "instruction", "quality"),
    "rise": ("consistency", "reasoning", "quality"),
}
"""The calls to a judge that a suite makes of one picture, in the published order. One call may give
several numbers: semantics of GEdit two, the edit of ImgEdit three, the instruction call of KRIS
also knowledge. RISE leaves out what a case does not ask."""


class CaseKey(Frozen):
    """A case of a suite."""

    suite: Suite
    name: str
    """Unique within the suite: the `name` of its case record."""


class Point(Frozen):
    """One turn of a run, as the turn curve needs it."""

    number: int = Field(ge=1)
    sha256: str | None
    """The edited picture; None where the edit failed."""

    semantic: float | None = None
    """What the thinker of the run said, 0 to 10; not a judge's score."""

    quality: float | None = None
    best: int | None = None
    """The turn that would be the answer if the run had ended here."""

    edit_seconds: float = Field(default=0.0, ge=0)
    edit_cost: float = Field(default=0.0, ge=0)
    """US dollars."""

    think_seconds: float = Field(default=0.0, ge=0)
    think_cost: float = Field(default=0.0, ge=0)


class Produced(Frozen):
    """What a system made of a case: a closed run in short."""

    case: CaseKey
    system: str
    """A name for editor, thinker and rules."""

    digest: str
    """Of the settings behind the name; runs of one name never differ in it."""

    seed: int = Field(ge=0)
    """0, 1, 2 …: the repetition."""

    run_id: str
    sources: tuple[str, ...] = ()
    """SHA-256 of what was edited, then of the further pictures of the task."""

    curve: tuple[Point, ...]
    answer: int | None
    """The number of the turn that is the answer."""

    answer_sha256: str | None
    stop: str
    """Why the run ended: a value of `StopReason`."""

    failure: Failure | None = None

    def best_at(self, turns: int) -> str | None:
        """The picture that would be the answer after so many turns; fewer count as they are."""
        seen = self.curve[:turns]
        number = seen[-1].best if seen else None
        return self.curve[number - 1].sha256 if number else None

    def last_at(self, turns: int) -> str | None:
        """The last picture there is after so many turns."""
        return next((p.sha256 for p in reversed(self.curve[:turns]) if p.sha256), None)

    @property
    def pictures(self) -> tuple[str, ...]:
        """Every edited picture of the run, each once, in order."""
        return tuple(dict.fromkeys(point.sha256 for point in self.curve if point.sha256))

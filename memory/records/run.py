"""A task and its turns."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field, model_validator

from ..reasons import RunStatus
from .critique import Critique, Sample, Score
from .ending import Failure, Stop
from .finding import Finding
from .frozen import Frozen
from .image import ImageRef
from .usage import Usage

SOURCE = 0
"""The number of the picture that the user gave; turns count from 1."""


class Task(Frozen):
    """What the user asked."""

    source: ImageRef
    instruction: str = Field(min_length=1)
    mask: ImageRef | None = None
    """White where the editor may paint."""

    references: tuple[ImageRef, ...] = ()
    """Further pictures that the instruction speaks of."""

    seed: int = Field(default=0, ge=0)
    """Handed to the editor in every turn, so that only the instruction changes."""

    labels: dict[str, str] = Field(default_factory=dict)
    """The user's own: session, tags, benchmark case."""


class Turn(Frozen):
    """One edit and its critique. The edit half is written before the critique half exists."""

    number: int = Field(ge=1)
    instruction: str
    """What the editor was told."""

    base: int = Field(default=SOURCE, ge=0)
    """The picture that was edited: `SOURCE`, or the number of an earlier turn."""

    seed: int = 0
    edited: ImageRef | None = None
    """The edit as received; none when the editor failed."""

    edit_seconds: float = Field(default=0.0, ge=0)
    edit_cost: float = Field(default=0.0, ge=0)
    """US dollars."""

    notes: tuple[str, ...] = ()
    """What the editor wants known: parameters ignored, size changed, failover."""

    findings: tuple[Finding, ...] = ()
    """What can be seen of the edit: the source unchanged, another aspect, a blank picture."""

    samples: tuple[Sample, ...] = ()
    """Every answer of the thinker, malformed ones too."""

    critique: Critique | None = None
    """None while it is not written, or when no readable one could be had (see `failure`)."""

    failure: Failure | None = None
    """Why there is no edit, or no critique."""

    @model_validator(mode="after")
    def _edits_an_earlier_picture(self) -> Self:
        if self.base >= self.number:
            raise ValueError(
                f"turn {self.number} cannot edit the picture of turn {self.base}: its base is "
                f"{SOURCE} (the source) or an earlier turn"
            )
        return self

    @property
    def edit_done(self) -> bool:
        """The edit half is written."""
        return self.edited is not None

    @property
    def done(self) -> bool:
        """Both halves are written, or the turn ended with a failure."""
        return self.critique is not None or self.failure is not None

    @property
    def score(self) -> Score | None:
        """The scores of the critique; none without a critique, or when its thinker gives none."""
        return self.critique.score if self.critique else None

    @property
    def usage(self) -> Usage:
        """What this turn spent."""
        return Usage(
            edits=1 if self.edit_done else 0,
            samples=len(self.samples),
            seconds=self.edit_seconds + sum(s.seconds for s in self.samples),
            input_tokens=sum(s.input_tokens for s in self.samples),
            output_tokens=sum(s.output_tokens for s in self.samples),
            cost=self.edit_cost + sum(s.cost for s in self.samples),
        )


class Run(Frozen):
    """A task, its turns, and how it ended. Growing makes a new run; the old one stays."""

    id: str = Field(min_length=8, max_length=32)
    task: Task
    created: datetime
    turns: tuple[Turn, ...] = ()
    stop: Stop | None = None
    """Why it ended; none while it is open."""

    answer: int | None = None
    """The number of the turn that is the answer; none while open or when no turn gave an edit."""

    failure: Failure | None = None
    """What ended the run, when an error did."""

    editor: str = ""
    """The editor's name."""

    thinker: str = ""
    """The thinker's name."""

    settings: dict[str, Any] = Field(default_factory=dict)
    """A snapshot of what was chosen when the run was opened; secrets masked."""

    trace_id: str | None = None
    """The OpenTelemetry trace of the first attempt, 32 hexadecimal digits."""

    span_id: str | None = None
    """The root span of the first attempt, 16 hexadecimal digits."""

    @property
    def status(self) -> RunStatus:
        """`open`, `done`, `refused` (input) or `failed` (no edit at all)."""
        if self.stop is None:
            return "open"
        if self.answer is not None:
            return "done"
        return "refused" if self.stop.reason == "refused" else "failed"

    @property
    def last(self) -> Turn | None:
        """The latest turn, whole or half."""
        return self.turns[-1] if self.turns else None

    @property
    def best(self) -> Turn | None:
        """The turn that is the answer."""
        return self.turn(self.answer) if self.answer is not None else None

    @property
    def usage(self) -> Usage:
        """What all turns spent together."""
        return sum((turn.usage for turn in self.turns), Usage())

    def turn(self, number: int) -> Turn:
        """Return a turn by its number, counting from 1.

        Raises:
            IndexError: there is no such turn.
        """
        if not 1 <= number <= len(self.turns):
            raise IndexError(f"run {self.id} has {len(self.turns)} turns, not a turn {number}")

        return self.turns[number - 1]

    def picture(self, number: int) -> ImageRef | None:
        """Return the picture of a number: the source for `SOURCE`, else that turn's edit."""
        return self.task.source if number == SOURCE else self.turn(number).edited

    def with_turn(self, turn: Turn) -> Self:
        """Return a run that has this turn added, or put in the place of its first half.

        Raises:
            ValueError: the turn does not follow those that are here.
        """
        if turn.number not in (len(self.turns), len(self.turns) + 1) or turn.number < 1:
            raise ValueError(f"turn {turn.number} does not follow {len(self.turns)} turns")

        return self.model_copy(update={"turns": (*self.turns[: turn.number - 1], turn)})

    def ended(self, stop: Stop, answer: int | None, failure: Failure | None = None) -> Self:
        """Return the run with its ending; `answer` is the number of a turn that has an edit.

        Raises:
            ValueError: the answer is no such turn.
        """
        if answer is not None and not self._has_edit(answer):
            raise ValueError(
                f"turn {answer} cannot be the answer of run {self.id}: choose one of "
                f"{[turn.number for turn in self.turns if turn.edit_done]}, or none"
            )
        return self.model_copy(update={"stop": stop, "answer": answer, "failure": failure})

    def _has_edit(self, number: int) -> bool:
        return 1 <= number <= len(self.turns) and self.turns[number - 1].edit_done

"""What a door is asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...memory import SOURCE, ImageRef, InputError, Run, Task, short
from ..principals import LABEL

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_Score = Annotated[float, Field(ge=0, le=10)]


class Bounds(BaseModel):
    """How far one run may go; what is not given is the server's own setting."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    turns: Annotated[int, Field(ge=1, le=100)] | None = None
    """Attempts at most."""

    semantic: _Score | None = None
    """The semantic score that is good enough, 0 to 10."""

    quality: _Score | None = None
    """The quality score that is good enough, 0 to 10."""

    seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] | None = None
    """Wall-clock limit; then the best turn so far is the answer."""

    cost: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """US dollars that this run may spend."""

    rules: Literal["standard", "reference", "exhaustive"] | None = None
    """`reference`: the stop rules of the official script; `exhaustive`: all turns, the best counts."""

    base: Literal["source", "best", "previous"] | None = None
    """Which picture each turn edits."""

    def given(self) -> dict[str, Any]:
        """What differs from the server's own, by the names of settings."""
        return self.model_dump(exclude_none=True)


def check_plain(*texts: str) -> None:
    """See that what a caller says does nothing to the terminal in which somebody reads it.

    Raises:
        InputError: it holds control characters, which terminals obey.
    """
    if any(map(_CONTROL.search, texts)):
        raise InputError(
            "the text holds control characters: leave out all but line breaks and tabs"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One edit that somebody asks for; its pictures are kept already."""

    source: ImageRef
    instruction: str
    mask: ImageRef | None = None
    references: tuple[ImageRef, ...] = ()
    seed: int = 0
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    bounds: Bounds = field(default_factory=Bounds)

    def __post_init__(self) -> None:
        """Refuse what no run can be made of.

        Raises:
            InputError: an empty instruction, a label that is not the caller's to set, or a text
                with control characters.
        """
        check_plain(self.instruction, *self.labels, *self.labels.values())
        if not self.instruction.strip():
            raise InputError("the instruction is empty; say what to change")
        if LABEL in self.labels:
            raise InputError(f"the label {LABEL!r} is set by the server; choose another name")

    def task(self, principal: str) -> Task:
        """The task of a run for this caller."""
        return Task(
            source=self.source,
            instruction=self.instruction,
            mask=self.mask,
            references=self.references,
            seed=self.seed,
            labels={**self.labels, LABEL: principal},
        )

    @property
    def digest(self) -> str:
        """Tells a repetition from another wish."""
        task = self.task("").model_dump_json()
        return sha256(f"{task} {self.bounds.model_dump_json()}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that was asked for."""

    run: Run
    again: bool = False
    """The same request had been made before, and this is its run."""


def fork_of(run: Run, turn: int | None, instruction: str | None) -> Wish:
    """A wish that goes on from a picture of a run; its mask and references do not go along where
    the picture is another one than the source.

    Raises:
        InputError: the run has no such picture.
    """
    number = turn if turn is not None else run.answer
    if number is None:
        said = "is still open: name a turn, or wait for its end" if run.stop is None else "has none"
        raise InputError(f"run {short(run.id)} {said}; there is no answer to go on from")

    if not 0 <= number <= len(run.turns) or (picture := run.picture(number)) is None:
        raise InputError(f"run {short(run.id)} has no picture of a turn {number}")

    labels = {name: value for name, value in run.task.labels.items() if name == "session"}
    same = number == SOURCE
    return Wish(
        source=picture,
        instruction=run.task.instruction if instruction is None else instruction,
        mask=run.task.mask if same else None,
        references=run.task.references if same else (),
        seed=run.task.seed,
        labels={**labels, "parent": run.id, "parent_turn": str(number)},
    )

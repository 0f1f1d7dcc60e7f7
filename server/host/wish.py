"""What a door is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...memory import ImageRef, InputError
from ..principals import LABEL

_Score = Annotated[float, Field(ge=0, le=10)]


class Bounds(BaseModel):
    """How far one run may go; what is not given is the server's own setting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turns: Annotated[int, Field(ge=1, le=100)] | None = None
    """Attempts at most."""

    semantic: _Score | None = None
    """The semantic score that is good enough, 0 to 10."""

    quality: _Score | None = None
    """The quality score that is good enough, 0 to 10."""

    seconds: Annotated[float, Field(gt=0, le=86_400)] | None = None
    """Wall-clock limit; then the best turn so far is the answer."""

    cost: Annotated[float, Field(ge=0)] | None = None
    """US dollars that this run may spend."""

    rules: Literal["standard", "reference", "exhaustive"] | None = None
    base: Literal["source", "best", "previous"] | None = None

    def given(self) -> dict[str, Any]:
        """What differs from the server's own, by the names of settings."""
        return self.model_dump(exclude_none=True)


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
            InputError: an empty instruction, or a label that is not the caller's to set.
        """
        if not self.instruction.strip():
            raise InputError("the instruction is empty; say what to change")
        if LABEL in self.labels:
            raise InputError(f"the label {LABEL!r} is set by the server; choose another name")

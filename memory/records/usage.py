"""What was spent."""

from pydantic import Field

from .frozen import Frozen


class Usage(Frozen):
    """Calls, time, tokens and money; sums with `+`."""

    edits: int = Field(default=0, ge=0)
    """Editor calls that were answered."""

    samples: int = Field(default=0, ge=0)
    """Thinker calls that were answered."""

    seconds: float = Field(default=0.0, ge=0)
    """Time spent waiting for editor and thinker."""

    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cost: float = Field(default=0.0, ge=0)
    """US dollars."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            edits=self.edits + other.edits,
            samples=self.samples + other.samples,
            seconds=self.seconds + other.seconds,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=self.cost + other.cost,
        )

"""The `Thinker` protocol: one verb."""

from dataclasses import dataclass
from typing import Protocol

from ..memory import Critique, Sample
from ..tools import Picture


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a thinker looks at: two pictures and two sentences, and no history."""

    source: Picture
    edited: Picture
    asked: str
    """What the user asked."""

    told: str
    """What the editor was told in this turn."""

    seed: int = 0
    """Another for every fresh sample of the same comparison."""

    sample: int = 1
    """1, and more after answers to the same comparison that could not be read."""

    source_sha256: str = ""
    edited_sha256: str = ""
    """Names of the bytes, for servers that cache pictures by content."""

    key: str = ""
    """`run:turn`, for traces."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A critique and the answer that it was read from."""

    critique: Critique
    sample: Sample
    also: tuple[Sample, ...] = ()
    """Further samples that the critique was made from, unreadable ones too."""


class Thinker(Protocol):
    """Looks at an edit and writes a critique."""

    @property
    def name(self) -> str:
        """What reports and spans call it."""
        ...

    async def critique(self, comparison: Comparison) -> Opinion:
        """Answer once; a fresh sample after a malformed one is the agent's business.

        Raises:
            MalformedCritique: it answered, and the answer holds no critique; carries the sample.
            ThinkerBusy: the same request may succeed later.
            ThinkerError: anything else that went wrong at this border.
            PictureError: one of the pictures cannot be read.
        """
        ...

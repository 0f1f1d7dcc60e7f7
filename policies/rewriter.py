"""The `Rewriter` protocol: one verb. Who words the first instruction, before anything is edited."""

from dataclasses import dataclass
from typing import Protocol

from ..memory import Sample
from ..tools import Picture


@dataclass(frozen=True, slots=True)
class Wish:
    """What a rewriter looks at: the source, and what the user asked."""

    source: Picture
    asked: str
    seed: int = 0
    """Another for every fresh sample of the same wish."""

    source_sha256: str = ""
    key: str = ""
    """`run:1`, for traces."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What turn 1 shall be told, and the answer that it was read from."""

    instruction: str
    sample: Sample


class Rewriter(Protocol):
    """Puts an instruction so that an editor understands it (the paper's think-before-edit)."""

    @property
    def name(self) -> str:
        """What records and spans call it."""
        ...

    async def rewrite(self, wish: Wish) -> Rewriting:
        """Answer once; a fresh sample after a malformed one is the agent's business.

        Raises:
            MalformedCritique: it answered, and the answer holds no instruction; carries the sample.
            ThinkerBusy: the same request may succeed later.
            ThinkerError: anything else that went wrong at this border.
            PictureError: the source cannot be read.
        """
        ...

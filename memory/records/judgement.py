"""What a judge said about a picture, from outside the run that made it."""

from datetime import datetime

from pydantic import Field

from .frozen import Frozen


class Judgement(Frozen):
    """One answer of a judge about one picture, as it was given.

    Unique by question, judge, judge version, sample and attempt.
    """

    suite: str
    """The benchmark whose protocol was used."""

    case: str
    image_sha256: str
    """The picture that was judged."""

    metric: str
    """The call: one of the suite's metrics, or `preference` where two pictures were compared."""

    judge: str
    """The model that was asked."""

    judge_version: str = ""
    """What the user pins beside its name; empty where the name says it all."""

    protocol: str
    """Whose words were used, and a digest of them: `ours@1f2e…`, `official@9ab0…`."""

    question: str
    """SHA-256 of everything that was asked: texts, pictures, their order and the parameters."""

    sample: int = Field(default=0, ge=0)
    """0, 1, 2 …: independent opinions about the same."""

    attempt: int = Field(default=0, ge=0)
    """0, or one more than that of an answer that could not be read."""

    text: str | None
    """Word for word; None where the judge refused for good."""

    failure: str | None = None
    """Why there is no text."""

    said_model: str = ""
    """What the server called itself in its answer."""

    seconds: float = Field(default=0.0, ge=0)
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cost: float = Field(default=0.0, ge=0)
    """US dollars, where a price is known."""

    created: datetime

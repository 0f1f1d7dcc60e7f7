"""What the tools answer, as data: small, and never with the bytes of a picture."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["running", "paused", "done", "refused", "failed"]


class Facts(BaseModel):
    """Facts of an answer: its first text block as JSON, and its structured content."""

    model_config = ConfigDict(frozen=True)


class PictureFacts(BaseModel):
    """A picture, by its names."""

    model_config = ConfigDict(frozen=True)

    handle: str = Field(description="What to give a tool as `image`.")
    uri: str = Field(description="The resource with the full picture.")
    sha256: str
    mime: str
    size: int = Field(description="Bytes.")
    width: int
    height: int
    url: str | None = Field(default=None, description="Where its bytes can be fetched over HTTP.")
    path: str | None = Field(default=None, description="The file that it was written to.")
    unwritten: str | None = Field(default=None, description="Why there is no such file.")


class Scores(BaseModel):
    """From 0 to 10; absent where nobody gave any."""

    model_config = ConfigDict(frozen=True)

    overall: float | None = None
    semantic: float | None = Field(
        default=None, description="Instruction followed, nothing else changed."
    )
    quality: float | None = Field(default=None, description="Natural, free of artefacts.")


class TurnFacts(BaseModel):
    """One edit and what was thought of it."""

    model_config = ConfigDict(frozen=True)

    turn: int
    line: str = Field(description="The turn in one line.")
    scores: Scores
    handle: str | None = Field(default=None, description="The turn's picture, where there is one.")


class RunFacts(Facts):
    """A run as it is now."""

    run: str
    status: Status
    instruction: str
    scores: Scores = Field(description="Of the best picture so far.")
    target: Scores = Field(description="What is good enough.")
    reached: bool = Field(description="The best picture so far is good enough.")
    shown: int | None = Field(
        default=None, description="The turn of the picture that is shown; 0 is the source."
    )
    turns: list[TurnFacts]
    critique: str = Field(
        default="", description="What the thinker says of the picture that is shown."
    )
    output: PictureFacts | None = Field(default=None, description="The best picture so far.")
    why: str = Field(default="", description="Why it ended, or what went wrong.")
    source: str = Field(description="The handle of the picture before the edit.")
    parent: str | None = Field(default=None, description="The run that this one goes on from.")
    session: str | None = None
    cost: float = Field(default=0.0, description="US dollars.")
    seconds: float = 0.0
    next: str = Field(default="", description="What to call next.")


class Compared(Facts):
    """Runs beside each other."""

    runs: list[RunFacts]
    best: str | None = Field(default=None, description="The run with the highest score.")
    order: list[str] = Field(description="What the cells of the picture show, row by row.")
    next: str = Field(default="", description="What to call next.")


class Listed(BaseModel):
    """A picture that may be named."""

    model_config = ConfigDict(frozen=True)

    handle: str
    name: str
    when: str
    kind: Literal["run", "file"]
    score: float | None = None
    status: str | None = None
    path: str | None = None


class Images(Facts):
    """Pictures that may be named, newest first."""

    images: list[Listed]
    order: list[str] = Field(description="What the cells of the picture show, row by row.")
    next: str = Field(default="", description="What to call next.")


class Upload(Facts):
    """Leave to send a picture, or the picture that was sent."""

    status: Literal["waiting", "received"]
    ticket: str
    url: str | None = None
    expires: str | None = None
    image: str | None = Field(default=None, description="The handle of the picture that was sent.")
    next: str = Field(default="", description="What to call next.")


class Rated(Facts):
    """What was written down about a run."""

    run: str
    turn: int | None = None
    about: str
    value: bool | int | float | str | None = None
    note: str = ""
    by: str

"""What answers are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field

from ...memory import Failure, Finding, ImageRef, Run, RunStatus, Spread, Stop, Turn, Usage, short
from ...memory.store import Annotation, RunSummary
from ...memory.store.annotation import Kind, Value


class PictureBody(BaseModel):
    """A picture that is kept."""

    handle: str = Field(description="What to call it in further requests.")
    sha256: str
    media_type: str
    width: int = Field(description="Pixels, as a person sees it.")
    height: int
    size: int = Field(description="Bytes.")
    degraded: list[str] = Field(description="What its 8-bit sRGB view loses.")
    url: str = Field(description="Where its bytes are; `?w=` makes it smaller.")

    @classmethod
    def of(cls, image: ImageRef, root: str = "") -> Self:
        """Describe a picture; `root` is the path that the API stands under."""
        return cls(
            handle=f"editloop://image/{image.sha256}",
            url=f"{root}/v1/blobs/{image.sha256}",
            degraded=list(image.degraded),
            **image.model_dump(exclude={"degraded"}),
        )


class TurnBody(BaseModel):
    """One edit and its critique."""

    number: int
    instruction: str = Field(description="What the editor was told.")
    base: int = Field(description="The picture that was edited: 0 the source, or a turn.")
    image: PictureBody | None = Field(description="The edit; none when the editor failed.")
    done: bool = Field(description="Both halves are on record.")
    score: float | None = Field(description="Geometric mean of the two, 0 to 10.")
    semantic: float | None
    quality: float | None
    satisfied: bool | None = Field(description="The stop flag of a thinker that gives one.")
    reasoning: str | None
    refined: str | None = Field(description="What to tell the editor next.")
    spread: Spread | None
    notes: list[str]
    findings: list[Finding]
    failure: Failure | None
    seconds: float
    cost: float = Field(description="US dollars.")

    @classmethod
    def of(cls, turn: Turn, root: str = "") -> Self:
        """Describe a turn."""
        critique, score = turn.critique, turn.score
        return cls(
            number=turn.number,
            instruction=turn.instruction,
            base=turn.base,
            image=PictureBody.of(turn.edited, root) if turn.edited else None,
            done=turn.done,
            score=round(score.overall, 3) if score else None,
            semantic=score.semantic if score else None,
            quality=score.quality if score else None,
            satisfied=critique.satisfied if critique else None,
            reasoning=critique.reasoning if critique else None,
            refined=critique.refined if critique else None,
            spread=critique.spread if critique else None,
            notes=list(turn.notes),
            findings=list(turn.findings),
            failure=turn.failure,
            seconds=round(turn.usage.seconds, 3),
            cost=turn.usage.cost,
        )


class RunLinks(BaseModel):
    """Where to go from a run."""

    self: str
    events: str
    answer: str
    cancel: str
    resume: str
    fork: str
    annotations: str


class RunBody(BaseModel):
    """A run: what was asked, its turns, and how it ended."""

    id: str
    short: str = Field(description="What people type.")
    created: datetime
    status: RunStatus
    paused: bool = Field(description="Open, and nobody goes on with it until it is resumed.")
    instruction: str
    source: PictureBody
    mask: PictureBody | None
    references: list[PictureBody]
    seed: int
    labels: dict[str, str]
    session: str | None
    editor: str
    thinker: str
    turns: list[TurnBody]
    best: int | None = Field(description="The best turn so far; the answer of a closed run.")
    answer: int | None = Field(description="The turn that is the answer; none while open.")
    image: PictureBody | None = Field(description="The picture of `best`.")
    score: float | None = Field(description="Of `best`, 0 to 10.")
    stop: Stop | None
    failure: Failure | None
    usage: Usage
    trace_id: str | None
    links: RunLinks

    @classmethod
    def of(cls, run: Run, best: Turn | None, *, paused: bool, root: str = "") -> Self:
        """Describe a run; `best` is the turn that would be the answer now."""

        def picture(image: ImageRef | None) -> PictureBody | None:
            return PictureBody.of(image, root) if image else None

        labels = dict(run.task.labels)
        return cls(
            id=run.id,
            short=short(run.id),
            created=run.created,
            status=run.status,
            paused=paused,
            instruction=run.task.instruction,
            source=PictureBody.of(run.task.source, root),
            mask=picture(run.task.mask),
            references=[PictureBody.of(each, root) for each in run.task.references],
            seed=run.task.seed,
            labels=labels,
            session=labels.get("session"),
            editor=run.editor,
            thinker=run.thinker,
            turns=[TurnBody.of(turn, root) for turn in run.turns],
            best=best.number if best else None,
            answer=run.answer,
            image=picture(best.edited) if best else None,
            score=round(best.score.overall, 3) if best and best.score else None,
            stop=run.stop,
            failure=run.failure,
            usage=run.usage,
            trace_id=run.trace_id,
            links=links_of(run.id, root),
        )


class RunLine(BaseModel):
    """One run in a list."""

    id: str
    created: datetime
    instruction: str
    status: RunStatus
    stop: str | None
    turns: int
    semantic: float | None
    quality: float | None
    editor: str
    thinker: str
    seconds: float
    cost: float
    source: str = Field(description="The handle of its source.")
    answer: str | None = Field(description="The handle of its answer.")
    url: str

    @classmethod
    def of(cls, line: RunSummary, root: str = "") -> Self:
        """Describe a line of a list."""
        plain = line.plain()
        source, answer = plain.pop("source_sha"), plain.pop("answer_sha")
        plain["seconds"] = round(plain["seconds"], 3)
        return cls(
            **plain,
            source=f"editloop://image/{source}",
            answer=f"editloop://image/{answer}" if answer else None,
            url=f"{root}/v1/runs/{line.id}",
        )


class RunsBody(BaseModel):
    """A page of runs, newest first."""

    runs: list[RunLine]
    next: str | None = Field(description="The cursor of the next page; none: this was the last.")

    @classmethod
    def of(cls, lines: Sequence[RunSummary], following: str | None, root: str = "") -> Self:
        """Describe a page."""
        return cls(runs=[RunLine.of(line, root) for line in lines], next=following)


class AnnotationBody(BaseModel):
    """What somebody said about a run."""

    about: str
    value: Value
    turn: int | None
    note: str
    kind: Kind
    author: str
    created: datetime

    @classmethod
    def of(cls, said: Annotation) -> Self:
        """Describe an annotation."""
        return cls(about=said.name, **said.model_dump(exclude={"name"}))


class AnnotationsBody(BaseModel):
    """What was said about a run, in the order of saying."""

    annotations: list[AnnotationBody]


class TicketBody(BaseModel):
    """Leave to send one picture, once."""

    id: str
    url: str = Field(description="Where to send it. Whoever knows it may: keep it to yourself.")
    method: Literal["PUT"] = "PUT"
    expires: datetime
    max_bytes: int


class UploadBody(BaseModel):
    """What became of a ticket."""

    picture: PictureBody | None = Field(description="What was sent; none: nothing yet.")


class EditorBody(BaseModel):
    """Who edits."""

    name: str
    mask: bool
    references: int
    options: list[str]


class IndexBody(BaseModel):
    """Where one is."""

    service: Literal["editloop"] = "editloop"
    version: str
    principal: str = Field(description="Who you are here.")
    editor: EditorBody
    thinker: str
    max_bytes: int = Field(description="Of one request.")
    widths: list[int] = Field(description="What `?w=` takes.")
    links: dict[str, str]


class ReadyBody(BaseModel):
    """Whether requests would be answered."""

    ready: bool
    why: str


def links_of(run_id: str, root: str = "") -> RunLinks:
    """Where to go from a run."""
    here = f"{root}/v1/runs/{run_id}"
    names = ("events", "answer", "cancel", "resume", "fork", "annotations")
    return RunLinks(self=here, **{name: f"{here}/{name}" for name in names})

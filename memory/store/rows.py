# pyright: reportAssignmentType=false
# (SQLModel's type of __tablename__ is that of a function, though a plain name is what it documents)
"""The tables. They do not validate: records do, and `translate` stands between the two.

Nothing is loaded through relations; every read says what it joins.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, MetaData, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from .columns import Document, Exact, Key, Real, Seed, Utc

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
"""Names that both databases share, so that a migration can name what it changes."""


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """The base of all rows, with tables of its own: nobody else's land in our schema."""


_ZERO = {"server_default": text("0")}
"""Of a column that rows had not when they were written."""


def of_run(*, key: bool = False) -> Any:
    """Return a column that names a run and vanishes with it."""
    return Field(sa_type=Key, foreign_key="run.id", ondelete="CASCADE", primary_key=key)


def _of_turn() -> ForeignKeyConstraint:
    """Return the constraint of a row that vanishes with its turn."""
    return ForeignKeyConstraint(
        ["run_id", "turn_number"], ["turn.run_id", "turn.number"], ondelete="CASCADE"
    )


class ImageRow(Row, table=True):
    """A picture's facts. The bytes decide them, so that the first writer's stay."""

    __tablename__ = "image"

    sha256: str = Field(primary_key=True, max_length=64)
    media_type: str = Field(sa_type=Exact)
    width: int
    height: int
    size: int = Field(sa_type=BigInteger)
    degraded: list[str] = Field(sa_type=Document)


class RunRow(Row, table=True):
    """A run, its task, its lease, and a summary of its turns that lists are read from."""

    __tablename__ = "run"
    __table_args__ = (
        Index(None, "created", "id"),
        Index(None, "status", "created", "id"),
    )

    id: str = Field(primary_key=True, sa_type=Key)
    created: datetime = Field(sa_type=Utc)
    status: str
    instruction: str = Field(sa_type=Exact)
    source_sha: str = Field(foreign_key="image.sha256", index=True)
    mask_sha: str | None = Field(default=None, foreign_key="image.sha256", index=True)
    seed: int = Field(sa_type=Seed)
    editor: str = Field(sa_type=Exact)
    thinker: str = Field(sa_type=Exact)
    settings: dict[str, Any] = Field(sa_type=Document)
    trace_id: str | None = Field(default=None, sa_type=Exact)
    span_id: str | None = Field(default=None, sa_type=Exact)
    stop_reason: str | None = None
    stop_detail: str | None = Field(default=None, sa_type=Exact)
    answer: int | None = None
    answer_sha: str | None = Field(default=None, foreign_key="image.sha256")
    failure: dict[str, Any] | None = Field(default=None, sa_type=Document)
    lease_owner: str | None = Field(default=None, sa_type=Exact)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    turns: int = 0
    best_semantic: float | None = Field(default=None, sa_type=Real)
    best_quality: float | None = Field(default=None, sa_type=Real)
    best_overall: float | None = Field(default=None, sa_type=Real)
    seconds: float = Field(default=0.0, sa_type=Real)
    cost: float = Field(default=0.0, sa_type=Real)


class LabelRow(Row, table=True):
    """One of the user's own words about a task."""

    __tablename__ = "label"

    run_id: str = of_run(key=True)
    name: str = Field(primary_key=True, sa_type=Key, index=True)
    value: str = Field(sa_type=Exact)


class ReferenceRow(Row, table=True):
    """A further picture of a task, in its order."""

    __tablename__ = "reference"

    run_id: str = of_run(key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    image_sha: str = Field(foreign_key="image.sha256", index=True)


class TurnRow(Row, table=True):
    """A turn: the edit half, then the critique half. `base_sha` to `edited_sha` is the lineage."""

    __tablename__ = "turn"

    run_id: str = of_run(key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    instruction: str = Field(sa_type=Exact)
    base: int
    base_sha: str = Field(foreign_key="image.sha256", index=True)
    seed: int = Field(sa_type=Seed)
    edited_sha: str | None = Field(default=None, foreign_key="image.sha256", index=True)
    edit_seconds: float = Field(sa_type=Real)
    edit_cost: float = Field(sa_type=Real)
    notes: list[str] = Field(sa_type=Document)
    findings: list[dict[str, Any]] | None = Field(default=None, sa_type=Document)
    semantic: float | None = Field(default=None, sa_type=Real)
    quality: float | None = Field(default=None, sa_type=Real)
    reasoning: str | None = Field(default=None, sa_type=Exact)
    refined: str | None = Field(default=None, sa_type=Exact)
    satisfied: bool | None = None
    spread: dict[str, Any] | None = Field(default=None, sa_type=Document)
    failure: dict[str, Any] | None = Field(default=None, sa_type=Document)


class SampleRow(Row, table=True):
    """One answer of a thinker, in the order of asking."""

    __tablename__ = "sample"
    __table_args__ = (_of_turn(),)

    run_id: str = Field(primary_key=True, sa_type=Key)
    turn_number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    text: str = Field(sa_type=Exact)
    verdict: str
    problem: str | None = Field(default=None, sa_type=Exact)
    finish_reason: str | None = Field(default=None, sa_type=Exact)
    seed: int | None = Field(default=None, sa_type=Seed)
    input_tokens: int = Field(sa_type=BigInteger)
    output_tokens: int = Field(sa_type=BigInteger)
    seconds: float = Field(sa_type=Real)
    cost: float = Field(sa_type=Real)
    response_id: str | None = Field(default=None, sa_type=Exact)
    by: str | None = Field(default=None, sa_type=Exact)


class TraceRow(Row, table=True):
    """A further trace of a run that was resumed; the first is in the run's own row."""

    __tablename__ = "trace"

    run_id: str = of_run(key=True)
    trace_id: str = Field(primary_key=True, sa_type=Key)
    span_id: str = Field(primary_key=True, sa_type=Key)
    position: int


class AnnotationRow(Row, table=True):
    """What somebody said about a run or one of its turns, in the order of saying."""

    __tablename__ = "annotation"
    __table_args__ = (_of_turn(),)

    id: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(sa_type=Key, foreign_key="run.id", ondelete="CASCADE", index=True)
    turn_number: int | None = None
    kind: str
    name: str = Field(sa_type=Exact)
    value: Any = Field(default=None, sa_type=Document, nullable=True)
    author: str = Field(sa_type=Exact)
    note: str = Field(sa_type=Exact)
    created: datetime = Field(sa_type=Utc)


class _CallRow(Row):
    """The name of a call to a judge."""

    question: str = Field(primary_key=True, sa_type=Key)
    judge: str = Field(primary_key=True, sa_type=Key)
    judge_version: str = Field(primary_key=True, sa_type=Key)
    sample: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    attempt: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class JudgementRow(_CallRow, table=True):
    """One answer of a judge. It names its picture and hangs on no run: the next run that makes the
    same picture is judged by it too."""

    __tablename__ = "judgement"
    __table_args__ = (Index(None, "suite", "case"),)

    suite: str = Field(sa_type=Key)
    case: str = Field(sa_type=Key)
    image_sha256: str = Field(max_length=64)
    metric: str = Field(sa_type=Exact)
    protocol: str = Field(sa_type=Exact)
    text: str | None = Field(default=None, sa_type=Exact)
    failure: str | None = Field(default=None, sa_type=Exact)
    said_model: str = Field(sa_type=Exact)
    seconds: float = Field(sa_type=Real)
    input_tokens: int = Field(sa_type=BigInteger)
    output_tokens: int = Field(sa_type=BigInteger)
    cost: float = Field(sa_type=Real)
    created: datetime = Field(sa_type=Utc)


class JudgingRow(_CallRow, table=True):
    """A call that a worker is about to make; gone once its answer is written."""

    __tablename__ = "judging"

    owner: str = Field(sa_type=Exact)
    until: datetime = Field(sa_type=Utc)


class JobRow(Row, table=True):
    """A run that a door was asked for, and whether it is to be worked on."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "wanted", "queued"), Index(None, "principal", "queued"))

    run_id: str = of_run(key=True)
    principal: str = Field(sa_type=Key)
    wanted: str
    tries: int = 0
    queued: datetime = Field(sa_type=Utc)
    place: int = Field(default=0, sa_column_kwargs=_ZERO)
    listeners: int = Field(default=0, sa_column_kwargs=_ZERO)


class RequestRow(Row, table=True):
    """An idempotency key and the run that its first request began."""

    __tablename__ = "request"

    principal: str = Field(primary_key=True, sa_type=Key)
    key: str = Field(primary_key=True, sa_type=Key)
    print: str = Field(sa_type=Exact)
    run_id: str = of_run()
    created: datetime = Field(sa_type=Utc, index=True)


class UploadRow(Row, table=True):
    """Leave to send a picture, and what was sent."""

    __tablename__ = "upload"

    id: str = Field(primary_key=True, sa_type=Key)
    principal: str = Field(sa_type=Key)
    sha256: str | None = Field(default=None, max_length=64, index=True)
    expires: datetime = Field(sa_type=Utc)
    created: datetime = Field(sa_type=Utc, index=True)

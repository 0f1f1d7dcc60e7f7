"""What is added to a run from outside its loop: annotations and further traces."""

from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from ..errors import StoreDamaged, StoreError
from ..records import short
from .annotation import Annotation, Trace
from .leases import Worker, hold, missing
from .rows import AnnotationRow, TraceRow
from .statements import READ_RUN, RUN

_FIRST_TRACE = (
    update(RUN)
    .where(RUN.c.id == bindparam("this"), RUN.c.trace_id.is_(None), RUN.c.turns == 0)
    .values(trace_id=bindparam("trace_id"), span_id=bindparam("span_id"))
)
"""A run that was written down before anybody worked on it has no trace yet."""


def annotate(connection: Connection, run_id: str, annotation: Annotation) -> None:
    """Add an annotation; anybody may, at any time.

    Raises:
        RunNotFound: there is no such run.
        StoreError: it has no such turn.
    """
    turns = connection.scalar(select(RUN.c.turns).where(RUN.c.id == run_id))
    if turns is None:
        raise missing(run_id)
    if annotation.turn is not None and annotation.turn > turns:
        raise StoreError(f"run {short(run_id)} has {turns} turns, not a turn {annotation.turn}")
    insert_annotations(connection, run_id, [annotation])


def insert_annotations(
    connection: Connection, run_id: str, annotations: Sequence[Annotation]
) -> None:
    """Insert annotations in their order."""
    for annotation in annotations:
        values = annotation.model_dump(exclude={"turn"})
        keys = {"run_id": run_id, "turn_number": annotation.turn}
        connection.execute(insert(AnnotationRow.metadata.tables["annotation"]), keys | values)


def annotations(connection: Connection, run_id: str) -> list[Annotation]:
    """Return what was said about a run, in the order of saying.

    Raises:
        RunNotFound: there is no such run.
    """
    if connection.execute(READ_RUN, {"this": run_id}).first() is None:
        raise missing(run_id)
    return annotations_of(connection, [run_id])[run_id]


def annotations_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Annotation]]:
    """Return what was said about each of these runs."""
    query = select(AnnotationRow).where(col(AnnotationRow.run_id).in_(ids))
    found: dict[str, list[Annotation]] = {run_id: [] for run_id in ids}
    with Session(connection) as session:
        for row in session.scalars(query.order_by(col(AnnotationRow.id))):
            found[row.run_id].append(_annotation(row))
    return found


def trace(connection: Connection, run_id: str, further: Trace, worker: Worker) -> None:
    """Add the trace of an attempt; the same again changes nothing."""
    hold(connection, run_id, worker)
    first = further.model_dump()
    if connection.execute(_FIRST_TRACE, {"this": run_id} | first).rowcount == 1:
        return
    known = traces_of(connection, [run_id])[run_id]
    if further not in known:
        insert_traces(connection, run_id, [further], start=len(known))


def insert_traces(
    connection: Connection, run_id: str, traces: Sequence[Trace], *, start: int = 0
) -> None:
    """Insert traces in their order."""
    for position, each in enumerate(traces, start):
        values = {"run_id": run_id, "position": position} | each.model_dump()
        connection.execute(insert(TraceRow.metadata.tables["trace"]), values)


def traces_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Trace]]:
    """Return the further traces of each of these runs."""
    query = select(TraceRow).where(col(TraceRow.run_id).in_(ids))
    found: dict[str, list[Trace]] = {run_id: [] for run_id in ids}
    with Session(connection) as session:
        for row in session.scalars(query.order_by(col(TraceRow.position))):
            found[row.run_id].append(Trace(trace_id=row.trace_id, span_id=row.span_id))
    return found


def _annotation(row: AnnotationRow) -> Annotation:
    values = {name: getattr(row, name) for name in Annotation.model_fields if name != "turn"}
    try:
        return Annotation.model_validate(values | {"turn": row.turn_number})
    except ValidationError as error:
        raise StoreDamaged(f"an annotation of run {row.run_id} cannot be read: {error}") from error

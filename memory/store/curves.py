"""Many runs in short, in a handful of queries: what reports over thousands of runs are made of."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select
from sqlmodel import col

from ..reasons import RunStatus
from .rows import LabelRow, ReferenceRow, RunRow, SampleRow, TurnRow


class CurveTurn(NamedTuple):
    """A turn in short."""

    number: int
    edited_sha: str | None
    semantic: float | None
    quality: float | None
    satisfied: bool | None
    looked_at: bool
    """Whether there is a critique."""

    edit_seconds: float
    edit_cost: float
    think_seconds: float
    think_cost: float


class Curve(NamedTuple):
    """A run in short."""

    value: str
    """Of the label that it was found by."""

    run_id: str
    status: RunStatus
    rules: str
    stop_reason: str | None
    answer: int | None
    answer_sha: str | None
    failure: dict[str, Any] | None
    sources: tuple[str, ...]
    """The source, then the references."""

    turns: tuple[CurveTurn, ...]


def curves(connection: Connection, name: str, prefix: str) -> list[Curve]:
    """Return the runs with a label of this name whose value begins so, oldest first."""
    turns = _turns(connection, name, prefix)
    references = _references(connection, name, prefix)
    found: list[Curve] = []
    run = RunRow
    columns = (col(LabelRow.value), col(run.id), col(run.status), col(run.settings))
    ending = (col(run.stop_reason), col(run.answer), col(run.answer_sha), col(run.failure))
    query = _of_label(select(*columns, *ending, col(run.source_sha)), col(run.id), name, prefix)
    for row in _rows(connection, query.order_by(col(run.created), col(run.id))):
        value, run_id, status, settings, stop, answer, sha, failure, source = row
        found.append(
            Curve(
                value=value,
                run_id=run_id,
                status=status,
                rules=str(settings.get("rules", "")),
                stop_reason=stop,
                answer=answer,
                answer_sha=sha,
                failure=failure,
                sources=(source, *references.get(run_id, ())),
                turns=tuple(turns.get(run_id, ())),
            )
        )
    return found


def _rows(connection: Connection, query: Any) -> Iterable[Any]:
    found: Iterable[Any] = connection.execute(query).all()
    return found


def _of_label(query: Any, run_id: Any, name: str, prefix: str) -> Any:
    return query.join(LabelRow, col(LabelRow.run_id) == run_id).where(
        col(LabelRow.name) == name, col(LabelRow.value).startswith(prefix, autoescape=True)
    )


def _turns(connection: Connection, name: str, prefix: str) -> dict[str, list[CurveTurn]]:
    thought = _thought(connection, name, prefix)
    turn = TurnRow
    scores = (col(turn.semantic), col(turn.quality), col(turn.satisfied), col(turn.refined))
    query = select(
        col(turn.run_id), col(turn.number), col(turn.edited_sha), *scores,
        col(turn.edit_seconds), col(turn.edit_cost),
    )  # fmt: skip
    query = _of_label(query, col(turn.run_id), name, prefix)
    found: dict[str, list[CurveTurn]] = {}
    for row in _rows(connection, query.order_by(col(turn.run_id), col(turn.number))):
        run_id, number, sha, semantic, quality, satisfied, refined, seconds, cost = row
        more = thought.get((run_id, number), (0.0, 0.0))
        one = CurveTurn(
            number, sha, semantic, quality, satisfied, refined is not None, seconds, cost, *more
        )
        found.setdefault(run_id, []).append(one)
    return found


def _thought(
    connection: Connection, name: str, prefix: str
) -> dict[tuple[str, int], tuple[float, float]]:
    """Seconds and dollars of the thinker per turn."""
    keys = (col(SampleRow.run_id), col(SampleRow.turn_number))
    sums = (func.sum(col(SampleRow.seconds)), func.sum(col(SampleRow.cost)))
    query = _of_label(select(*keys, *sums), keys[0], name, prefix).group_by(*keys)
    return {(row[0], row[1]): (row[2], row[3]) for row in _rows(connection, query)}


def _references(connection: Connection, name: str, prefix: str) -> dict[str, list[str]]:
    keys = (col(ReferenceRow.run_id), col(ReferenceRow.position))
    query = _of_label(select(*keys, col(ReferenceRow.image_sha)), keys[0], name, prefix)
    found: dict[str, list[str]] = {}
    for run_id, _, sha in _rows(connection, query.order_by(*keys)):
        found.setdefault(run_id, []).append(sha)
    return found

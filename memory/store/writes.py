"""What a run writes down: each step once, in one transaction that also proves who owns the run."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from ..errors import StoreError
from ..records import SOURCE, ImageRef, Run, Sample, Turn, short
from . import statements, translate
from .leases import Worker, hold
from .translate import Values


def opened(connection: Connection, run: Run, worker: Worker) -> None:
    """Insert a run without turns, and hold it."""
    if run.turns or run.stop:
        raise StoreError(f"run {short(run.id)} has begun already; only a fresh run can be opened")
    lease = {"lease_owner": worker.name, "lease_until": worker.until()}
    insert_run(connection, run, lease)


def insert_run(connection: Connection, run: Run, lease: Values | None = None) -> None:
    """Insert a run and its task, held by nobody unless a lease is given.

    Raises:
        StoreError: there is a run of this name.
    """
    add_images(connection, translate.pictures(run.task))
    add_run = statements.ADD_RUN[connection.dialect.name]
    values = translate.run_values(run) | (lease or {"lease_owner": None, "lease_until": None})
    if connection.execute(add_run, values).rowcount != 1:
        raise StoreError(f"there is a run {run.id} already; open it under a new name")
    if references := translate.reference_values(run):
        connection.execute(statements.ADD_REFERENCES, references)
    if labels := translate.label_values(run):
        connection.execute(statements.ADD_LABELS, labels)


def edited(connection: Connection, run_id: str, turn: Turn, worker: Worker) -> None:
    """Write the edit half of a turn; the same half again changes nothing."""
    held = hold(connection, run_id, worker)
    if turn.number <= held.turns:
        row = _turn_row(connection, run_id, turn.number)
        _same(run_id, turn.number, row, translate.edit_values(run_id, turn))
        return
    if turn.number != held.turns + 1:
        raise StoreError(f"turn {turn.number} does not follow the {held.turns} of {short(run_id)}")
    if not (turn.edited or turn.failure):
        raise StoreError(f"turn {turn.number} of {short(run_id)} has no edit and no failure")
    insert_edit(connection, run_id, turn, held.source_sha)


def insert_edit(connection: Connection, run_id: str, turn: Turn, source_sha: str) -> None:
    """Insert the edit half and count it."""
    if turn.edited:
        add_images(connection, [turn.edited])
    base = source_sha if turn.base == SOURCE else _base_sha(connection, run_id, turn)
    values = translate.edit_values(run_id, turn)
    connection.execute(statements.ADD_TURN, values | {"base_sha": base})
    _spend(connection, run_id, turn.edit_seconds, turn.edit_cost, turns=1)


def sampled(
    connection: Connection, run_id: str, turn_number: int, sample: Sample, worker: Worker
) -> None:
    """Append one answer of the thinker to a turn."""
    held = hold(connection, run_id, worker)
    if not 1 <= turn_number <= held.turns:
        raise _no_edit(run_id, turn_number)
    here = {"this": run_id, "of_turn": turn_number}
    position = connection.scalar(statements.COUNT_SAMPLES, here) or 0
    insert_samples(connection, run_id, turn_number, [sample], start=position)


def insert_samples(
    connection: Connection,
    run_id: str,
    turn_number: int,
    samples: Sequence[Sample],
    *,
    start: int = 0,
) -> None:
    """Insert answers from a position on, and count what they took."""
    if not samples:
        return
    rows = [
        translate.sample_values(run_id, turn_number, position, sample)
        for position, sample in enumerate(samples, start)
    ]
    connection.execute(statements.ADD_SAMPLES, rows)
    _spend(connection, run_id, sum(s.seconds for s in samples), sum(s.cost for s in samples))


def critiqued(connection: Connection, run_id: str, turn: Turn, worker: Worker) -> None:
    """Write the critique half of a turn and those samples that are not written yet."""
    held = hold(connection, run_id, worker)
    if turn.number > held.turns:
        raise _no_edit(run_id, turn.number)
    if not turn.done:
        raise StoreError(f"turn {turn.number} of {short(run_id)} has no critique and no failure")
    row = _turn_row(connection, run_id, turn.number)
    _same(run_id, turn.number, row, translate.edit_values(run_id, turn))
    written = _written_samples(connection, run_id, turn)
    if row["refined"] is None and row["failure"] is None:
        insert_samples(connection, run_id, turn.number, turn.samples[written:], start=written)
        write_critique(connection, run_id, turn)
        return
    _same(run_id, turn.number, row, translate.critique_values(turn))
    if len(turn.samples) != written:
        raise _otherwise(run_id, turn.number, "samples")


def write_critique(connection: Connection, run_id: str, turn: Turn) -> None:
    """Fill in the critique half, and the summary of the run where this turn is its best."""
    values = translate.critique_values(turn) | {"this": run_id, "turn_number": turn.number}
    connection.execute(statements.SET_TURN, values)
    score = turn.critique.score if turn.critique else None
    if score is not None:
        best = {"best_semantic": score.semantic, "best_quality": score.quality}
        overall = {"this": run_id, "overall": score.overall}
        connection.execute(statements.SET_BEST, best | overall)


def closed(connection: Connection, run: Run, worker: Worker) -> None:
    """Write the ending and let the run go; the same ending again changes nothing."""
    if run.stop is None:
        raise StoreError(f"run {short(run.id)} has no reason to stop; release it to resume later")
    row = connection.execute(statements.READ_RUN, {"this": run.id}).mappings().first()
    if row and all(row[name] == value for name, value in translate.ending_values(run).items()):
        return
    # The job before the run, as whoever claims it has it: nobody deadlocks.
    connection.execute(statements.JOB_DONE, {"this": run.id})
    hold(connection, run.id, worker)
    write_ending(connection, run)


def write_ending(connection: Connection, run: Run) -> None:
    """Fill in the ending and end the lease."""
    sha = None if run.answer is None else _answer_sha(connection, run.id, run.answer)
    lease = {"lease_owner": None, "lease_until": None}
    values = translate.ending_values(run) | lease | {"answer_sha": sha, "this": run.id}
    connection.execute(statements.SET_RUN, values)


def add_images(connection: Connection, images: Iterable[ImageRef]) -> None:
    """Insert pictures that are not known yet; in one order for all, so that nobody deadlocks."""
    add_image = statements.ADD_IMAGE[connection.dialect.name]
    for image in sorted(images, key=lambda image: image.sha256):
        connection.execute(add_image, translate.image_values(image))


def _spend(
    connection: Connection, run_id: str, seconds: float, cost: float, *, turns: int = 0
) -> None:
    """Add to what the summary of a run has counted."""
    more = {"more_turns": turns, "more_seconds": seconds, "more_cost": cost}
    if any(more.values()):
        connection.execute(statements.SPEND, {"this": run_id} | more)


def _base_sha(connection: Connection, run_id: str, turn: Turn) -> str:
    """Return the picture of the earlier turn that this one edits."""
    sha: str | None = None
    if turn.base < turn.number:
        here = {"this": run_id, "turn_number": turn.base}
        sha = connection.scalar(statements.EDITED_SHA, here)
    if sha is None:
        raise StoreError(
            f"turn {turn.number} of {short(run_id)} edits the picture of turn {turn.base}, "
            "which has none"
        )
    return sha


def _answer_sha(connection: Connection, run_id: str, number: int) -> str:
    """Return the picture of the turn that is the answer."""
    here = {"this": run_id, "turn_number": number}
    sha: str | None = connection.scalar(statements.EDITED_SHA, here)
    if sha is None:
        raise StoreError(f"turn {number} of {short(run_id)} has no picture to be the answer")
    return sha


def _turn_row(connection: Connection, run_id: str, number: int) -> Mapping[str, Any]:
    here = {"this": run_id, "turn_number": number}
    return dict(connection.execute(statements.READ_TURN, here).mappings().one())


def _written_samples(connection: Connection, run_id: str, turn: Turn) -> int:
    """Return how many samples of a turn are written; they must be its first."""
    here = {"this": run_id, "of_turn": turn.number}
    rows = connection.execute(statements.READ_SAMPLES, here).mappings().all()
    if len(rows) > len(turn.samples):
        raise _otherwise(run_id, turn.number, "samples")
    for row, sample in zip(rows, turn.samples, strict=False):
        _same(run_id, turn.number, dict(row), sample.model_dump())
    return len(rows)


def _same(run_id: str, number: int, row: Mapping[str, Any], values: Values) -> None:
    """Refuse to write something else over what is written."""
    for name, value in values.items():
        if row[name] != value:
            raise _otherwise(run_id, number, name)


def _otherwise(run_id: str, number: int, what: str) -> StoreError:
    return StoreError(
        f"turn {number} of {short(run_id)} is written already, with another value of {what!r}; "
        "read the run again before going on"
    )


def _no_edit(run_id: str, number: int) -> StoreError:
    return StoreError(f"turn {number} of {short(run_id)} is not written yet; write its edit first")

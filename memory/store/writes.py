"""What a run writes down: each step once, in one transaction that also proves who owns the run."""

from collections.abc import Iterable, Sequence

from sqlalchemy import RowMapping, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from ..errors import StoreError
from ..records import SOURCE, ImageRef, Run, Sample, Turn, short
from . import translate
from .leases import Held, Worker, hold
from .rows import ImageRow, LabelRow, ReferenceRow, Row, RunRow, SampleRow, TurnRow
from .translate import Values


async def opened(connection: AsyncConnection, run: Run, worker: Worker) -> None:
    """Insert a run without turns, and hold it."""
    if run.turns or run.stop:
        raise StoreError(f"run {short(run.id)} has begun already; only a fresh run can be opened")
    await insert_run(connection, run)
    lease = {"lease_owner": worker.name, "lease_until": worker.until()}
    await connection.execute(update(RunRow).where(col(RunRow.id) == run.id).values(lease))


async def insert_run(connection: AsyncConnection, run: Run) -> None:
    """Insert a run and its task, held by nobody.

    Raises:
        StoreError: there is a run of this name.
    """
    await add_images(connection, translate.pictures(run.task))
    if not await _fresh(connection, RunRow, translate.run_values(run)):
        raise StoreError(f"there is a run {run.id} already; open it under a new name")
    references = [
        {"run_id": run.id, "position": position, "image_sha": image.sha256}
        for position, image in enumerate(run.task.references)
    ]
    labels = [{"run_id": run.id, "name": n, "value": v} for n, v in run.task.labels.items()]
    await _add(connection, ReferenceRow, references)
    await _add(connection, LabelRow, labels)


async def edited(connection: AsyncConnection, run_id: str, turn: Turn, worker: Worker) -> None:
    """Write the edit half of a turn; the same half again changes nothing."""
    held = await hold(connection, run_id, worker)
    values = translate.edit_values(run_id, turn)
    if turn.number <= held.turns:
        _same(run_id, turn.number, await _turn_row(connection, run_id, turn.number), values)
        return
    if turn.number != held.turns + 1:
        raise StoreError(f"turn {turn.number} does not follow the {held.turns} of {short(run_id)}")
    await insert_edit(connection, run_id, turn, held)


async def insert_edit(connection: AsyncConnection, run_id: str, turn: Turn, held: Held) -> None:
    """Insert the edit half and count it."""
    if turn.edited:
        await add_images(connection, [turn.edited])
    base_sha = await _base_sha(connection, run_id, turn, held)
    values = translate.edit_values(run_id, turn) | {"base_sha": base_sha}
    await connection.execute(insert(TurnRow), [values])
    await _count(connection, run_id, turn.edit_seconds, turn.edit_cost, turns=turn.number)


async def sampled(
    connection: AsyncConnection, run_id: str, turn_number: int, sample: Sample, worker: Worker
) -> None:
    """Append one answer of the thinker to a turn."""
    held = await hold(connection, run_id, worker)
    if not 1 <= turn_number <= held.turns:
        raise _no_edit(run_id, turn_number)
    count = select(func.count()).where(
        col(SampleRow.run_id) == run_id, col(SampleRow.turn_number) == turn_number
    )
    position = await connection.scalar(count) or 0
    await insert_samples(connection, run_id, turn_number, [sample], start=position)


async def insert_samples(
    connection: AsyncConnection,
    run_id: str,
    turn_number: int,
    samples: Sequence[Sample],
    *,
    start: int = 0,
) -> None:
    """Insert answers from a position on, and count what they took."""
    rows = [
        translate.sample_values(run_id, turn_number, position, sample)
        for position, sample in enumerate(samples, start)
    ]
    await _add(connection, SampleRow, rows)
    seconds, cost = sum(s.seconds for s in samples), sum(s.cost for s in samples)
    if seconds or cost:
        await _count(connection, run_id, seconds, cost)


async def critiqued(connection: AsyncConnection, run_id: str, turn: Turn, worker: Worker) -> None:
    """Write the critique half of a turn and those samples that are not written yet."""
    held = await hold(connection, run_id, worker)
    if turn.number > held.turns:
        raise _no_edit(run_id, turn.number)
    if not turn.done:
        raise StoreError(f"turn {turn.number} of {short(run_id)} has no critique and no failure")
    row = await _turn_row(connection, run_id, turn.number)
    _same(run_id, turn.number, row, translate.edit_values(run_id, turn))
    written = await _written_samples(connection, run_id, turn)
    if row["semantic"] is None and row["failure"] is None:
        await insert_samples(connection, run_id, turn.number, turn.samples[written:], start=written)
        await write_critique(connection, run_id, turn)
        return
    _same(run_id, turn.number, row, translate.critique_values(turn))
    if len(turn.samples) != written:
        raise _otherwise(run_id, turn.number, "samples")


async def write_critique(connection: AsyncConnection, run_id: str, turn: Turn) -> None:
    """Fill in the critique half, and the summary of the run where this turn is its best."""
    here = (col(TurnRow.run_id) == run_id, col(TurnRow.number) == turn.number)
    await connection.execute(update(TurnRow).where(*here).values(translate.critique_values(turn)))
    if turn.critique is None:
        return
    score = turn.critique.score
    best = {
        "best_semantic": score.semantic,
        "best_quality": score.quality,
        "best_overall": score.overall,
    }
    better = or_(col(RunRow.best_overall).is_(None), col(RunRow.best_overall) < score.overall)
    await connection.execute(update(RunRow).where(col(RunRow.id) == run_id, better).values(best))


async def closed(connection: AsyncConnection, run: Run, worker: Worker) -> None:
    """Write the ending and let the run go; the same ending again changes nothing."""
    if run.stop is None:
        raise StoreError(f"run {short(run.id)} has no reason to stop; release it to resume later")
    ending = translate.ending_values(run)
    if await _has_ending(connection, run.id, ending):
        return
    await hold(connection, run.id, worker)
    await write_ending(connection, run)


async def write_ending(connection: AsyncConnection, run: Run) -> None:
    """Fill in the ending and end the lease."""
    values = translate.ending_values(run) | {"lease_owner": None, "lease_until": None}
    if run.answer is not None:
        values["answer_sha"] = await _answer_sha(connection, run.id, run.answer)
    await connection.execute(update(RunRow).where(col(RunRow.id) == run.id).values(values))


async def add_images(connection: AsyncConnection, images: Iterable[ImageRef]) -> None:
    """Insert pictures that are not known yet; in one order for all, so that nobody deadlocks."""
    for image in sorted(images, key=lambda image: image.sha256):
        await _fresh(connection, ImageRow, translate.image_values(image))


async def _fresh(connection: AsyncConnection, table: type[Row], values: Values) -> bool:
    """Insert a row unless its key is taken; say whether it was inserted."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(values).on_conflict_do_nothing()
    return (await connection.execute(statement)).rowcount == 1


async def _add(connection: AsyncConnection, table: type[Row], rows: list[Values]) -> None:
    if rows:
        await connection.execute(insert(table), rows)


async def _count(
    connection: AsyncConnection, run_id: str, seconds: float, cost: float, **columns: int
) -> None:
    """Add to what a run has spent, and set further columns of its summary."""
    spent = {"seconds": col(RunRow.seconds) + seconds, "cost": col(RunRow.cost) + cost}
    here = col(RunRow.id) == run_id
    await connection.execute(update(RunRow).where(here).values({**spent, **columns}))


async def _base_sha(connection: AsyncConnection, run_id: str, turn: Turn, held: Held) -> str:
    """Return the picture that a turn edits."""
    if turn.base == SOURCE:
        return held.source_sha
    row = None
    if turn.base < turn.number:
        row = await _turn_row(connection, run_id, turn.base)
    if row is None or row["edited_sha"] is None:
        raise StoreError(
            f"turn {turn.number} of {short(run_id)} edits the picture of turn {turn.base}, "
            "which has none"
        )
    return row["edited_sha"]


async def _answer_sha(connection: AsyncConnection, run_id: str, number: int) -> str:
    """Return the picture of the turn that is the answer."""
    edited_sha = select(col(TurnRow.edited_sha)).where(
        col(TurnRow.run_id) == run_id, col(TurnRow.number) == number
    )
    sha = await connection.scalar(edited_sha)
    if sha is None:
        raise StoreError(f"turn {number} of {short(run_id)} has no picture to be the answer")
    return sha


async def _turn_row(connection: AsyncConnection, run_id: str, number: int) -> RowMapping:
    here = (col(TurnRow.run_id) == run_id, col(TurnRow.number) == number)
    return (await connection.execute(select(TurnRow).where(*here))).mappings().one()


async def _written_samples(connection: AsyncConnection, run_id: str, turn: Turn) -> int:
    """Return how many samples of a turn are written; they must be its first."""
    here = (col(SampleRow.run_id) == run_id, col(SampleRow.turn_number) == turn.number)
    query = select(SampleRow).where(*here).order_by(col(SampleRow.position))
    rows = (await connection.execute(query)).mappings().all()
    if len(rows) > len(turn.samples):
        raise _otherwise(run_id, turn.number, "samples")
    for row, sample in zip(rows, turn.samples, strict=False):
        _same(run_id, turn.number, row, sample.model_dump())
    return len(rows)


async def _has_ending(connection: AsyncConnection, run_id: str, ending: Values) -> bool:
    columns = select(*(getattr(RunRow, name) for name in ending))
    found = await connection.execute(columns.where(col(RunRow.id) == run_id))
    row = found.mappings().first()
    return row is not None and dict(row) == ending


def _same(run_id: str, number: int, row: RowMapping, values: Values) -> None:
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

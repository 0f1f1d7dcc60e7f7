"""What is read: whole runs, lists of them, and how much there is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import Mapped
from sqlmodel import col

from ..errors import RunNotFound
from ..records import ImageRef, Run
from . import translate
from .columns import Key, Utc
from .leases import missing
from .listing import PRINCIPAL, RunFilter, RunSummary
from .rows import ImageRow, LabelRow, RunRow, TurnRow
from .statements import IMAGE, LABEL, REFERENCE, RUN, SAMPLE, TURN
from .translate import Kept
from .uploads import sent

LAST = "last"
"""The name of the newest run."""

_SHORTEST = 4
"""Characters of a run's name; with fewer, hitting one would be luck."""

_CANDIDATES = 5

Place = tuple[datetime, str]
"""When a run was created, and its id: its place in a list."""

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_RUNS = select(RUN).where(RUN.c.id.in_(_IDS))
_TURNS = select(TURN).where(TURN.c.run_id.in_(_IDS)).order_by(TURN.c.number)
_SAMPLES = select(SAMPLE).where(SAMPLE.c.run_id.in_(_IDS)).order_by(SAMPLE.c.position)
_REFERENCES = select(REFERENCE).where(REFERENCE.c.run_id.in_(_IDS)).order_by(REFERENCE.c.position)
_LABELS = select(LABEL).where(LABEL.c.run_id.in_(_IDS)).order_by(LABEL.c.name)
_IMAGES = select(IMAGE).where(IMAGE.c.sha256.in_(_IDS))
"""Built once, and of tables: building them, and objects for rows, takes longer than reading."""

_THIS = select(RUN.c.id).where(RUN.c.id == bindparam("this"))

_SUMMARY: tuple[ColumnElement[Any] | Mapped[Any], ...] = (
    col(RunRow.id),
    col(RunRow.created),
    col(RunRow.instruction),
    col(RunRow.status),
    col(RunRow.stop_reason).label("stop"),
    col(RunRow.turns),
    col(RunRow.best_semantic).label("semantic"),
    col(RunRow.best_quality).label("quality"),
    col(RunRow.editor),
    col(RunRow.thinker),
    col(RunRow.seconds),
    col(RunRow.cost),
    col(RunRow.source_sha),
    col(RunRow.answer_sha),
)


def full_id(connection: Connection, name: str, principal: str | None = None) -> str:
    """Return the id of the one run that has this id, prefix or suffix, or is the last.

    With a principal only its runs are there.

    Raises:
        RunNotFound: none is meant, or several.
    """
    if name == LAST:
        newest = select(col(RunRow.id)).where(*_of(principal))
        newest = newest.order_by(*_newest_first()).limit(1)
        if (found := connection.scalar(newest)) is None:
            raise RunNotFound("there is no run yet")
        return found
    if connection.scalar(_THIS.where(*_of(principal)) if principal else _THIS, {"this": name}):
        return name
    return _only(name, _resembling(connection, name, principal))


def run(connection: Connection, name: str, principal: str | None = None) -> Run:
    """Return the run of this name."""
    (found,) = load(connection, [full_id(connection, name, principal)])
    return found


def load(connection: Connection, ids: Sequence[str]) -> list[Run]:
    """Return whole runs in the order of their ids; a missing one is left out."""
    kept = _kept(connection, ids)
    images = _images(connection, kept)
    return [translate.run_of(kept[run_id], images) for run_id in ids if run_id in kept]


def summaries(
    connection: Connection, where: RunFilter, limit: int, before: str | None
) -> list[RunSummary]:
    """Return lines of a list, newest first, `before` a run that was listed earlier."""
    query = select(*_SUMMARY).where(*conditions(where)).order_by(*_newest_first()).limit(limit)
    if before is not None:
        query = query.where(_position() < _place(connection, before, where.principal))
    rows = (connection.execute(query)).mappings()
    return [RunSummary.of({str(k): v for k, v in row.items()}) for row in rows]


def places(
    connection: Connection, where: RunFilter, limit: int, after: Place | None
) -> list[Place]:
    """Return where runs stand, oldest first, `after` the last one of the page before."""
    created, run_id = col(RunRow.created), col(RunRow.id)
    query = select(created, run_id).where(*conditions(where))
    if after is not None:
        query = query.where(_position() > _at(after))
    rows = connection.execute(query.order_by(created, run_id).limit(limit))
    return [(row.created, row.id) for row in rows]


def present(connection: Connection, ids: Sequence[str]) -> Sequence[str]:
    """Return the ids as they are.

    Raises:
        RunNotFound: one of them names no run.
    """
    found = set(connection.scalars(select(col(RunRow.id)).where(col(RunRow.id).in_(ids))))
    for run_id in ids:
        if run_id not in found:
            raise missing(run_id)
    return ids


def referenced(connection: Connection) -> set[str]:
    """Return the SHA-256 of every picture that a run leads to, or that was sent a while ago."""
    return set(connection.scalars(select(_referenced().c.sha))) | sent(connection)


def counts(connection: Connection) -> tuple[int, int, int, int]:
    """Return how many runs, turns and pictures there are, and the bytes of the pictures."""
    runs = select(func.count()).select_from(RunRow).scalar_subquery()
    turns = select(func.count()).select_from(TurnRow).scalar_subquery()
    pictures = select(func.count(), func.coalesce(func.sum(col(ImageRow.size)), 0)).where(
        col(ImageRow.sha256).in_(select(_referenced().c.sha))
    )
    row = (connection.execute(pictures.add_columns(runs, turns))).one()
    images, size, runs_found, turns_found = row
    return runs_found, turns_found, images, int(size)


def conditions(where: RunFilter) -> list[ColumnElement[bool]]:
    """Return a filter as conditions on the run's own row."""
    best = col(RunRow.best_overall)
    wanted: list[ColumnElement[bool] | None] = [
        None if where.status is None else col(RunRow.status) == where.status,
        None if where.editor is None else col(RunRow.editor) == where.editor,
        None if where.thinker is None else col(RunRow.thinker) == where.thinker,
        None if where.label is None else _labelled(*where.label),
        *_of(where.principal),
        None
        if where.text is None
        else col(RunRow.instruction).icontains(where.text, autoescape=True),
        None if where.best_at_least is None else best >= where.best_at_least,
        None if where.best_at_most is None else best <= where.best_at_most,
        None if where.since is None else col(RunRow.created) >= where.since,
        None if where.until is None else col(RunRow.created) < where.until,
    ]
    return [condition for condition in wanted if condition is not None]


def _of(principal: str | None) -> list[ColumnElement[bool]]:
    """The condition that a run is this caller's; none where anybody's will do."""
    return [] if principal is None else [_labelled(PRINCIPAL, principal)]


def _labelled(name: str, value: str | None) -> ColumnElement[bool]:
    found = exists().where(col(LabelRow.run_id) == col(RunRow.id), col(LabelRow.name) == name)
    return found if value is None else found.where(col(LabelRow.value) == value)


def _newest_first() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return col(RunRow.created).desc(), col(RunRow.id).desc()


def _position() -> ColumnElement[Any]:
    return tuple_(col(RunRow.created), col(RunRow.id))


def _place(connection: Connection, run_id: str, principal: str | None) -> ColumnElement[Any]:
    """Return where a run stands in a list, if it may stand there."""
    this = select(col(RunRow.created)).where(col(RunRow.id) == run_id, *_of(principal))
    created = connection.scalar(this)
    if created is None:
        raise RunNotFound(f"run {run_id!r} is gone; begin the list anew")
    return _at((created, run_id))


def _at(place: Place) -> ColumnElement[Any]:
    created, run_id = place
    return tuple_(literal(created, Utc()), literal(run_id, Key()))


def _resembling(connection: Connection, name: str, principal: str | None) -> list[str]:
    """Return the names of the newest runs that begin or end with these characters."""
    if len(name) < _SHORTEST:
        return []
    run_id = col(RunRow.id)
    size = len(name)
    ends = func.substr(run_id, func.length(run_id) - size + 1) == literal(name, Key())
    begins = func.substr(run_id, 1, size) == literal(name, Key())
    query = select(run_id).where(or_(begins, ends), *_of(principal)).order_by(*_newest_first())
    return list(connection.scalars(query.limit(_CANDIDATES + 1)))


def _only(name: str, found: Sequence[str]) -> str:
    if len(found) == 1:
        return found[0]
    if not found and len(name) < _SHORTEST:
        raise RunNotFound(f"{name!r} is too short to name a run; give {_SHORTEST} characters")
    if not found:
        raise missing(name)
    shown = ", ".join(found[:_CANDIDATES]) + (", …" if len(found) > _CANDIDATES else "")
    raise RunNotFound(f"{name!r} fits several runs: {shown}; give more characters")


def _kept(connection: Connection, ids: Sequence[str]) -> dict[str, Kept]:
    runs: Sequence[Any] = connection.execute(_RUNS, {"ids": ids}).all()
    turns, samples, references, labels = (
        _of_runs(connection, query, ids) for query in (_TURNS, _SAMPLES, _REFERENCES, _LABELS)
    )
    return {
        run.id: Kept(run, turns[run.id], samples[run.id], references[run.id], labels[run.id])
        for run in runs
    }


def _of_runs(
    connection: Connection, query: Select[Any], ids: Sequence[str]
) -> dict[str, list[Any]]:
    """Return what belongs to each run, in the order of the query."""
    found: dict[str, list[Any]] = {each: [] for each in ids}
    for row in connection.execute(query, {"ids": ids}):
        found[row.run_id].append(row)
    return found


def _images(connection: Connection, kept: Mapping[str, Kept]) -> dict[str, ImageRef]:
    shas = sorted({sha for each in kept.values() for sha in _shas(each) if sha is not None})
    rows: Sequence[Any] = connection.execute(_IMAGES, {"ids": shas}).all()
    return {row.sha256: translate.image_of(row) for row in rows}


def _shas(kept: Kept) -> Iterable[str | None]:
    yield kept.run.source_sha
    yield kept.run.mask_sha
    yield from (reference.image_sha for reference in kept.references)
    yield from (turn.edited_sha for turn in kept.turns)


def _referenced() -> Subquery:
    columns: tuple[Column[str], ...] = (
        RUN.c.source_sha,
        RUN.c.mask_sha,
        REFERENCE.c.image_sha,
        TURN.c.edited_sha,
    )
    return union(*(select(c.label("sha")).where(c.is_not(None)) for c in columns)).subquery()

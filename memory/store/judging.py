"""Answers of judges: each call is claimed, made, and written once.

A claim keeps others from paying for the same call. Claims come before the look at what is written,
in one transaction: whoever claims a call that was answered a moment ago finds its answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ..errors import StoreDamaged
from ..records import Judgement
from .engine import Database
from .leases import Worker, now
from .rows import Row
from .workers import gone

JUDGEMENT, JUDGING = (Row.metadata.tables[name] for name in ("judgement", "judging"))


class Call(NamedTuple):
    """The name of one call to a judge."""

    question: str
    judge: str
    judge_version: str
    sample: int
    attempt: int

    @classmethod
    def of(cls, judgement: Judgement) -> "Call":
        """The call that a judgement answers."""
        return cls(*(getattr(judgement, name) for name in cls._fields))


def _is_call(table: Table) -> ColumnElement[bool]:
    return and_(*(table.c[name] == bindparam(f"this_{name}") for name in Call._fields))


def _claims(dialect: Any) -> Any:
    """Insert a claim, or take one over that is ours or has run out."""
    added = dialect.insert(JUDGING)
    free = or_(JUDGING.c.owner == added.excluded.owner, JUDGING.c.until < bindparam("now"))
    taken = {"owner": added.excluded.owner, "until": added.excluded.until}
    return added.on_conflict_do_update(
        index_elements=list(Call._fields), set_=taken, where=free
    ).returning(JUDGING.c.question)


_CLAIM = {"sqlite": _claims(sqlite), "postgresql": _claims(postgresql)}
_ADD = {
    "sqlite": sqlite.insert(JUDGEMENT).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(JUDGEMENT).on_conflict_do_nothing(),
}
_OWNER = select(JUDGING.c.owner).where(_is_call(JUDGING))
_DROP = delete(JUDGING).where(_is_call(JUDGING), JUDGING.c.owner == bindparam("worker"))
_THERE = select(JUDGEMENT.c.sample).where(_is_call(JUDGEMENT))
_RENEW = update(JUDGING).where(JUDGING.c.owner == bindparam("worker"))
_SAID = select(JUDGEMENT).where(
    JUDGEMENT.c.question.in_(bindparam("questions", expanding=True)),
    JUDGEMENT.c.judge == bindparam("by"),
    JUDGEMENT.c.judge_version == bindparam("version"),
)


class Claimed(NamedTuple):
    """What became of a wish to make calls."""

    mine: frozenset[Call]
    """To be made by this worker now."""

    held: frozenset[Call]
    """Another worker is making them."""


class Judging:
    """The judgements of a store. All methods may raise `StoreError`."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self._database = database
        self._worker = worker

    async def claim(self, calls: Sequence[Call]) -> Claimed:
        """Reserve calls; those that are answered already are in neither set."""
        return await self._database.write(_claim, sorted(calls), self._worker)

    async def renew(self) -> None:
        """Extend all claims of this worker."""
        await self._database.write(_renew, self._worker)

    async def release(self, calls: Sequence[Call]) -> None:
        """Let calls go that were not made; those that are not held need nothing."""
        await self._database.write(_release, calls, self._worker)

    async def add(self, judgement: Judgement) -> bool:
        """Write an answer and drop its claim; False when there is one already, which stays."""
        return await self._database.write(_add, judgement, self._worker)

    async def said(
        self, questions: Sequence[str], judge: str, version: str = ""
    ) -> Sequence[Judgement]:
        """Return the answers to these questions."""
        return await self._database.read(_said, questions, judge, version)

    async def of(self, **where: str) -> Sequence[Judgement]:
        """Return the judgements whose columns have these values: `suite`, `judge`, `protocol` …;
        in one order, whatever the order of writing."""
        return await self._database.read(_of, where)


def _claim(connection: Connection, calls: Sequence[Call], worker: Worker) -> Claimed:
    mine, held = set[Call](), set[Call]()
    for call in calls:
        this = _this(call)
        owner = connection.scalar(_OWNER, this)
        if owner and owner != worker.name and gone(owner):
            connection.execute(_DROP, this | {"worker": owner})
        values = {"owner": worker.name, "until": worker.until(), "now": now()}
        if connection.execute(_CLAIM[connection.dialect.name], call._asdict() | values).first():
            mine.add(call)
        else:
            held.add(call)
    answered = {call for call in (*mine, *held) if connection.execute(_THERE, _this(call)).first()}
    _release(connection, [*(answered & mine)], worker)
    return Claimed(frozenset(mine - answered), frozenset(held - answered))


def _renew(connection: Connection, worker: Worker) -> None:
    connection.execute(_RENEW, {"worker": worker.name, "until": worker.until()})


def _release(connection: Connection, calls: Sequence[Call], worker: Worker) -> None:
    for call in calls:
        connection.execute(_DROP, _this(call) | {"worker": worker.name})


def _add(connection: Connection, judgement: Judgement, worker: Worker) -> bool:
    statement = _ADD[connection.dialect.name]
    added = connection.execute(statement, judgement.model_dump()).rowcount == 1
    _release(connection, [Call.of(judgement)], worker)
    return added


def _said(
    connection: Connection, questions: Sequence[str], judge: str, version: str
) -> list[Judgement]:
    values = {"questions": list(questions), "by": judge, "version": version}
    return [_record(dict(row)) for row in connection.execute(_SAID, values).mappings()]


def _of(connection: Connection, where: Mapping[str, str]) -> list[Judgement]:
    query = select(JUDGEMENT).where(*(JUDGEMENT.c[name] == each for name, each in where.items()))
    names = ("suite", "case", "image_sha256", "metric", "sample", "attempt", "question")
    query = query.order_by(*(JUDGEMENT.c[name] for name in names))
    return [_record(dict(row)) for row in connection.execute(query).mappings()]


def _this(call: Call) -> dict[str, Any]:
    return {f"this_{name}": value for name, value in call._asdict().items()}


def _record(values: dict[str, Any]) -> Judgement:
    try:
        return Judgement.model_validate(values)
    except ValidationError as error:
        raise StoreDamaged(f"a judgement cannot be read: {error}") from error

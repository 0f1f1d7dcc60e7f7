"""The statements that a run is written with, built once: building one takes longer than running it.

Parameters in conditions and sums have names that no column has; those of the columns themselves
are the columns' names.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BindParameter,
    Insert,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from .rows import Row

IMAGE, RUN, TURN = (Row.metadata.tables[name] for name in ("image", "run", "turn"))
SAMPLE, LABEL, REFERENCE = (Row.metadata.tables[name] for name in ("sample", "label", "reference"))
_JOB = Row.metadata.tables["job"]


def _unless_there(table: Table) -> Mapping[str, Insert]:
    """Return an insert that lets an existing row be, for each dialect."""
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
    }


ADD_IMAGE = _unless_there(IMAGE)
ADD_RUN = _unless_there(RUN)
ADD_TURN = insert(TURN)
ADD_SAMPLES = insert(SAMPLE)
ADD_LABELS = insert(LABEL)
ADD_REFERENCES = insert(REFERENCE)

_THIS_RUN = RUN.c.id == bindparam("this")
_THIS_TURN = and_(TURN.c.run_id == bindparam("this"), TURN.c.number == bindparam("turn_number"))
_ITS_SAMPLES = and_(
    SAMPLE.c.run_id == bindparam("this"), SAMPLE.c.turn_number == bindparam("of_turn")
)
_NEW_END: BindParameter[Any] = bindparam("until")
_HELD = and_(_THIS_RUN, RUN.c.lease_owner == bindparam("worker"))

HOLD = (
    update(RUN)
    .where(_HELD)
    .values(lease_until=case((RUN.c.lease_until > _NEW_END, RUN.c.lease_until), else_=_NEW_END))
    .returning(RUN.c.turns, RUN.c.source_sha)
)
"""Extend the lease, never shorten it."""

_FREE = or_(
    RUN.c.lease_owner.is_(None),
    RUN.c.lease_owner == bindparam("worker"),
    RUN.c.lease_until < bindparam("now"),
)

CLAIM = (
    update(RUN)
    .where(_THIS_RUN, RUN.c.stop_reason.is_(None), _FREE)
    .values(lease_owner=bindparam("worker"), lease_until=bindparam("until"))
    .returning(RUN.c.id)
)
REMOVE = delete(RUN).where(_THIS_RUN, _FREE)
RELEASE = update(RUN).where(_HELD).values(lease_owner=None, lease_until=None)
LEASE = select(RUN.c.stop_reason, RUN.c.lease_owner, RUN.c.lease_until).where(_THIS_RUN)

SET_RUN = update(RUN).where(_THIS_RUN)
JOB_DONE = update(_JOB).where(_JOB.c.run_id == bindparam("this")).values(wanted="done")
SET_TURN = update(TURN).where(_THIS_TURN)
SPEND = (
    update(RUN)
    .where(_THIS_RUN)
    .values(
        turns=RUN.c.turns + bindparam("more_turns"),
        seconds=RUN.c.seconds + bindparam("more_seconds"),
        cost=RUN.c.cost + bindparam("more_cost"),
    )
)
SET_BEST = (
    update(RUN)
    .where(_THIS_RUN, or_(RUN.c.best_overall.is_(None), RUN.c.best_overall < bindparam("overall")))
    .values(best_overall=bindparam("overall"))
)
"""An earlier turn stays the best on a tie."""

READ_RUN = select(RUN).where(_THIS_RUN)
READ_TURN = select(TURN).where(_THIS_TURN)
READ_SAMPLES = select(SAMPLE).where(_ITS_SAMPLES).order_by(SAMPLE.c.position)
COUNT_SAMPLES = select(func.count()).select_from(SAMPLE).where(_ITS_SAMPLES)
EDITED_SHA = select(TURN.c.edited_sha).where(_THIS_TURN)

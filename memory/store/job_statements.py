"""The statements about jobs, in the dialects that differ."""

from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .rows import Row
from .statements import RUN, TURN

JOB, REQUEST = (Row.metadata.tables[name] for name in ("job", "request"))

MOST_TRIES = 5
"""A run that was begun so often and never let go in order takes its workers along."""

AT_ONCE = 8
THIS = JOB.c.run_id == bindparam("this")
IS_OPEN = RUN.c.stop_reason.is_(None)
IS_FREE = or_(RUN.c.lease_owner.is_(None), RUN.c.lease_until < bindparam("now"))
JOINED = JOB.join(RUN, RUN.c.id == JOB.c.run_id)
WAITS = and_(JOB.c.wanted == "run", IS_OPEN, IS_FREE)

ADD = insert(JOB)
KEYED = {
    "sqlite": sqlite.insert(REQUEST).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(REQUEST).on_conflict_do_nothing(),
}
EARLIER = select(REQUEST.c.run_id, REQUEST.c.print).where(
    REQUEST.c.principal == bindparam("of"), REQUEST.c.key == bindparam("by")
)
OLD_KEYS = delete(REQUEST).where(REQUEST.c.created < bindparam("before"))
NEXT = (
    select(JOB.c.run_id)
    .select_from(JOINED)
    .where(WAITS, JOB.c.tries < MOST_TRIES)
    .order_by(JOB.c.queued, JOB.c.run_id)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True, of=JOB)
)
TRIED = update(JOB).where(THIS).values(tries=JOB.c.tries + bindparam("more"))
WANT = update(JOB).where(THIS).values(wanted=bindparam("now_wanted"))
WANT_ANEW = update(JOB).where(THIS).values(wanted="run", tries=0, queued=bindparam("now"))
COUNT = select(func.count()).select_from(JOINED).where(WAITS, JOB.c.tries < MOST_TRIES)
GIVEN_UP = select(JOB.c.run_id).select_from(JOINED).where(WAITS, JOB.c.tries >= MOST_TRIES)
OWNERS = (
    select(RUN.c.lease_owner)
    .distinct()
    .select_from(JOINED)
    .where(JOB.c.wanted == "run", IS_OPEN, RUN.c.lease_owner.is_not(None))
)
LET_GO = (
    update(RUN)
    .where(RUN.c.lease_owner == bindparam("dead"), IS_OPEN)
    .values(lease_owner=None, lease_until=None)
)
MARKS = (
    select(
        RUN.c.id,
        RUN.c.status,
        RUN.c.turns,
        or_(TURN.c.refined.is_not(None), TURN.c.failure.is_not(None)).label("whole"),
        case((IS_FREE, False), else_=True).label("held"),
        JOB.c.wanted,
    )
    .select_from(
        RUN.outerjoin(JOB, JOB.c.run_id == RUN.c.id).outerjoin(
            TURN, and_(TURN.c.run_id == RUN.c.id, TURN.c.number == RUN.c.turns)
        )
    )
    .where(RUN.c.id.in_(bindparam("ids", expanding=True)))
)
OF = JOB.c.principal == bindparam("of")
SHARE = (
    select(
        func.count(case((RUN.c.created >= bindparam("minute"), 1))),
        func.min(case((RUN.c.created >= bindparam("minute"), RUN.c.created))),
        func.coalesce(func.sum(RUN.c.cost), 0.0),
        func.min(case((RUN.c.cost > 0, RUN.c.created))),
    )
    .select_from(JOINED)
    .where(OF, RUN.c.created >= bindparam("day"))
)
OPEN_RUNS = select(func.count()).select_from(JOINED).where(OF, JOB.c.wanted == "run", IS_OPEN)

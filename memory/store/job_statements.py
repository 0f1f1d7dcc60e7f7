"""The statements about jobs, in the dialects that differ.

A job whose run has ended is `done`, so that `wanted = 'run'` leads to the few that are open by an
index, however many there have been.
"""

from collections.abc import Mapping

from sqlalchemy import and_, bindparam, case, delete, func, insert, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .rows import Row
from .statements import RUN, TURN

JOB, REQUEST = (Row.metadata.tables[name] for name in ("job", "request"))

MOST_TRIES = 5
"""A run that was begun so often and never let go in order takes its workers along."""

AT_ONCE = 8
THIS = JOB.c.run_id == bindparam("this")
OF = JOB.c.principal == bindparam("of")
IS_OPEN = RUN.c.stop_reason.is_(None)
IS_FREE = or_(RUN.c.lease_owner.is_(None), RUN.c.lease_until < bindparam("now"))
IS_WANTED = and_(JOB.c.wanted == "run", IS_OPEN)
IS_OURS = and_(RUN.c.editor == bindparam("editor"), RUN.c.thinker == bindparam("thinker"))
JOINED = JOB.join(RUN, RUN.c.id == JOB.c.run_id)
WAITS = and_(IS_WANTED, IS_FREE, JOB.c.tries < MOST_TRIES)

LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("of"), 0)))
"""What one caller asks for is counted by one at a time; SQLite has one writer anyway."""

PLACE = (
    select(func.coalesce(func.max(JOB.c.place), 0) + 1)
    .select_from(JOINED)
    .where(IS_WANTED, or_(OF, not_(IS_FREE)))
)
"""Behind the caller's own runs and those that are worked on: callers take turns."""

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
    .where(WAITS, IS_OURS)
    .order_by(JOB.c.place, JOB.c.queued, JOB.c.run_id)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True, of=JOB)
)
TRIED = update(JOB).where(THIS).values(tries=JOB.c.tries + bindparam("more"))
WANT = update(JOB).where(THIS, JOB.c.wanted != "done").values(wanted=bindparam("now_wanted"))
_ANEW = ("wanted", "tries", "queued", "place")
_AGAIN: Mapping[str, sqlite.Insert | postgresql.Insert] = {
    "sqlite": sqlite.insert(JOB),
    "postgresql": postgresql.insert(JOB),
}
WANT_ANEW = {
    name: adding.on_conflict_do_update(
        index_elements=[JOB.c.run_id],
        set_={each: adding.excluded[each] for each in _ANEW},
        where=JOB.c.wanted != "done",
    )
    for name, adding in _AGAIN.items()
}
HEAR = update(JOB).where(THIS).values(listeners=JOB.c.listeners + 1)
LEAVE = (
    update(JOB)
    .where(THIS, JOB.c.wanted != "done")
    .values(
        listeners=case((JOB.c.listeners > 0, JOB.c.listeners - 1), else_=0),
        wanted=case((JOB.c.listeners <= 1, "pause"), else_=JOB.c.wanted),
    )
    .returning(JOB.c.wanted)
)
COUNT = select(func.count()).select_from(JOINED).where(WAITS, IS_OURS)
GIVEN_UP = (
    select(JOB.c.run_id).select_from(JOINED).where(IS_WANTED, IS_FREE, JOB.c.tries >= MOST_TRIES)
)
FOR_OTHERS = (
    select(RUN.c.editor, RUN.c.thinker).distinct().select_from(JOINED).where(WAITS, not_(IS_OURS))
)
OWNERS = (
    select(RUN.c.lease_owner)
    .distinct()
    .select_from(JOINED)
    .where(JOB.c.wanted.in_(("run", "pause")), IS_OPEN, RUN.c.lease_owner.is_not(None))
)
LET_GO = (
    update(RUN)
    .where(RUN.c.status == "open", RUN.c.lease_owner == bindparam("dead"))
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
SHARE = (
    select(
        func.count(case((RUN.c.created >= bindparam("minute"), 1))),
        func.min(case((RUN.c.created >= bindparam("minute"), RUN.c.created))),
        func.coalesce(func.sum(RUN.c.cost), 0.0),
        func.min(case((RUN.c.cost > 0, RUN.c.created))),
    )
    .select_from(JOINED)
    .where(OF, JOB.c.queued >= bindparam("day"), RUN.c.created >= bindparam("day"))
)
OPEN_RUNS = select(func.count()).select_from(JOINED).where(OF, IS_WANTED)

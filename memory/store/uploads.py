"""Pictures that were sent through a door: leave to send one, and whose it is then."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from ..errors import Forbidden
from .engine import Database
from .leases import now
from .listing import PRINCIPAL
from .rows import Row
from .statements import REFERENCE, RUN, TURN

UPLOAD, LABEL = (Row.metadata.tables[name] for name in ("upload", "label"))

KEPT = timedelta(hours=24)
"""How long a picture that was sent stays although no run leads to it."""

_THIS = UPLOAD.c.id == bindparam("this")
_OPEN = insert(UPLOAD)
_CLOSE = (
    update(UPLOAD)
    .where(_THIS, UPLOAD.c.sha256.is_(None), UPLOAD.c.expires > bindparam("now"))
    .values(sha256=bindparam("sha"))
    .returning(UPLOAD.c.principal)
)
_FIND = select(UPLOAD.c.principal, UPLOAD.c.sha256, UPLOAD.c.expires).where(_THIS)
_OLD = delete(UPLOAD).where(UPLOAD.c.created < bindparam("before"))
_SENT = select(UPLOAD.c.sha256).where(
    UPLOAD.c.sha256.is_not(None), UPLOAD.c.created >= bindparam("since")
)


_SHA: BindParameter[str] = bindparam("sha")


def _of_mine(run_id: ColumnElement[Any], leads: ColumnElement[bool]) -> Select[Any]:
    """What finds a run of a caller by one of its pictures, which are indexed, and not by the name
    of the caller, whose runs may be all that there are."""
    mine = exists().where(
        LABEL.c.run_id == run_id,
        LABEL.c.name == bindparam("principal"),
        LABEL.c.value == bindparam("of"),
    )
    return select(run_id).where(leads, mine).limit(1)


_LEADS = (
    _of_mine(RUN.c.id, RUN.c.source_sha == _SHA),
    _of_mine(TURN.c.run_id, TURN.c.edited_sha == _SHA),
    _of_mine(RUN.c.id, RUN.c.mask_sha == _SHA),
    _of_mine(REFERENCE.c.run_id, REFERENCE.c.image_sha == _SHA),
    select(UPLOAD.c.id).where(UPLOAD.c.sha256 == _SHA, UPLOAD.c.principal == bindparam("of")),
)


class Upload(NamedTuple):
    """One leave to send a picture."""

    principal: str
    sha256: str | None
    """What was sent; none yet."""

    expires: datetime


class Uploads:
    """The uploads of a store. All methods may raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, id: str, principal: str, expires: datetime) -> None:
        """Write leave to send one picture; `id` is the hash of what the sender must know."""
        await self._database.write(_open, id, principal, None, expires)

    async def close(self, id: str, sha256: str) -> str:
        """Write what was sent, once, and return whose it is.

        Raises:
            Forbidden: there is no such leave, or it is used or too old.
        """
        return await self._database.write(_close, id, sha256)

    async def find(self, id: str) -> Upload | None:
        """Return a leave, used or not."""
        return await self._database.read(_find, id)

    async def sent(self, id: str, principal: str, sha256: str) -> None:
        """Write down a picture that came without leave having been asked for; `id` is new."""
        await self._database.write(_open, id, principal, sha256, now() + KEPT)

    async def may_see(self, sha256: str, principal: str) -> bool:
        """Whether a picture belongs to a run of this caller, or was sent by it."""
        return await self._database.read(_may_see, sha256, principal)

    async def forget(self, before: datetime) -> None:
        """Forget what was sent before; the pictures themselves stay until they are swept."""
        await self._database.write(_forget, before)


def sent(connection: Connection) -> set[str]:
    """Return the SHA-256 of what was sent lately: a run may be about to name it."""
    found = connection.scalars(_SENT, {"since": now() - KEPT})
    return {sha for sha in found if sha is not None}


def _open(
    connection: Connection, id_: str, principal: str, sha: str | None, expires: datetime
) -> None:
    values = {"id": id_, "principal": principal, "sha256": sha, "expires": expires}
    connection.execute(_OPEN, values | {"created": now()})


def _close(connection: Connection, id_: str, sha: str) -> str:
    values = {"this": id_, "sha": sha, "now": now()}
    principal: str | None = connection.scalar(_CLOSE, values)
    if principal is None:
        raise Forbidden("this upload ticket is used, too old or unknown: ask for a new one")
    return principal


def _find(connection: Connection, id_: str) -> Upload | None:
    row = connection.execute(_FIND, {"this": id_}).first()
    return None if row is None else Upload(*row)


def _may_see(connection: Connection, sha: str, principal: str) -> bool:
    values = {"sha": sha, "of": principal, "principal": PRINCIPAL}
    return any(connection.scalar(each, values) is not None for each in _LEADS)


def _forget(connection: Connection, before: datetime) -> None:
    connection.execute(_OLD, {"before": before})

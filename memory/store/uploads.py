"""Pictures that were sent through a door: leave to send one, and whose it is then."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, exists, insert, or_, select, update

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
    mine = exists().where(
        LABEL.c.run_id == RUN.c.id, LABEL.c.name == PRINCIPAL, LABEL.c.value == principal
    )
    own = select(RUN.c.id).where(mine)
    leads = (
        own.where(or_(RUN.c.source_sha == sha, RUN.c.mask_sha == sha)),
        own.where(exists().where(TURN.c.run_id == RUN.c.id, TURN.c.edited_sha == sha)),
        own.where(exists().where(REFERENCE.c.run_id == RUN.c.id, REFERENCE.c.image_sha == sha)),
        select(UPLOAD.c.id).where(UPLOAD.c.sha256 == sha, UPLOAD.c.principal == principal),
    )
    return any(connection.scalar(each.limit(1)) is not None for each in leads)


def _forget(connection: Connection, before: datetime) -> None:
    connection.execute(_OLD, {"before": before})

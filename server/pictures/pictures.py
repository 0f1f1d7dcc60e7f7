"""From what a caller says to a picture that is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from pathlib import Path

import anyio
import anyio.to_thread

from ...memory import Forbidden, ImageRef, InputError, Run, short
from ...memory.store.uploads import Uploads
from ..host import Host
from ..principals import Principal
from . import inbox, inline
from .fetch import Fetcher
from .handles import Handle, Inline, Kept, OfRun, OnDisk, Web, parsed
from .quarantine import Quarantine
from .reach import Reach
from .roots import Roots

TICKET_TIME = timedelta(minutes=10)

_FETCHES = 8  # at a time; each may hold a whole picture


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one picture, once."""

    id: str
    """Secret: whoever knows it may send."""

    expires: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A picture that a caller may name."""

    handle: str
    """What to say: `editloop://image/<sha256>`, a path, `run:<id>`."""

    name: str
    """For a person: a file's name, an instruction."""

    when: datetime
    path: Path | None = None


class Pictures:
    """Resolves what callers call pictures, and takes pictures in."""

    def __init__(
        self,
        host: Host,
        reach: Reach,
        *,
        quarantine: Quarantine | None = None,
        fetcher: Fetcher | None = None,
    ) -> None:
        self._host, self._reach = host, reach
        limits = host.agent.images.limits
        self._most = limits.bytes
        self._quarantine = quarantine or Quarantine(limits)
        self._fetcher = fetcher or Fetcher(reach, limits.bytes)
        self._roots = Roots((*reach.roots, *([reach.inbox] if reach.inbox else [])))
        self._fetches = anyio.CapacityLimiter(_FETCHES)

    async def resolve(self, said: str, who: Principal) -> ImageRef:
        """Return the picture that a text means; it is kept from now on.

        In this order: `last` and `run:<id>` (its answer), `run:<id>#k` (turn k, 0 its source),
        `editloop://image/<sha256>`, `editloop://run/<id>/final`, `editloop://run/<id>/turn/<k>/image`,
        `sha256:<sha256>`, `https://…`, `data:`, `file:` and paths.

        Raises:
            Forbidden: a path outside the roots, an address that may not be fetched.
            RunNotFound: no such run, or not for this caller.
            PictureError: what is there is no picture that is taken.
            InputError: a text that means nothing here; it says what would.
        """
        match parsed(said):
            case OfRun(name, turn):
                return _of(await self._host.run(name, who), turn)
            case Kept(sha256):
                return await self._kept(sha256, who)
            case other:
                return await self.put(await self._read(other), who)

    async def put(self, data: bytes, who: Principal) -> ImageRef:
        """Keep a picture that was sent, examined where it can do no harm; the caller may name it.

        Raises:
            PictureError: it is refused, or took too much time or memory to be decoded.
        """
        image = await self._taken(data)
        await self._uploads.sent(secrets.token_hex(32), who.name, image.sha256)
        return image

    async def ticket(self, who: Principal) -> Ticket:
        """Give leave to send one picture within ten minutes."""
        ticket = Ticket(secrets.token_urlsafe(32), datetime.now(UTC) + TICKET_TIME)
        await self._uploads.open(_hash(ticket.id), who.name, ticket.expires)
        return ticket

    async def check(self, ticket: str) -> None:
        """See that a ticket is good before its picture is read.

        Raises:
            Forbidden: no such ticket, or it is used or expired.
        """
        found = await self._uploads.find(_hash(ticket))
        if found is None or found.sha256 is not None or found.expires <= datetime.now(UTC):
            raise Forbidden("this upload ticket is used, too old or unknown: ask for a new one")

    async def redeem(self, ticket: str, data: bytes, *, sha256: str = "") -> ImageRef:
        """Take in the picture that a ticket allows; `sha256` pins the bytes where it is given.

        Raises:
            Forbidden: no such ticket, or it is used or expired.
            InputError: the bytes have another hash.
            PictureError: as in `put`.
        """
        await self.check(ticket)
        if sha256 and not await anyio.to_thread.run_sync(_has_hash, data, sha256):
            raise InputError("the bytes that came have another SHA-256 than was said: send again")

        image = await self._taken(data)
        await self._uploads.close(_hash(ticket), image.sha256)
        return image

    async def uploaded(self, ticket: str) -> ImageRef | None:
        """What was sent under a ticket, if anything was."""
        found = await self._uploads.find(_hash(ticket))
        return await self._again(found.sha256) if found and found.sha256 else None

    async def inbox(self, limit: int = 10) -> list[Found]:
        """The newest pictures of the inbox, newest first; empty where there is none."""
        if self._reach.inbox is None:
            return []

        left = await anyio.to_thread.run_sync(inbox.newest, self._reach.inbox, limit)
        return [Found(str(path), path.name, when, path) for when, path in left]

    async def peek(self, path: Path) -> bytes:
        """Read a file that may be read, examined as in `put`, without keeping it.

        Raises:
            Forbidden: a path outside the roots.
            PictureError: as in `put`.
        """
        data = await anyio.to_thread.run_sync(self._roots.read, str(path), self._most)
        await self._quarantine.check(data)
        return data

    @property
    def _uploads(self) -> Uploads:
        return self._host.agent.store.uploads

    async def _read(self, handle: Handle) -> bytes:
        match handle:
            case Web(url):
                async with self._fetches:
                    return await self._fetcher.fetch(url)
            case Inline(url):
                most = min(self._reach.data_bytes, self._most)
                return await anyio.to_thread.run_sync(inline.unwritten, url, most)
            case OnDisk(path):
                return await anyio.to_thread.run_sync(self._roots.read, path, self._most)
            case _:
                raise AssertionError(handle)

    async def _taken(self, data: bytes) -> ImageRef:
        await self._quarantine.check(data)
        return await self._host.agent.images.put(data)

    async def _kept(self, sha256: str, who: Principal) -> ImageRef:
        images = self._host.agent.images
        if not (await self._host.may_see(sha256, who) and await images.has(sha256)):
            raise Forbidden(f"there is no picture {sha256[:12]}… of yours: look at its handle")

        return await self._again(sha256)

    async def _again(self, sha256: str) -> ImageRef:
        """A picture that is here; putting it again keeps it from being swept."""
        images = self._host.agent.images
        return await images.put(await images.get(sha256))


def _of(run: Run, turn: int | None) -> ImageRef:
    """The picture of a turn, or the answer.

    Raises:
        InputError: there is none.
    """
    number = run.answer if turn is None else turn
    if number is None:
        why = "ended without a picture" if run.stop else "has no answer yet: wait for it"
        raise InputError(
            f"run {short(run.id)} {why}, or name a turn: run:{short(run.id)}#0 is its source"
        )
    found = run.picture(number) if number <= len(run.turns) else None
    if found is None:
        raise InputError(f"run {short(run.id)} has no picture {number}: it has {len(run.turns)}")

    return found


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()


def _has_hash(data: bytes, said: str) -> bool:
    return compare_digest(hashlib.sha256(data).hexdigest(), said.strip().lower())

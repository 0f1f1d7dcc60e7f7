"""From what a caller says to a picture that is kept."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ...memory import ImageRef
from ..host import Host
from ..principals import Principal
from .reach import Reach


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

    def __init__(self, host: Host, reach: Reach) -> None:
        raise NotImplementedError

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
        raise NotImplementedError

    async def put(self, data: bytes, who: Principal) -> ImageRef:
        """Keep a picture that was sent, examined where it can do no harm; the caller may name it.

        Raises:
            PictureError: it is refused, or took too much time or memory to be decoded.
        """
        raise NotImplementedError

    async def ticket(self, who: Principal) -> Ticket:
        """Give leave to send one picture within ten minutes."""
        raise NotImplementedError

    async def redeem(self, ticket: str, data: bytes, *, sha256: str = "") -> ImageRef:
        """Take in the picture that a ticket allows; `sha256` pins the bytes where it is given.

        Raises:
            Forbidden: no such ticket, or it is used or expired.
            InputError: the bytes have another hash.
            PictureError: as in `put`.
        """
        raise NotImplementedError

    async def uploaded(self, ticket: str) -> ImageRef | None:
        """What was sent under a ticket, if anything was."""
        raise NotImplementedError

    async def inbox(self, limit: int = 10) -> list[Found]:
        """The newest pictures of the inbox, newest first; empty where there is none."""
        raise NotImplementedError

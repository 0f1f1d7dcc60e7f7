"""Pictures that come in by ticket: whoever has one may send one picture, without a token."""

import hashlib
import re

import pybase64
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from ..gate import principal_of
from ..refusals import Refused
from .blobs import SENT
from .bodies import PictureBody, TicketBody, UploadBody
from .fields import body_bytes, root_of
from .inside import Inside
from .spec import operation
from .written import said

_HEX = re.compile(r"[0-9a-fA-F]{64}")
_PINNED = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_NO_STORE = {"cache-control": "no-store"}


class Uploads:
    """Tickets, and what is sent under them."""

    def __init__(self, inside: Inside) -> None:
        self._inside, self._pictures = inside, inside.pictures

    @operation("POST", "/v1/uploads", answers={201: TicketBody}, problems=(429,), tag="pictures")
    async def make_ticket(self, http: Request) -> Response:
        """Get leave to send one picture.

        For whoever has no token: a person's browser, a phone. `PUT` the bytes to `url` within ten
        minutes.
        """
        made = await self._pictures.ticket(principal_of(http))
        body = TicketBody(
            id=made.id,
            url=f"{root_of(http)}/v1/uploads/{made.id}",
            expires=made.expires,
            max_bytes=self._inside.rules.body.body_bytes,
        )
        return said(body, 201, {"location": body.url, **_NO_STORE})

    @operation(
        "PUT",
        "/v1/uploads/{ticket}",
        asks=SENT,
        headers=("X-Content-SHA256", "Content-Digest"),
        answers={200: PictureBody, 201: PictureBody},
        problems=(403, 408, 413, 415, 422, 429),
        tag="pictures",
        secured=False,
    )
    async def redeem_ticket(self, http: Request) -> Response:
        """Send the picture that a ticket allows.

        Where the hash is given, other bytes are refused and the ticket stays good. The same bytes
        once more are answered with the same picture.
        """
        ticket, pinned = _ticket(http), _pin(http)
        earlier = await self._pictures.uploaded(ticket)
        if earlier is None:
            await self._pictures.check(ticket)  # before anything of a stranger is read
        with self._inside.arriving(http):
            data = await body_bytes(http, self._inside.rules.body)
            if earlier and earlier.sha256 == await to_thread.run_sync(_digest, data):
                image, status = earlier, 200
            else:
                image, status = await self._pictures.redeem(ticket, data, sha256=pinned), 201
        return said(PictureBody.of(image, root_of(http)), status, _NO_STORE)

    @operation(
        "GET",
        "/v1/uploads/{ticket}",
        answers={200: UploadBody},
        tag="pictures",
    )
    async def see_ticket(self, http: Request) -> Response:
        """See whether a picture was sent under a ticket."""
        image = await self._pictures.uploaded(_ticket(http))
        picture = PictureBody.of(image, root_of(http)) if image else None
        return said(UploadBody(picture=picture), headers=_NO_STORE)


def _ticket(http: Request) -> str:
    ticket: str = http.path_params["ticket"]
    return ticket


def _pin(http: Request) -> str:
    """The hash that the sender expects, in hexadecimal; empty where none is given.

    Raises:
        Refused: 400 where it is no SHA-256.
    """
    if given := http.headers.get("x-content-sha256", "").strip():
        if _HEX.fullmatch(given):
            return given.lower()
        raise Refused(400, "digest", "X-Content-SHA256 is 64 hexadecimal digits")

    given = http.headers.get("content-digest", "")
    if found := _PINNED.search(given):
        return pybase64.b64decode(found[1], validate=True).hex()
    if given:
        raise Refused(400, "digest", "Content-Digest is written sha-256=:…:, in base64")

    return ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

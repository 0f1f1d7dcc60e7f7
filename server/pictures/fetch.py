"""Pictures from the web, for callers who are not trusted with our place in the network.

A name is looked up once, every address that it has is judged, and the connection goes to one of
those: a second lookup, which could give another address, never happens. Nothing of this machine is
sent: no cookies, no credentials of `.netrc`, no proxy of the environment. No answer is decoded, so
what is counted is what there is.
"""

import re
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import anyio
import anyio.to_thread
import httpx2

from ...memory import Forbidden, InputError, PictureError
from .public import Ip, address, is_house, is_public
from .reach import Reach

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a name, for a port."""

Dial = Callable[[str, int], tuple[str, int]]
"""Where to connect for a judged address and port."""

_MOVED = frozenset({301, 302, 303, 307, 308})
_DEFAULT = {"https": 443, "http": 80}
_NUMBER = re.compile(r"(\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)
_HEADERS = {
    "accept": "image/*,*/*;q=0.1",
    "accept-encoding": "identity",
    "user-agent": "editloop",
}
_LONGEST = 8192


async def look_up(name: str, port: int) -> Sequence[str]:
    """Ask the system's resolver, in a thread beside those that the rest of the process asks it in.

    Names that nobody answers for would fill those, and then no editor were found any more.
    """
    import socket

    def ask() -> Sequence[str]:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(each[4][0]) for each in found))

    alone = anyio.CapacityLimiter(1)
    return await anyio.to_thread.run_sync(ask, abandon_on_cancel=True, limiter=alone)


def straight(ip: str, port: int) -> tuple[str, int]:
    """Connect to the address itself."""
    return ip, port


@dataclass(frozen=True, slots=True)
class _Place:
    """A URL that may be asked, and where."""

    url: httpx2.URL
    host: str
    port: int
    addresses: tuple[str, ...]


class Fetcher:
    """Fetches what `reach` allows, at most `limit` bytes of it."""

    def __init__(
        self,
        reach: Reach,
        limit: int,
        *,
        look_up: LookUp = look_up,
        dial: Dial = straight,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """`look_up`, `dial` and `trust` stand for the network, for those who have another one."""
        self._reach, self._limit = reach, min(limit, reach.url_bytes)
        self._named = frozenset(host.lower().removesuffix(".") for host in reach.private_hosts)
        self._look_up, self._dial, self._trust = look_up, dial, trust

    async def fetch(self, url: str) -> bytes:
        """Return the bytes at an address, whatever they are.

        Raises:
            Forbidden: it leads somewhere that may not be asked, or URLs are not fetched here.
            PictureError: it is too large.
            InputError: it is no address, or no answer came in time.
        """
        if not (self._reach.urls or self._named):
            raise Forbidden(
                "addresses are not fetched here: send the picture as an upload, or start the "
                "server with --allow-urls"
            )
        seconds = self._reach.url_seconds
        try:
            with anyio.fail_after(seconds):
                return await self._followed(url)
        except TimeoutError:
            raise InputError(
                f"{_shown(url)} took longer than {seconds:g} s: send the picture as an upload"
            ) from None

    async def _followed(self, url: str) -> bytes:
        for _ in range(self._reach.redirects + 1):
            place = await self._judged(url)
            found = await self._asked(place)
            if isinstance(found, bytes):
                return found
            url = _joined(place.url, found)
        raise InputError(
            f"{_shown(url)}: more than {self._reach.redirects} redirects; give the address of the "
            "picture itself"
        )

    async def _judged(self, text: str) -> _Place:
        """Take an address apart, look its name up, and hold all that it leads to against the rules."""
        url = _parsed(text)
        host = url.raw_host.decode("ascii").lower().removesuffix(".")
        port = url.port or _DEFAULT[url.scheme]
        named = bool(self._named & {host, f"{host}:{port}"})
        if not (named or self._reach.urls):
            raise Forbidden(f"{_shown(text)}: only hosts that were allowed by name are asked here")
        if not named and (url.scheme != "https" or port != _DEFAULT["https"]):
            raise Forbidden(f"{_shown(text)}: only https at its usual port is fetched")

        found = [host] if address(host) else await self._addresses(host, port)
        ips = [address(each) for each in found]
        if not ips or not all(ip and _allowed(ip, named) for ip in ips):
            raise Forbidden(
                f"{_shown(text)} leads to no address of the open internet: only those are fetched"
            )
        return _Place(url, host, port, tuple(str(ip) for ip in ips))

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        # `127.1`, `0x7f.1` and `2130706433` are addresses for a resolver, and here they are nothing.
        if not host or ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
            raise Forbidden(f"{host[:100]!r} is no host that is fetched from")
        try:
            return await self._look_up(host, port)
        except (OSError, UnicodeError):
            raise InputError(f"{host[:100]!r} is not known: look at the address again") from None

    async def _asked(self, place: _Place) -> bytes | str:
        """Ask one of the addresses, the next one where nobody listens: a picture, or a redirect."""
        for last, ip in enumerate(place.addresses, 1 - len(place.addresses)):
            try:
                return await self._got(place, ip)
            except httpx2.ConnectError:
                if last == 0:
                    raise InputError(f"{place.host} cannot be reached, or not safely") from None
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise InputError(f"{place.host} broke off ({type(error).__name__})") from None
        raise AssertionError("a place has an address")

    async def _got(self, place: _Place, ip: str) -> bytes | str:
        """One connection per answer: none is shared between names at the same address."""
        at, port = self._dial(ip, place.port)
        url = place.url.copy_with(host=at, port=port)
        headers = {**_HEADERS, "host": place.url.netloc.decode("ascii")}
        names = {"sni_hostname": place.host}  # also the name that the certificate must have
        async with (
            httpx2.AsyncClient(
                trust_env=False,
                follow_redirects=False,
                timeout=None,
                verify=await self._trusted(),
            ) as http,
            http.stream("GET", url, headers=headers, extensions=names) as answer,
        ):
            if answer.status_code in _MOVED and "location" in answer.headers:
                return answer.headers["location"]
            if answer.status_code != 200:
                raise InputError(f"{place.host} answered {answer.status_code} and no picture")
            return await self._read(answer, place.host)

    async def _trusted(self) -> ssl.SSLContext:
        """The authorities of this system, read once."""
        if self._trust is None:
            self._trust = await anyio.to_thread.run_sync(_authorities)
        return self._trust

    async def _read(self, answer: httpx2.Response, host: str) -> bytes:
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise PictureError(f"{host} sent it compressed, which pictures are already")
        length = answer.headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 15 or int(length) > self._limit):
            raise self._too_large(host)

        found = bytearray()
        async for piece in answer.aiter_raw():
            found += piece
            if len(found) > self._limit:
                raise self._too_large(host)
        return bytes(found)

    def _too_large(self, host: str) -> PictureError:
        return PictureError(f"what {host} sends is larger than {self._limit:,} bytes: shrink it")


def _authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


def _parsed(text: str) -> httpx2.URL:
    if len(text) > _LONGEST or not text.isprintable() or "\\" in text or " " in text:
        raise InputError("this is no address of a picture: give https://… as it is in a browser")
    try:
        url = httpx2.URL(text)
        ascii_host = url.raw_host.decode("ascii")
    except (httpx2.InvalidURL, ValueError):
        raise InputError(f"{_shown(text)} is no address") from None

    if url.scheme not in _DEFAULT or not ascii_host:
        raise Forbidden("only https:// is fetched")
    if url.userinfo:
        raise Forbidden("an address with a name and a password in it is not fetched")
    return url


def _joined(base: httpx2.URL, location: str) -> str:
    try:
        return urljoin(str(base), location)
    except ValueError:
        raise InputError(f"{base.host} redirects to what is no address") from None


def _allowed(ip: Ip, named: bool) -> bool:
    """A private address only for a host that is allowed by name; metadata, link-local for nobody."""
    return is_public(ip) or (named and is_house(ip))


def _shown(url: str) -> str:
    """An address for people: what comes after the host may hold a signature."""
    scheme, _, rest = url.partition("://")
    host = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    return f"{scheme}://{host}/…"[:120]

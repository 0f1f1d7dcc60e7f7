"""What the handlers of one application share while it is open."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import anyio
from starlette.requests import Request

from ...memory import EditloopError
from ..host import Host
from ..pictures import Pictures
from ..reached import check_public_url
from ..refusals import Refused
from ..rules import BodyRules
from .numbers import Numbers

PATIENCE = 5
"""Seconds that the store may take to say how it is."""

_WAITING = "Runs that wait in the store, for any process."


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRules:
    """Bounds of one server; reaching one is an answer to the client."""

    at_once: int = 8
    """Runs that this process works on."""

    waiting: int = 256
    """Runs that may wait in the store, for any process; the next one is answered 429."""

    works: bool = True
    """Whether this process works on runs; one that does not answers for those of others."""

    poll_seconds: float = 0.5
    """How often what happens in other processes is looked for."""

    body: BodyRules = field(default_factory=BodyRules)
    bodies_bytes: int = 1_000_000_000
    """Of all requests that are arriving at the same time."""

    strict_models: bool = False
    """Answer 404 at `/v1/images/edits` to a model that is not here."""

    same_seconds: float = 0.0
    """How long the same request there without a key means the same runs; 0 for never."""

    public_url: str = ""
    """Where the server is reached behind a proxy; empty: as it is asked."""

    heartbeat_seconds: float = 15.0
    """A stream of events is never silent for longer."""

    stalled_seconds: float = 60.0
    """A listener that takes nothing for so long is let go."""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            SettingsError: a public address that is none.
        """
        if self.public_url:
            check_public_url(self.public_url)


@dataclass(slots=True)
class Inside:
    """What is open, and what is under way."""

    host: Host
    pictures: Pictures
    rules: ApiRules
    numbers: Numbers
    ending: bool = False
    streams: set[anyio.CancelScope] = field(default_factory=set[anyio.CancelScope])
    """Whoever waits for something to happen; they are let go when the server ends."""

    _arriving: int = 0

    def end(self) -> None:
        """Let go of everybody who waits: the server is about to stop."""
        self.ending = True
        for scope in [*self.streams]:
            scope.cancel()

    async def gauges(self) -> dict[str, tuple[str, float]]:
        """How things stand at this moment, also where the store does not say."""
        host, waiting = self.host, await self._waiting()
        known = {} if waiting is None else {"editloop_runs_waiting": (_WAITING, float(waiting))}
        return {
            **known,
            "editloop_store_up": ("Whether the store answers.", float(waiting is not None)),
            "editloop_runs_working": ("Runs that are worked on here.", float(host.working)),
            "editloop_runs_at_once": ("Runs that are worked on here at most.", float(host.at_once)),
            "editloop_run_mean_seconds": ("Running mean of a run's time here.", host.seconds),
            "editloop_server_listeners": ("Streams and waits that are open.", len(self.streams)),
        }

    async def _waiting(self) -> int | None:
        """Runs that wait; None where the store does not say."""
        with anyio.move_on_after(PATIENCE), suppress(EditloopError):
            return await self.host.waiting()
        return None

    @contextmanager
    def waiting(self) -> Generator[anyio.CancelScope]:
        """A scope that ends with the server."""
        with anyio.CancelScope() as scope:
            self.streams.add(scope)
            if self.ending:
                scope.cancel()
            try:
                yield scope
            finally:
                self.streams.discard(scope)

    @contextmanager
    def arriving(self, http: Request) -> Generator[None]:
        """Hold room for a body before it is read.

        Raises:
            Refused: 429 where too much is arriving already; 413 where it is too long.
        """
        most = self.rules.body.body_bytes
        length = http.headers.get("content-length", "")
        size = min(int(length), most) if length.isdecimal() and len(length) < 20 else most
        if self._arriving and self._arriving + size > self.rules.bodies_bytes:
            said = "too many pictures are arriving at once: try again in a moment"
            raise Refused(429, "busy", said, headers={"retry-after": "2"})

        self._arriving += size
        try:
            yield
        finally:
            self._arriving -= size

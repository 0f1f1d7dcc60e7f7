"""The host of runs, which all doors share."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ...agent import EditAgent
from ...memory import Run
from ...memory.store import Annotation, RunFilter, RunSummary
from ...memory.store.annotation import Kind, Value
from ..principals import Principal
from .moments import Moment
from .wish import Wish

Hear = Callable[[Moment], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that was asked for."""

    run: Run
    again: bool = False
    """The same request had been made before, and this is its run."""


class Host:
    """Runs in the background of this process, shared with all processes on the same store.

    async with Host(agent, at_once=4, waiting=100).open() as host: ...
    """

    def __init__(
        self,
        agent: EditAgent,
        *,
        at_once: int = 8,
        waiting: int = 256,
        works: bool = True,
        poll_seconds: float = 0.5,
    ) -> None:
        """`at_once` runs are worked on here; `waiting` may wait in the store, for any process.

        A host that does not work only answers: others on the same store do the runs. What happens
        in other processes is seen every `poll_seconds`.
        """
        raise NotImplementedError

    @property
    def agent(self) -> EditAgent:
        """What makes the runs; its `images` and `store` are where everything is."""
        raise NotImplementedError

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["Host"]:
        """Work while the block runs; afterwards runs that are not done are free for others."""
        raise NotImplementedError
        yield self

    async def begin(self, wish: Wish, who: Principal, *, key: str = "") -> Begun:
        """Write a run down and have it worked on, here or by another process.

        With an idempotency `key` the same wish again gives the same run, for 24 hours.

        Raises:
            LimitReached: no room, or the caller has had its share; `retry_after` says when.
            KeyReused: the key was used for another wish.
            StoreError: the record cannot be written.
        """
        raise NotImplementedError

    async def fork(
        self,
        name: str,
        who: Principal,
        *,
        turn: int | None = None,
        instruction: str | None = None,
        wish: Callable[[Wish], Wish] = lambda wish: wish,
        key: str = "",
    ) -> Begun:
        """Begin a run from a picture of another one: its answer, or that of a turn (0: its source).

        Without an instruction it is that of the first run. The new run says where it comes from in
        its labels `parent` (run id) and `parent_turn`, and keeps `session`. `wish` may change what
        is asked before it is written down.

        Raises:
            RunNotFound: there is no such run, or not for this caller.
            InputError: the run has no such picture yet.
            LimitReached, KeyReused, StoreError: as in `begin`.
        """
        raise NotImplementedError

    async def run(self, name: str, who: Principal) -> Run:
        """Return a run by its id, the beginning or end of it, or `last` (of this caller's).

        Raises:
            RunNotFound: there is none that this caller may see.
        """
        raise NotImplementedError

    async def runs(
        self, who: Principal, where: RunFilter, *, limit: int = 20, before: str | None = None
    ) -> Sequence[RunSummary]:
        """Return runs, newest first; `before` is the id of the last one of the page before."""
        raise NotImplementedError

    async def wait(
        self, name: str, who: Principal, seconds: float, *, hear: Hear | None = None
    ) -> Run:
        """Wait until a run is closed or is paused, at most so long, and return it as it is then.

        `hear` is told what happens meanwhile. Cancelling the wait leaves the run alone.

        Raises:
            RunNotFound: there is none that this caller may see.
        """
        raise NotImplementedError

    @asynccontextmanager
    async def moments(
        self, name: str, who: Principal, *, after: int = 0
    ) -> AsyncGenerator[AsyncIterator[Moment]]:
        """Iterate over what happened and happens to a run, until it is closed or is paused.

        Moments on record come all and in order; of passing ones a slow reader may miss some.

        Raises:
            RunNotFound: there is none that this caller may see.
        """
        raise NotImplementedError
        yield

    async def pause(self, name: str, who: Principal) -> Run:
        """Stop working on a run, wherever that happens; it stays open, and `resume` goes on.

        The call of editor or thinker that is under way is broken off. A closed run stays as it is.

        Raises:
            RunNotFound: there is none that this caller may see.
        """
        raise NotImplementedError

    async def resume(self, name: str, who: Principal) -> Run:
        """Have an open run worked on again; a closed run stays as it is.

        Raises:
            RunNotFound: there is none that this caller may see.
            LimitReached: no room.
        """
        raise NotImplementedError

    async def annotate(
        self,
        name: str,
        who: Principal,
        turn: int | None,
        about: str,
        value: Value,
        *,
        note: str = "",
        kind: Kind = "HUMAN",
    ) -> Annotation:
        """Say something about a run or one of its turns, in the caller's name.

        Raises:
            RunNotFound: there is none that this caller may see.
            StoreError: it has no such turn.
        """
        raise NotImplementedError

    async def may_see(self, sha256: str, who: Principal) -> bool:
        """Whether a picture is of a run, or of an upload, that this caller may see."""
        raise NotImplementedError

    def paused(self, run: Run) -> bool:
        """Whether nobody works on an open run, nor will until it is resumed; as last seen."""
        raise NotImplementedError

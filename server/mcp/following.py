"""Waiting for a run with a client that listens: progress on every half-turn and in between."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server.mcpserver import Context

from ...agent.scope import helpers
from ...memory import EditloopError, Run
from ..host import Host, Moment
from ..host.moments import moments
from ..principals import Principal
from .rules import McpRules
from .told import clipped
from .who import taken_back

_SMALL = 0.001  # how far a beat moves the progress: less than any step, and never backwards
_LOOK = 0.5  # seconds between two looks whether this server ends
_STEPS = 0.9  # of a half-turn, shared by the steps of an edit


class Progress:
    """Tells one request how far its run is; the numbers grow strictly, whatever happens."""

    def __init__(
        self, ctx: Context[Any], run: Run, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ctx, self._clock = ctx, clock
        self._turns = int(run.settings.get("turns") or 0)
        past = moments(run)
        self._heard = (past[-1].number or 0) if len(past) > 1 else 0
        self._at = 0.0
        self._said = "waiting for its turn"
        self._since = self._told = clock()
        self._one = anyio.Lock()

    async def hear(self, moment: Moment) -> None:
        """Tell of a moment, unless it was over before the request came."""
        if moment.number is not None and moment.number <= self._heard:
            self._at = max(self._at, float(moment.number))
            return

        at = self._place(moment)
        said = _sentence(moment, self._turns)
        if said:
            self._said, self._since = said, self._clock()
            await self._tell(at, said)

    async def beat(self) -> None:
        """Say that it goes on."""
        seconds = self._clock() - self._since
        await self._tell(self._at + _SMALL, f"{self._said} ({seconds:.0f} s)")

    def silent(self) -> float:
        """Seconds since anything was told."""
        return self._clock() - self._told

    async def _tell(self, at: float, said: str) -> None:
        async with self._one:  # beats and moments come from two tasks, and none may overtake
            self._at = max(at, self._at + _SMALL)
            self._told = self._clock()
            total = max(2.0 * self._turns + 2, self._at) if self._turns else None
            await self._ctx.report_progress(self._at, total, said)

    def _place(self, moment: Moment) -> float:
        """Where a moment lies: on record by its number, else in the half-turn that it belongs to."""
        if moment.number is not None:
            return float(moment.number)

        begun = 2.0 * int(moment.facts.get("turn") or 1) - 1
        done, of = moment.facts.get("done"), moment.facts.get("of")
        share = float(done) / float(of) if done and of else 0.0
        return begun + _STEPS * min(1.0, share) if moment.name == "turn.progress" else begun


async def followed(
    host: Host,
    ctx: Context[Any],
    run: Run,
    who: Principal,
    seconds: float,
    *,
    rules: McpRules,
    pauses: bool,
) -> Run:
    """Wait for a run at most so long, and return it as it is then.

    A request that its client takes back has its run paused if it `pauses`; when the connection ends
    or this server does, the run goes on, here or in the next process. A server that is about to end
    answers at once with what there is.

    Raises:
        RunNotFound: there is none that this caller may see.
    """
    progress, stay = Progress(ctx, run), anyio.CancelScope()
    try:
        async with _beside(progress, rules, stay):
            with stay:
                return await host.wait(run.id, who, seconds, hear=progress.hear)
        return await host.run(run.id, who)
    except anyio.get_cancelled_exc_class():
        if pauses and not rules.leaving() and taken_back(ctx):
            await _paused(host, run, who, rules.pause_seconds)
        raise


@asynccontextmanager
async def _beside(
    progress: Progress, rules: McpRules, stay: anyio.CancelScope
) -> AsyncGenerator[None]:
    """Beat beside the block, and let go of it when this server is about to end."""
    every = rules.beat_seconds

    async def beat() -> None:
        while not rules.leaving():
            await anyio.sleep(min(_LOOK, max(0.0, every - progress.silent())))
            if progress.silent() >= every:
                await progress.beat()
        stay.cancel()

    async with helpers() as group:
        group.start_soon(beat)
        yield


async def _paused(host: Host, run: Run, who: Principal, seconds: float) -> None:
    with anyio.move_on_after(seconds, shield=True):
        try:
            await host.pause(run.id, who)
        except EditloopError:
            return  # it has ended, or others work on it; nobody waits for an answer


def _sentence(moment: Moment, turns: int) -> str:
    facts = moment.facts
    turn = f"turn {facts.get('turn')}" + (f"/{turns}" if turns else "")
    match moment.name:
        case "run.opened":
            return f"begun: {facts['editor']} edits, {facts['thinker']} looks at it"
        case "turn.editing":
            return f"{turn}: editing, told {clipped(str(facts['instruction']), 80)!r}"
        case "turn.progress":
            return f"{turn}: editing, {facts['done']} of {facts['of']} {facts['what']}".rstrip()
        case "turn.retrying":
            why = facts["failure"]["message"]
            return f"{turn}: once more in {facts['wait']:g} s, {clipped(why, 80)}"
        case "turn.edited":
            return f"{turn}: edited, looking at it"
        case "turn.completed":
            return _verdict(turn, facts)
        case "run.closed":
            return f"{facts['status']} after {facts['turns']} turns"
        case _:
            return ""


def _verdict(turn: str, facts: dict[str, Any]) -> str:
    if facts.get("failure"):
        return f"{turn}: {clipped(facts['failure']['message'], 80)}"
    if facts.get("score") is None:
        return f"{turn}: looked at"

    return f"{turn}: score {facts['score']:.1f}, refining {clipped(facts['refined'], 80)!r}"

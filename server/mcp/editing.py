"""The tools that edit: begin a run, go on from one, look how far it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from anyio import current_time
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from ...agent.telemetry import asked_for
from ...memory import ImageRef, InputError, Run
from ...memory.records import SOURCE
from ..host import Host, Wish
from ..pictures import Pictures
from ..principals import Principal
from . import arguments as given
from .answers import Answers
from .facts import RunFacts
from .following import followed
from .outbox import FILE
from .rules import McpRules
from .told import shown_number
from .who import client_of, who

DOOR = "mcp"

_Answer = Annotated[CallToolResult, RunFacts]
_WAIT = 45.0


class Editing:
    """`edit_image`, `refine_run`, `get_run`."""

    def __init__(self, host: Host, pictures: Pictures, answers: Answers, rules: McpRules) -> None:
        self._host, self._pictures = host, pictures
        self._answers, self._rules = answers, rules

    async def edit_image(
        self,
        ctx: Context[Any],
        image: given.Picture,
        instruction: given.Instruction,
        mask: given.Mask = None,
        references: given.References = None,
        turns: given.Turns = None,
        semantic: given.Semantic = None,
        quality: given.Quality = None,
        seconds: given.Seconds = None,
        wait_seconds: given.Wait = _WAIT,
        session: given.Session = "",
        request_key: given.RequestKey = "",
    ) -> _Answer:
        """Begin a run and wait for it, for a while."""
        caller, until = who(ctx), current_time() + wait_seconds
        wish = Wish(
            source=await self._taken(image, caller),
            instruction=instruction,
            mask=await self._taken(mask, caller) if mask else None,
            references=tuple([await self._taken(each, caller) for each in references or ()]),
            labels=_labels(ctx, session=session, file=given.named(image)),
            bounds=given.bounds(turns, semantic, quality, seconds),
        )
        begun = await self._host.begin(wish, caller, key=request_key)
        return await self._followed(ctx, begun.run, caller, until)

    async def refine_run(
        self,
        ctx: Context[Any],
        run_id: given.RunId,
        instruction: Annotated[
            str,
            Field(
                description="What to change in its picture. None: a paused run is gone on with.",
                max_length=8_000,
            ),
        ] = "",
        turn: Annotated[
            int | None,
            Field(description="Go on from this turn's picture; else the best.", ge=0, le=1_000),
        ] = None,
        turns: given.Turns = None,
        semantic: given.Semantic = None,
        quality: given.Quality = None,
        seconds: given.Seconds = None,
        wait_seconds: given.Wait = _WAIT,
        request_key: given.RequestKey = "",
    ) -> _Answer:
        """Go on from a run, or go on with one that is paused; then wait, for a while."""
        caller, until = who(ctx), current_time() + wait_seconds
        name, turn = given.run_of(run_id, turn)
        run = await self._host.run(name, caller)
        if not instruction.strip():
            run = await self._gone_on(run, caller, turn)
            return await self._followed(ctx, run, caller, until)

        bounds = given.bounds(turns, semantic, quality, seconds)
        labels = _labels(ctx, session="", file=run.task.labels.get(FILE, ""))
        begun = await self._host.fork(
            run.id,
            caller,
            turn=self._base(run) if turn is None else turn,
            instruction=instruction,
            wish=lambda wish: replace(wish, labels={**labels, **wish.labels}, bounds=bounds),
            key=request_key,
        )
        return await self._followed(ctx, begun.run, caller, until)

    async def get_run(
        self,
        ctx: Context[Any],
        run_id: given.RunId,
        wait_seconds: given.Wait = 0.0,
        turn: Annotated[
            int | None,
            Field(description="Show this turn's picture; 0 is the source.", ge=0, le=1_000),
        ] = None,
    ) -> _Answer:
        """Tell how far a run is; changes nothing, and nothing happens when it is cancelled."""
        caller = who(ctx)
        name, turn = given.run_of(run_id, turn)
        run = await self._host.run(name, caller)
        if wait_seconds:
            run = await followed(
                self._host, ctx, run, caller, wait_seconds, rules=self._rules, pauses=False
            )
        return await self._answers.run(ctx, run, turn)

    async def _taken(self, picture: given.Given, caller: Principal) -> ImageRef:
        return await given.picture(self._pictures, picture, caller, self._rules.folders)

    async def _followed(
        self, ctx: Context[Any], run: Run, caller: Principal, until: float
    ) -> CallToolResult:
        """Answer when the run is over, or when the time of the call is: taking the picture in was
        a part of it, and clients count from the beginning."""
        asked_for(run.id)
        seconds = max(0.0, until - current_time())
        run = await followed(self._host, ctx, run, caller, seconds, rules=self._rules, pauses=True)
        return await self._answers.run(ctx, run)

    async def _gone_on(self, run: Run, caller: Principal, turn: int | None) -> Run:
        if run.stop is not None or turn is not None:
            raise InputError(
                f"say what to change: run {run.id} "
                + ("has ended" if run.stop is not None else "goes on only from where it is")
                + ", and only a paused run goes on without an instruction"
            )
        return await self._host.resume(run.id, caller)

    def _base(self, run: Run) -> int | None:
        """The turn to go on from: the best so far, or the source where a run ended without any."""
        best = shown_number(self._host, run)
        return SOURCE if best is None and run.stop else best


def _labels(ctx: Context[Any], *, session: str, file: str) -> Mapping[str, str]:
    found = {"door": DOOR, "client": client_of(ctx), "session": session, FILE: file}
    return {name: value for name, value in found.items() if value}

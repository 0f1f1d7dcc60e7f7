"""What turn 1 is told: the user's own words, or a rewriter's, who is asked once before the edit.

A rewriter that fails costs nothing but its time: the user's words are used, and the turn's notes
say why. It is not asked again once turn 1 is on record.
"""

from collections.abc import Awaitable, Callable

from ..memory import EditloopError, Failure, MalformedCritique, Run, Sample, ThinkerError, Turn
from ..policies import Rewriter, Rewriting, Wish
from ..tools import Picture
from .border import border
from .events import Event, Retrying
from .kit import Kit

Emit = Callable[[Event], Awaitable[None]]


async def worded(kit: Kit, run: Run, turn: Turn, emit: Emit) -> Turn:
    """Return turn 1 with the instruction of the rewriter, where there is one.

    Its time and cost are added to the first half of the turn, failed answers' too.
    """
    rewriter = kit.rewriter
    if rewriter is None:
        return turn

    asked = _Asked(kit, rewriter, run, turn, emit)
    try:
        told, note = await asked.instruction(), f"{rewriter.name} worded the instruction"
    except EditloopError as error:
        if error.border in ("store", "budget"):
            raise
        told, note = turn.instruction, f"{rewriter.name} could not word the instruction: {error}"

    return turn.but(
        instruction=told,
        notes=(note,),
        edit_seconds=sum(sample.seconds for sample in asked.samples),
        edit_cost=sum(sample.cost for sample in asked.samples),
    )


class _Asked:
    """One rewriter, asked until it can be read or the attempts are used up."""

    def __init__(self, kit: Kit, rewriter: Rewriter, run: Run, turn: Turn, emit: Emit) -> None:
        self.samples: list[Sample] = []
        self._kit, self._rewriter, self._run, self._turn, self._emit = (
            kit,
            rewriter,
            run,
            turn,
            emit,
        )

    async def instruction(self) -> str:
        """The rewriter's words."""
        count, told = self._kit.retry.samples, ""
        async for attempt in self._kit.retry.attempts(count):
            with attempt, self._kit.telemetry.rewrite(self._run, self._rewriter.name, attempt.num):
                try:
                    rewriting = await self._once(attempt.num)
                except EditloopError as error:
                    await self._failed(error, attempt.num < count, attempt.next_wait)
                    raise

                self.samples.append(rewriting.sample)
                told = rewriting.instruction

        return told

    async def _once(self, nth: int) -> Rewriting:
        task = self._run.task
        async with self._kit.thinking:
            wish = Wish(
                source=Picture(await self._kit.images.get(task.source), task.source.media_type),
                asked=task.instruction,
                seed=task.seed + nth - 1,
                source_sha256=task.source.sha256,
                key=f"{self._run.id}:{self._turn.number}",
            )
            with border(ThinkerError, f"rewriter {self._rewriter.name!r}"):
                return await self._rewriter.rewrite(wish)

    async def _failed(self, error: EditloopError, more: bool, wait: float) -> None:
        if isinstance(error, MalformedCritique):
            self.samples += [error.sample] if error.sample else []
            wait = 0.0

        if more and error.retryable:
            failure = Failure.of(error)
            await self._emit(Retrying(self._run.id, self._turn.number, failure, wait))

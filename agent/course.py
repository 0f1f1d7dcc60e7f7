"""The course of one run: what is missing on record is done next.

All state is the run itself, so a run that was killed anywhere goes on from its record: a turn with
an edit and no critique is criticised, a whole turn is followed by the next, and the stop policy
is asked again. Nothing that is on record is done twice.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import perf_counter

from opentelemetry.trace import Span

from ..memory import (
    BudgetSpent,
    EditloopError,
    EditorError,
    Failure,
    Finding,
    ImageRef,
    MalformedCritique,
    PictureError,
    Run,
    Sample,
    Stop,
    StopReason,
    ThinkerError,
    Turn,
)
from ..policies import Comparison, Opinion
from ..tools import Edited, EditRequest, Picture
from ..tools.findings import seen
from .border import border
from .events import Editing, Event, Retrying, TurnCriticised, TurnEdited
from .first import worded
from .kit import Kit
from .progress import told
from .scope import unbroken

Emit = Callable[[Event], Awaitable[None]]


@dataclass(slots=True)
class Course:
    """Drives one run to its end; `run` is always what is on record."""

    kit: Kit
    run: Run
    emit: Emit

    async def finish(self) -> Stop:
        """Make turns until there is a reason to stop, and return it."""
        while (why := self.ending()) is None:
            try:
                await self._turn()
            except BudgetSpent as error:
                return Stop(reason=StopReason.BUDGET, detail=str(error))

        return why

    def ending(self) -> Stop | None:
        """The reason to stop that follows from the record, if there is one."""
        last = self.run.last
        if last is None:
            return None

        if last.failure:
            refused = last.failure.border == "input" and not any(t.edited for t in self.run.turns)
            reason = StopReason.REFUSED if refused else StopReason.FAILED
            return Stop(reason=reason, detail=last.failure.message)

        if not last.done and self.kit.rules.criticise_last:
            return None

        return self.kit.rules.stop.decide(self.run)

    async def _turn(self) -> None:
        last = self.run.last
        number = len(self.run.turns) + (1 if last is None or last.done else 0)
        with self.kit.telemetry.turn(self.run, number) as span:
            if last is None or last.done:
                await self._edit(number)

            if self.run.last and not self.run.last.done and not self.ending():
                await self._think(span)

    async def _edit(self, number: int) -> None:
        """The first half of a turn."""
        turn = self._next_turn(number)
        if number == 1:
            turn = await worded(self.kit, self.run, turn, self.emit)
        await self.emit(Editing(self.run.id, turn))
        try:
            turn = await self._edited(turn)
        except EditloopError as error:
            if error.border in ("store", "budget"):
                raise
            turn = turn.but(failure=Failure.of(error))

        await self._record(turn, self.kit.store.edited)
        await self.emit(TurnEdited(self.run, turn))

    def _next_turn(self, number: int) -> Turn:
        run, last = self.run, self.run.last
        told = last.critique.refined if last and last.critique else run.task.instruction
        base = self.kit.rules.base.choose(run)
        return Turn(number=number, instruction=told, base=base, seed=run.task.seed)

    async def _edited(self, turn: Turn) -> Turn:
        count = self.kit.retry.edits
        async for attempt in self.kit.retry.attempts(count):
            with attempt, self.kit.telemetry.edit(self.run, turn) as span:
                try:
                    turn = await self._ask_editor(turn)
                except EditloopError as error:
                    await self._retrying(turn, error, attempt.num < count, attempt.next_wait)
                    raise

                self.kit.telemetry.edited(span, turn)

        return turn

    async def _ask_editor(self, turn: Turn) -> Turn:
        editor = self.kit.editor
        async with self.kit.editing:  # bytes are in memory only inside
            request = await self._request(turn)
            start = perf_counter()
            with self.kit.ledger.reserve(edits=1, cost=editor.abilities.cost) as held:
                with border(EditorError, f"editor {editor.name!r}"):
                    async with told(self.emit, self.run.id, turn.number) as watch:
                        edited = await editor.edit(replace(request, watch=watch))
                held.real = edited.cost
            seconds = edited.seconds or perf_counter() - start
            return turn.but(
                edited=await self._kept(edited),
                edit_seconds=turn.edit_seconds + seconds,
                edit_cost=turn.edit_cost + edited.cost,
                notes=(*turn.notes, *edited.notes),
                findings=await _looked(request, edited),
            )

    async def _kept(self, edited: Edited) -> ImageRef:
        try:
            return await unbroken(self.kit.images.put(edited.picture.data))
        except PictureError as error:
            raise EditorError(
                f"editor {self.kit.editor.name!r} answered with something that is not a picture "
                f"we can use: {error}"
            ) from error

    async def _request(self, turn: Turn) -> EditRequest:
        task = self.run.task
        base = self.run.picture(turn.base)
        return EditRequest(
            source=await self._picture(base or task.source),
            instruction=turn.instruction,
            seed=turn.seed,
            mask=await self._picture(task.mask) if task.mask else None,
            references=tuple([await self._picture(ref) for ref in task.references]),
            key=f"{self.run.id}:{turn.number}",
        )

    async def _picture(self, ref: ImageRef) -> Picture:
        return Picture(await self.kit.images.get(ref), ref.media_type)

    async def _think(self, turn_span: Span) -> None:
        """The second half of a turn."""
        turn = self.run.turns[-1]
        try:
            turn = await self._criticised(turn, turn_span)
        except EditloopError as error:
            if error.border in ("store", "budget"):
                raise
            turn = self.run.turns[-1].but(failure=Failure.of(error))

        await self._record(turn, self.kit.store.critiqued)
        await self.emit(TurnCriticised(self.run, turn))

    async def _criticised(self, turn: Turn, turn_span: Span) -> Turn:
        before = len(turn.samples)  # samples that a killed worker left on record count
        count = max(1, self.kit.retry.samples - before)
        async for attempt in self.kit.retry.attempts(count):
            nth = before + attempt.num
            with attempt, self.kit.telemetry.think(self.run, turn, nth) as span:
                try:
                    opinion = await self._ask_thinker(turn, nth)
                except EditloopError as error:
                    await self._failed_sample(error, nth)
                    await self._retrying(turn, error, attempt.num < count, attempt.next_wait)
                    raise

                samples = (*self.run.turns[-1].samples, opinion.sample, *opinion.also)
                turn = self.run.turns[-1].but(critique=opinion.critique, samples=samples)
                self.kit.telemetry.criticised((turn_span, span), turn)

        return turn

    async def _ask_thinker(self, turn: Turn, nth: int) -> Opinion:
        task, edited = self.run.task, turn.edited
        if edited is None:
            raise ThinkerError(f"turn {turn.number} has no edit to look at")

        async with self.kit.thinking:
            comparison = Comparison(
                source=await self._picture(task.source),
                edited=await self._picture(edited),
                asked=task.instruction,
                told=turn.instruction,
                seed=task.seed + nth - 1,
                sample=1 + sum(s.verdict != "failed" for s in self.run.turns[-1].samples),
                source_sha256=task.source.sha256,
                edited_sha256=edited.sha256,
                key=f"{self.run.id}:{turn.number}",
            )
            start = perf_counter()
            with border(ThinkerError, f"thinker {self.kit.thinker.name!r}"):
                opinion = await self.kit.thinker.critique(comparison)

        if opinion.sample.seconds:
            return opinion

        sample = opinion.sample.but(seconds=perf_counter() - start)
        return replace(opinion, sample=sample)

    async def _failed_sample(self, error: EditloopError, nth: int) -> None:
        """Put an answer that could not be read on record, with its text if there is one."""
        if error.border != "thinker":
            return

        sample, also = None, tuple[Sample, ...]()
        if isinstance(error, MalformedCritique):
            sample, also = error.sample, error.also

        sample = sample or Sample(text="", verdict="failed", problem=str(error))
        for each in (sample, *also):
            turn = self.run.turns[-1]
            await unbroken(self.kit.store.sampled(self.run.id, turn.number, each))
            self.run = self.run.with_turn(turn.but(samples=(*turn.samples, each)))

    async def _retrying(self, turn: Turn, error: EditloopError, more: bool, wait: float) -> None:
        if more and error.retryable:
            asked = self.kit.retry.worth_another(error)
            wait = asked if isinstance(asked, float) else wait
            await self.emit(Retrying(self.run.id, turn.number, Failure.of(error), wait))

    async def _record(self, turn: Turn, write: Callable[[str, Turn], Awaitable[None]]) -> None:
        """Write a half-turn; once it is made, not even a cancellation may lose it.

        It may have been paid for, so a store that is away for a moment is waited for.
        """
        async for attempt in self.kit.retry.until_written():
            with attempt:
                await unbroken(write(self.run.id, turn))
        self.run = self.run.with_turn(turn)


async def _looked(request: EditRequest, edited: Edited) -> tuple[Finding, ...]:
    """What can be seen of the edit, unless the editor has looked itself."""
    if edited.findings is not None:
        return edited.findings

    return await seen(request.source, edited.picture, pixels=False)

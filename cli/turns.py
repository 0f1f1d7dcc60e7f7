"""What a run looks like while it happens, as rows that both displays print."""

from dataclasses import dataclass, field
from time import monotonic

from ..agent.events import (
    Closed,
    Editing,
    EditProgress,
    Event,
    Opened,
    Retrying,
    TurnCriticised,
    TurnEdited,
)
from ..memory import Run, Turn


@dataclass(slots=True)
class Row:
    """One turn on the screen."""

    number: int
    instruction: str
    before: str | None
    """The instruction of the turn before."""

    status: str = "editing"
    semantic: float | None = None
    quality: float | None = None
    overall: float | None = None
    satisfied: bool | None = None
    """The stop flag of a thinker that gives no scores."""

    last_overall: float | None = None
    """The overall score before this turn."""

    seconds: float | None = None
    started: float = field(default_factory=monotonic)
    problem: str | None = None
    busy: bool = True


@dataclass(slots=True)
class Board:
    """All rows of a run, kept up to date by its events."""

    rows: list[Row] = field(default_factory=list[Row])
    run: Run | None = None

    def hear(self, event: Event) -> Row | None:
        """Take an event in and return the row that it has completed, if it has."""
        match event:
            case Opened(run=run):
                self._opened(run)
            case Editing(turn=turn):
                self._add(turn)
            case EditProgress(progress=at):
                self.rows[-1].status = f"{at.what} {at.done}/{at.of}"
            case TurnEdited(run=run, turn=turn):
                self.run = run
                return self._edited(turn)
            case Retrying(failure=failure, wait=wait):
                self.rows[-1].status = f"again in {wait:.0f} s" if wait >= 1 else "again"
                self.rows[-1].problem = failure.message
            case TurnCriticised(run=run, turn=turn):
                self.run = run
                return self._finished(turn)
            case Closed(run=run):
                self._closed(run)
        return None

    def _opened(self, run: Run) -> None:
        self.run = run
        for turn in run.turns:
            self._add(turn)
            if turn.done:
                self._finished(turn)
            else:
                self.rows[-1].status = "looking"

    def _add(self, turn: Turn) -> None:
        before = self.rows[-1].instruction if self.rows else None
        row = Row(turn.number, turn.instruction, before)
        scored = [row.overall for row in self.rows if row.overall is not None]
        row.last_overall = scored[-1] if scored else None
        self.rows.append(row)

    def _edited(self, turn: Turn) -> Row | None:
        if turn.failure:
            return self._finished(turn)

        self.rows[-1].status = "looking"
        return None

    def _finished(self, turn: Turn) -> Row:
        row = self.rows[-1]
        row.busy, row.status, row.problem = False, "", None
        row.seconds = turn.usage.seconds
        if turn.failure:
            row.status, row.problem = "failed", turn.failure.message
        if score := turn.score:
            row.semantic, row.quality = score.semantic, score.quality
            row.overall = score.overall
        row.satisfied = turn.critique.satisfied if turn.critique else None
        return row

    def _closed(self, run: Run) -> None:
        self.run = run
        for row in self.rows:
            row.busy = False
            if row.number == run.answer:
                row.status = "answer"

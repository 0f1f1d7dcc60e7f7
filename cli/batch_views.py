"""How a batch shows itself: one line that is redrawn, plain lines, or JSON."""

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Protocol, Self

from ..agent.events import Event, TurnEdited
from .batch_folder import Line
from .batch_totals import Totals
from .jobs import BatchJob
from .lines import EventLines, emit
from .words import clipped, counted, duration

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

    from .screen import Screen

_FAILURES_SHOWN = 10
_EVERY = 60.0
"""Seconds after which a plain line is due, however little has ended."""


@dataclass(slots=True, kw_only=True)
class Pulse:
    """What the displays are drawn from."""

    totals: Totals
    begun: float = field(default_factory=monotonic)
    edits: int = 0
    """Answered in this call."""

    running: int = 0

    @property
    def seconds(self) -> float:
        """Since the beginning of the call."""
        return monotonic() - self.begun

    @property
    def text(self) -> str:
        """One line: how many, how fast, how much longer, how good."""
        totals, seconds = self.totals, max(self.seconds, 1e-6)
        parts = [f"{totals.ended:,} of {totals.jobs:,}"]
        if totals.failed:
            parts.append(f"{totals.failed:,} failed")
        if self.running:
            parts.append(f"{self.running:,} running")
        if totals.now:
            left = (totals.jobs - totals.ended) * seconds / totals.now
            parts.append(f"{totals.now / seconds * 60:.1f} a minute")
            parts.append(f"{duration(left)} left" if left else duration(seconds))
        parts.append(counted(self.edits, "edit"))
        if means := totals.means:
            parts.append(f"score {means[0]:.1f} → {means[1]:.1f}")
        return ", ".join(parts)


class BatchView(Protocol):
    """Hears what happens in a batch."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Leave the screen in order."""
        ...

    def hear(self, job: BatchJob, event: Event) -> None:
        """Take an event of a run in."""
        ...

    def ended(self, job: BatchJob, line: Line) -> None:
        """Take a line in, which the totals have counted."""
        ...


class PlainBatch:
    """A line at every tenth of the way or minute, and the first failures."""

    def __init__(self, screen: "Screen", pulse: Pulse) -> None:
        self._screen = screen
        self._pulse = pulse
        self._tenth = 0
        self._said = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hear(self, job: BatchJob, event: Event) -> None:
        """Count edits."""
        self._pulse.edits += isinstance(event, TurnEdited)

    def ended(self, job: BatchJob, line: Line) -> None:
        """Print a line when one is due."""
        tell_failure(line, self._pulse.totals, self._screen)
        if self._screen.level > 0 and line["path"]:
            self._screen.say("job", f"{job.id}  {_scored(line)}  {counted(line['turns'], 'turn')}")
        totals = self._pulse.totals
        tenth = 10 * totals.ended // max(1, totals.jobs)
        if tenth > self._tenth or monotonic() - self._said > _EVERY:
            self._tenth, self._said = tenth, monotonic()
            self._screen.say("batch", self._pulse.text)


class LiveBatch:
    """One line that is redrawn in place; failures stay above it."""

    def __init__(self, screen: "Screen", pulse: Pulse) -> None:
        self._screen = screen
        self._pulse = pulse
        self._live: Live | None = None

    def __enter__(self) -> Self:
        from .redrawn import begun

        self._live = begun(self._screen.console, self._drawn)
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def hear(self, job: BatchJob, event: Event) -> None:
        """Count edits."""
        self._pulse.edits += isinstance(event, TurnEdited)

    def ended(self, job: BatchJob, line: Line) -> None:
        """Print a failure; the next refresh shows the rest."""
        tell_failure(line, self._pulse.totals, self._screen)

    def _drawn(self) -> "RenderableType":
        from .redrawn import progress

        totals = self._pulse.totals
        return progress("batch", totals.ended, totals.jobs, self._pulse.text)


class JsonBatch:
    """One JSON object per ended job, and with `events` one per event of its run."""

    def __init__(self, pulse: Pulse, *, events: bool) -> None:
        self._pulse = pulse
        self._events = EventLines() if events else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hear(self, job: BatchJob, event: Event) -> None:
        """Print an event when events are wanted."""
        self._pulse.edits += isinstance(event, TurnEdited)
        if self._events:
            self._events.hear(event)

    def ended(self, job: BatchJob, line: Line) -> None:
        """Print the line of a job."""
        emit({"type": "job.ended", **line})


def tell_failure(line: Line, totals: Totals, screen: "Screen") -> None:
    """Say why a job has no picture; after the first ten they are only counted."""
    if line["path"] is not None or totals.failed > _FAILURES_SHOWN:
        return

    screen.say("error:", f"{line['job']}: {why(line)}", style="poor", at=-1)
    if totals.failed == _FAILURES_SHOWN:
        screen.say("", "further failures are counted here and told in summary.jsonl", at=-1)


def why(line: Line) -> str:
    """Why a job has no picture, in one line."""
    error, stop = line["error"], line["stop"]
    said = error["message"] if error else stop["detail"] if stop else ""
    return clipped(str(said or line["status"]), 300)


def tell_totals(pulse: Pulse, screen: "Screen") -> None:
    """Say what a batch came to."""
    totals = pulse.totals
    found = totals.as_json()
    parts = [f"{found['accepted']:,} accepted", f"{found['below_target']:,} below target"]
    again = ", the next call tries them again" if totals.again else ""
    parts += [f"{totals.failed:,} failed{again}"] if totals.failed else []
    parts += [f"{found['left']:,} left"] if found["left"] else []
    before = f" ({totals.before:,} in an earlier call)" if totals.before else ""
    screen.say("jobs", f"{totals.jobs:,}: {', '.join(parts)}{before}")
    if means := totals.means:
        over = counted(totals.pairs, "scored job")
        screen.say("scores", f"first turn {means[0]:.2f}, answer {means[1]:.2f} on {over}")
    money = f", ${totals.cost:.2f}" if totals.cost else ""
    waited = f"{duration(totals.seconds)} of editor and thinker"
    screen.say("spent", f"{counted(totals.edits, 'edit')}, {waited}{money}")
    screen.say("took", f"{duration(pulse.seconds)}, {counted(pulse.edits, 'edit')} in this call")
    for kind, count in totals.kinds.most_common(5):
        job, said = totals.examples[kind]
        screen.say(
            "failed" if totals.failed else "met",
            f"{count:,} x {kind}: {clipped(said, 160)} (job {job})",
        )


def _scored(line: Line) -> str:
    return "no score" if line["score"] is None else f"overall {line['score']:.1f}"

"""One command that edits, from the wired agent to the exit code."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ..agent import Choices, Closed, EditAgent, Event, Opened
from ..agent.wiring import build
from ..memory import EditloopError, Failure, InternalError, LeaseLost, Run, Task
from .deliver import Finish, delivered
from .exits import Exit, of_error, of_failure, of_run
from .files import Source, Target
from .lines import EventLines
from .live import LiveTable, PlainLines, Watcher
from .report import Ending
from .screen import Screen

TaskOf = Callable[[EditAgent, Source], Awaitable[Task]]
"""Makes the task of a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything that a command wants done."""

    choices: Choices
    screen: Screen
    finish: Finish = field(default_factory=Finish)
    accept_best: bool = False
    events: bool = False
    resumable: str = "editloop resume"
    """The command that goes on with a run; its id is appended."""

    seen: list[Run] = field(default_factory=list[Run])
    """The runs that were opened, for what is said after an interruption."""

    ended: set[str] = field(default_factory=set[str])
    """Those of them that have ended, by their id."""

    @property
    def unfinished(self) -> list[Run]:
        """The runs that an interruption cut off."""
        return [run for run in self.seen if run.id not in self.ended]

    def watcher(self) -> Watcher:
        """What shows the run."""
        if self.events:
            return EventLines()
        if self.screen.lively:
            settings = self.choices.settings
            return LiveTable(self.screen, (settings.semantic, settings.quality))
        return PlainLines(self.screen)

    def code(self, run: Run) -> Exit:
        """The exit code of a closed run."""
        wanted = self.choices.settings
        return of_run(
            run, semantic=wanted.semantic, quality=wanted.quality, accept_best=self.accept_best
        )


@asynccontextmanager
async def wired(choices: Choices, *, keep: bool) -> AsyncGenerator[EditAgent]:
    """Build the agent; without `keep` on a store that is gone afterwards."""
    with ExitStack() as stack:
        if not keep:
            folder = stack.enter_context(TemporaryDirectory(prefix="editloop-"))
            changes = {"store": f"sqlite:///{folder}/editloop.db", "images": Path(folder, "images")}
            settings = choices.settings.model_copy(update=changes)
            choices = Choices(settings, choices.origins)
        async with build(choices) as agent:
            yield agent


async def one(agent: EditAgent, job: Job, task: Task | str, name: str, target: Target) -> Ending:
    """Run or resume one task, show it, and deliver the answer."""
    closed: Run | None = None
    with job.watcher() as watcher:
        try:
            async with agent.stream(task) as events:
                async for event in events:
                    _note(event, job)
                    watcher.hear(event)
                    closed = event.run if isinstance(event, Closed) else closed
        except EditloopError as error:
            return _broken(error, job, name)

    if closed is None:
        raise InternalError("a run ended without saying so")

    return await _delivered(agent, job, closed, name, target)


async def many(
    agent: EditAgent,
    job: Job,
    sources: Sequence[Source],
    targets: Sequence[Target],
    task_of: TaskOf,
) -> AsyncGenerator[Ending]:
    """Run one task per picture, several at once, and give endings as they come.

    A picture that cannot be taken ends with its failure and disturbs none of the others.
    """
    refused: list[Ending] = []
    order: list[int] = []

    async def tasks() -> AsyncGenerator[Task]:
        for index, source in enumerate(sources):
            try:
                task = await task_of(agent, source)
            except EditloopError as error:
                refused.append(_refused(error, source.name))
                continue
            order.append(index)
            yield task

    lines = EventLines() if job.events else None

    async def watch(event: Event) -> None:
        _note(event, job)
        if lines:
            lines.hear(event)

    limit = job.choices.settings.runs_at_once
    async with agent.run_many(tasks(), limit=limit, watch=watch) as outcomes:
        async for outcome in outcomes:
            index = order[outcome.index]
            name, target = sources[index].name, targets[index]
            if outcome.run:
                yield await _delivered(agent, job, outcome.run, name, target)
            elif outcome.failure:
                code = of_failure(outcome.failure)
                yield Ending(name, code, failure=outcome.failure)
    for ending in refused:
        yield ending


def _note(event: Event, job: Job) -> None:
    if isinstance(event, Opened):
        job.seen.append(event.run)
    if isinstance(event, Closed):
        job.ended.add(event.run.id)


def _broken(error: EditloopError, job: Job, name: str) -> Ending:
    """The run could not go on: its record is in trouble, or somebody else has it."""
    code = of_error(error)
    if not job.seen:
        raise error
    if isinstance(error, LeaseLost):
        code = Exit.UNKNOWN
    return Ending(name, code, job.seen[-1], failure=Failure.of(error))


def _refused(error: EditloopError, name: str) -> Ending:
    return Ending(name, of_error(error), failure=Failure.of(error))


async def _delivered(agent: EditAgent, job: Job, run: Run, name: str, target: Target) -> Ending:
    try:
        written = await delivered(agent, run, target, job.finish)
    except EditloopError as error:
        return Ending(name, of_error(error), run, failure=Failure.of(error))

    return Ending(name, job.code(run), run, written)

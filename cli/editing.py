"""What `edit` and `resume` do once the words are understood."""

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio

from ..agent import Choices, EditAgent
from ..memory import Run, Task, short
from . import session
from .choose import AnswerOptions, ShownOptions, TaskOptions
from .deliver import Finish
from .exits import Exit, gravest
from .files import Source, Target, planned, read
from .lines import emit
from .options import labels
from .report import Ending, tell, tell_one_of_many
from .screen import Screen
from .session import Job
from .signals import cancellable

FILE = "file"
"""The label that keeps the name of the picture, so that a resumed run can name its answer."""

After = Callable[[Ending, Screen], None]
"""Says something about the only picture, once it is delivered."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line."""

    images: tuple[str, ...]
    instruction: str
    answer: AnswerOptions
    task: TaskOptions
    shown: ShownOptions
    json: bool = False

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the run."""
        session = {"session": self.task.session} if self.task.session else {}
        return labels(self.task.tag) | session


def edited(
    order: Order, choices: Choices, screen: Screen, *, after: After = lambda _, __: None
) -> int:
    """Edit the pictures of an order and return the exit code; `after` speaks before the last line.

    Raises:
        EditloopError: nothing could be begun.
    """
    tags = order.labels
    sources = [read(name) for name in order.images]
    answer = order.answer
    targets = planned(sources, answer.output, format=answer.format, overwrite=answer.overwrite)
    if order.shown.dry_run:
        from .dry_run import show

        return show(order, choices, screen, targets)

    job = Job(
        choices=choices,
        screen=screen,
        finish=finish_of(answer),
        accept_best=answer.accept_best,
        events=order.shown.events,
    )
    interrupted, endings = anyio.run(_work, order, job, sources, targets, tags)
    keep = not order.shown.no_store
    return settled(endings, job, json=order.json, interrupted=interrupted, keep=keep, after=after)


def finish_of(answer: AnswerOptions) -> Finish:
    """How the answer becomes a file."""
    return Finish(answer.exif, answer.quality, answer.match_size)


def settled(
    endings: list[Ending],
    job: Job,
    *,
    json: bool,
    interrupted: Exit | None,
    keep: bool = True,
    after: After = lambda _, __: None,
) -> int:
    """Say how it ended and return the exit code."""
    if interrupted:
        _tell_interruption(job, interrupted, json=json, keep=keep)
        return interrupted

    for ending in endings:
        _print(ending, job, json=json)
        if len(endings) == 1:
            tell(ending, job.screen)
            after(ending, job.screen)
    _next(endings, job, keep)
    return gravest([ending.code for ending in endings])


async def _work(
    order: Order, job: Job, sources: list[Source], targets: list[Target], tags: dict[str, str]
) -> tuple[Exit | None, list[Ending]]:
    keep = not order.shown.no_store
    endings: list[Ending] = []

    async def work() -> None:
        async with session.wired(job.choices, keep=keep) as agent:
            if len(sources) == 1:
                task = await _task(order, tags, agent, sources[0])
                name = sources[0].name
                endings.append(await session.one(agent, job, task, name, targets[0]))
                return

            task_of = partial(_task, order, tags)
            async for ending in session.many(agent, job, sources, targets, task_of):
                endings.append(ending)
                tell_one_of_many(ending, job.screen)

    return await cancellable(work), endings


async def _task(order: Order, tags: dict[str, str], agent: EditAgent, source: Source) -> Task:
    return await agent.task(
        source.data,
        order.instruction,
        mask=order.task.mask,
        references=order.task.ref,
        seed=order.task.seed,
        labels={FILE: Path(source.name).name, **tags},
    )


def _print(ending: Ending, job: Job, *, json: bool) -> None:
    """Put the data on stdout: the path, or an object."""
    out = ending.written
    if job.events:
        emit({"type": "answer.written", **ending.as_json()})
    elif json:
        emit(ending.as_json())
    elif out and out.path is not None and not _told_already(job):
        print(out.path, flush=True)


def _told_already(job: Job) -> bool:
    """Whether stdout is the terminal on which the person has just read the path."""
    return sys.stdout.isatty() and job.screen.level >= 0


def _next(endings: list[Ending], job: Job, keep: bool) -> None:
    """The last line: what to type now."""
    runs = [ending.run for ending in endings if ending.run]
    open_ = [run for run in runs if run.stop is None]
    if open_:
        job.screen.next(f"{resume_command(job, open_[0])}")
    elif len(runs) == 1 and keep:
        job.screen.next(f"editloop runs show {short(runs[0].id)}{_elsewhere(job)}")
    elif runs and keep:
        job.screen.next(f"editloop runs list{_elsewhere(job)}")


def resume_command(job: Job, run: Run) -> str:
    """The command that goes on with a run."""
    return f"editloop resume {short(run.id)}{_elsewhere(job)}"


def _elsewhere(job: Job) -> str:
    """The store, where the next command would not find it by itself."""
    if job.choices.origins["store"] != "a flag":
        return ""

    return f" --store {shlex.quote(job.choices.settings.store)}"


def _tell_interruption(job: Job, code: Exit, *, json: bool, keep: bool) -> None:
    cut = job.unfinished
    run = cut[0] if cut else None
    hint = resume_command(job, run) if run and keep else None
    if json and not job.events:
        entry = {"code": int(code), "kind": "Interrupted", "message": "interrupted"}
        emit({"error": entry | {"retryable": True, "hint": hint}, "run": run.id if run else None})
    if not run:
        said = "between two pictures" if job.seen else "nothing was begun"
        job.screen.say("stopped", said, at=-1)
    elif not keep:
        job.screen.say("stopped", "nothing was kept, because of --no-store", at=-1)
    else:
        names = ", ".join(short(each.id) for each in cut)
        kept = f"runs {names} are" if len(cut) > 1 else f"run {names} is"
        job.screen.say("stopped", f"{kept} saved up to here", at=-1)
        job.screen.say("next:", hint or "", style="command", at=-1)

"""What `resume` does."""

from dataclasses import replace

import anyio

from ..agent import Choices, Settings
from ..agent.addresses import HIDDEN
from ..memory import Run
from ..memory.images import LocalImages
from ..memory.store import open_store
from . import session
from .choose import AnswerOptions, LoopOptions
from .editing import FILE, finish_of, settled
from .files import Source, Target, planned
from .options import Common
from .report import Ending
from .session import Job
from .signals import cancellable


def resumed(
    name: str, answer: AnswerOptions, loop: LoopOptions, events: bool, common: Common
) -> int:
    """Go on with a run, deliver its answer, and return the exit code.

    Raises:
        RunNotFound: no run has this name.
        LeaseLost: another worker is at it.
        SettingsError: the file may not be written.
    """
    job = Job(
        choices=common.choices(loop.flags()),
        screen=common.screen,
        finish=finish_of(answer),
        accept_best=answer.accept_best,
        events=events,
    )
    return anyio.run(_work, name, answer, loop, job, common.json)


async def _work(name: str, answer: AnswerOptions, loop: LoopOptions, job: Job, json: bool) -> int:
    endings: list[Ending] = []
    async with open_store(job.choices.settings.store_url) as store:
        run = await store.run(name)
    job = replace(job, choices=as_begun(job.choices, run, loop))

    async def work() -> None:
        async with session.wired(job.choices, keep=True) as agent:
            source = await _source(agent.kit.images, run)
            target = _target(source, answer)
            endings.append(await session.one(agent, job, run.id, source.name, target))

    interrupted = await cancellable(work)
    return settled(endings, job, json=json, interrupted=interrupted)


def as_begun(choices: Choices, run: Run, loop: LoopOptions) -> Choices:
    """The settings that a run was begun with, where no option says otherwise now."""
    given = {name for name, value in loop.flags().items() if value is not None}
    names = loop.flags().keys() & run.settings.keys() - given
    kept = {name: run.settings[name] for name in names if HIDDEN not in str(run.settings[name])}
    settings = Settings(**{**choices.settings.model_dump(), **kept})
    return Choices(settings, choices.origins | dict.fromkeys(kept, f"run {run.id}"))


async def _source(images: LocalImages, run: Run) -> Source:
    """The picture of a run, under the name that it had."""
    data = await images.get(run.task.source)
    return Source(run.task.labels.get(FILE, run.id), data)


def _target(source: Source, answer: AnswerOptions) -> Target:
    (target,) = planned([source], answer.output, format=answer.format, overwrite=answer.overwrite)
    return target

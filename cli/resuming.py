"""What `resume` does."""

import anyio

from ..agent import Choices
from ..memory import Run
from ..memory.images import LocalImages
from . import session
from .choose import AnswerOptions
from .editing import FILE, finish_of, settled
from .files import Source, Target, planned
from .options import Common
from .report import Ending
from .session import Job
from .signals import cancellable


def resumed(
    name: str, answer: AnswerOptions, choices: Choices, events: bool, common: Common
) -> int:
    """Go on with a run, deliver its answer, and return the exit code.

    Raises:
        RunNotFound: no run has this name.
        LeaseLost: another worker is at it.
        SettingsError: the file may not be written.
    """
    job = Job(
        choices=choices,
        screen=common.screen,
        finish=finish_of(answer),
        accept_best=answer.accept_best,
        events=events,
    )
    return anyio.run(_work, name, answer, job, common.json)


async def _work(name: str, answer: AnswerOptions, job: Job, json: bool) -> int:
    endings: list[Ending] = []

    async def work() -> None:
        async with session.wired(job.choices, keep=True) as agent:
            run = await agent.kit.store.run(name)
            source = await _source(agent.kit.images, run)
            target = _target(source, answer)
            endings.append(await session.one(agent, job, run.id, source.name, target))

    interrupted = await cancellable(work)
    return settled(endings, job, json=json, interrupted=interrupted)


async def _source(images: LocalImages, run: Run) -> Source:
    """The picture of a run, under the name that it had."""
    data = await images.get(run.task.source)
    return Source(run.task.labels.get(FILE, run.id), data)


def _target(source: Source, answer: AnswerOptions) -> Target:
    (target,) = planned([source], answer.output, format=answer.format, overwrite=answer.overwrite)
    return target

"""What `batch` does once the words are understood."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import anyio

from ..agent import Choices, EditAgent, Event
from . import session
from .batch_folder import LINES, BatchFolder, Line, batch_folder, known_in, look
from .batch_plan import planned
from .batch_totals import Totals
from .batch_views import BatchView, JsonBatch, LiveBatch, PlainBatch, Pulse, tell_totals
from .batch_work import Crew, Wanted
from .deliver import Finish
from .exits import Exit
from .jobs import BatchJob
from .jobs_file import JobsFile, Layout, jobs_file
from .lines import emit
from .screen import Screen
from .session import Job
from .signals import cancellable

_ENGINES = ("editor", "thinker", "first", "rules", "base", "turns", "semantic", "quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOrder:
    """What was asked for on the command line."""

    jobs: str
    out: Path
    images: Path | None = None
    layout: Layout | None = None
    limit: int | None = None
    max_failures: int | None = None
    redo: bool = False
    overwrite: bool = False
    dry_run: bool = False
    json: bool = False
    events: bool = False
    accept_best: bool = False
    finish: Finish = field(default_factory=Finish)
    touch: bool = False
    media_type: str | None = None
    seed: int = 0
    labels: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class _Ended:
    """How the work ended."""

    stopped: str | None = None
    codes: list[Exit] = field(default_factory=list[Exit])


def batched(order: BatchOrder, choices: Choices, screen: Screen) -> int:
    """Do a batch, or what is left of it, and return the exit code.

    Raises:
        InputError: a line of the jobs file is wrong; nothing was begun.
        SettingsError: the folder is somebody else's, or an engine cannot be made.
        StoreError: the record or the folder cannot be written.
    """
    file = jobs_file(order.jobs, order.layout, order.images)
    count = min(file.check(), order.limit or sys.maxsize)
    if order.dry_run:
        return _dry(order, choices, screen, file, count)

    totals = Totals(accept_best=order.accept_best, jobs=count)
    pulse = Pulse(totals=totals)
    engines = _engines(choices)
    taken = batch_folder(order.out, engines, redo=order.redo, overwrite=order.overwrite)
    with taken as folder:
        _tell_changes(folder, engines, screen)
        ended = _Ended()
        view = _view(order, screen, pulse)
        with view:
            interrupted = anyio.run(_work, order, choices, file, folder, view, pulse, ended)
        code = interrupted or totals.code(*ended.codes)
        found = totals.as_json()
        found |= {"batch": folder.id, "exit_code": int(code)}
        found |= {"stopped": "interrupted" if interrupted else ended.stopped}
        path = folder.conclude(found)
    if order.json or order.events:
        emit({"type": "batch.ended", **found, "took": round(pulse.seconds, 3)})
    tell_totals(pulse, screen)
    _tell_end(
        order,
        screen,
        path,
        ended,
        interrupted,
        unfinished=totals.ended < totals.jobs or totals.again > 0,
    )
    return code


async def _work(
    order: BatchOrder,
    choices: Choices,
    file: JobsFile,
    folder: BatchFolder,
    view: BatchView,
    pulse: Pulse,
    ended: _Ended,
) -> Exit | None:
    async def work() -> None:
        async with session.wired(choices, keep=True) as agent:
            crew = _crew(order, choices, folder, agent)

            def hear(job: BatchJob, event: Event) -> None:
                pulse.running = crew.running
                view.hear(job, event)

            crew.hear = hear
            plan = await planned(folder, agent.kit.store)
            steps = plan.steps(_some(file, order.limit), _counting(pulse))
            limit = min(choices.settings.runs_at_once, pulse.totals.jobs)
            async for job, line in crew.lines(steps, limit):
                pulse.totals.add(line)
                pulse.running = crew.running
                view.ended(job, line)
                if line["path"] and not (order.json or order.events):
                    _print(folder.path / line["path"])
                _look(crew, order, line, pulse.totals, ended)

    return await cancellable(work)


def _crew(order: BatchOrder, choices: Choices, folder: BatchFolder, agent: EditAgent) -> Crew:
    wanted = Wanted(
        finish=order.finish,
        touch=order.touch,
        media_type=order.media_type,
        seed=order.seed,
        labels=order.labels,
        code=Job(choices=choices, screen=Screen()).code,
    )
    return Crew(agent=agent, folder=folder, wanted=wanted)


def _some(file: JobsFile, limit: int | None) -> Iterator[BatchJob]:
    return islice(file.jobs(), limit)


def _counting(pulse: Pulse) -> Callable[[Line], None]:
    def count(line: Line) -> None:
        pulse.totals.add(line, before=True)

    return count


def _look(crew: Crew, order: BatchOrder, line: Line, totals: Totals, ended: _Ended) -> None:
    """Stop beginning jobs when the next would fail in the same way."""
    error, ledger = line["error"], crew.agent.kit.ledger
    next_cost = ledger.spent_cost + crew.agent.kit.editor.abilities.cost
    if ended.stopped:
        return
    if error and error["border"] == "store" and error["kind"] != "LeaseLost":
        ended.stopped = f"the store cannot go on: {error['message']}"
        ended.codes.append(Exit.STORE)
    elif next_cost > ledger.cost + 1e-9:
        ended.stopped = f"the budget of ${ledger.cost:.2f} is spent"
        ended.codes.append(Exit.LIMIT)
    elif order.max_failures is not None and totals.failed >= order.max_failures:
        ended.stopped = f"{totals.failed} jobs failed, and --max-failures is {order.max_failures}"
    crew.stopping = ended.stopped


def _view(order: BatchOrder, screen: Screen, pulse: Pulse) -> BatchView:
    if order.json or order.events:
        return JsonBatch(pulse, events=order.events)
    if screen.lively:
        return LiveBatch(screen, pulse)
    return PlainBatch(screen, pulse)


def _engines(choices: Choices) -> dict[str, Any]:
    found = choices.snapshot()
    return {name: found[name] for name in _ENGINES}


def _tell_changes(folder: BatchFolder, engines: dict[str, Any], screen: Screen) -> None:
    for name, value in engines.items():
        before = folder.settings.get(name, value)
        if before != value and folder.known:
            screen.say("note", f"{name} was {before} when this batch was begun and is {value} now")
            screen.say("", "jobs that have ended stay as they are; --redo does them again")


def _print(path: Path) -> None:
    """The path of an answer, as data; a person at the terminal sees the line that is redrawn."""
    if not sys.stdout.isatty():
        print(path, flush=True)


def _tell_end(
    order: BatchOrder,
    screen: Screen,
    path: Path,
    ended: _Ended,
    interrupted: Exit | None,
    *,
    unfinished: bool,
) -> None:
    if interrupted:
        screen.say("stopped", "what was begun is saved up to here, nothing is done twice", at=-1)
        screen.say("next:", again(order), style="command", at=-1)
        return

    if ended.stopped:
        screen.say("stopped", ended.stopped, style="poor", at=-1)
    screen.say("out", f"{order.out}  ({path})")
    batch = json.loads(path.read_text(encoding="utf-8"))["batch"]
    listing = shlex.quote(f"tag:batch={batch}")
    screen.next(again(order) if unfinished else f"editloop runs list --where {listing}")


def again(order: BatchOrder) -> str:
    """The command that goes on with a batch."""
    words = sys.argv[1:]
    if "batch" not in words:
        words = ["batch", order.jobs, "--out", str(order.out)]
    return shlex.join(["editloop", *(word for word in words if word != "--redo")])


def _dry(order: BatchOrder, choices: Choices, screen: Screen, file: JobsFile, count: int) -> int:
    """Say what a batch comes to."""
    begun = look(order.out) is not None and not order.redo
    known = dict(known_in(order.out / LINES)) if begun else {}
    done = sum(
        1 for job in _some(file, order.limit) if (at := known.get(job.digest)) and at.settled
    )
    plan = {
        "jobs": count,
        "done": done,
        "left": count - done,
        "layout": file.layout,
        "out": str(order.out),
        "settings": choices.snapshot(),
    }
    if order.json:
        print(json.dumps(plan, ensure_ascii=False))
        return 0

    settings = choices.settings
    print(f"jobs      {count:,}: {done:,} have ended, {count - done:,} are left ({file.layout})")
    print(f"engines   editor {settings.editor}, thinker {settings.thinker}")
    print(f"at once   {settings.runs_at_once} runs")
    print(f"out       {order.out}")
    screen.say("dry run", "nothing was done")
    return 0

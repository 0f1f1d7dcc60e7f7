"""`editloop eval run SUITE --data DIR`: produce."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from . import choose
from .choose import LoopOptions
from .eval_options import NO_CASES, SUITE, CasesOptions, SuiteName
from .options import COMMONLY, Common

if TYPE_CHECKING:
    from ..agent import Choices
    from ..evals.produce.producer import Ended, Tally
    from ..evals.produce.system import System
    from ..evals.suites.loading import Choice
    from .exits import Exit


def run(
    suite: Annotated[SuiteName, SUITE],
    /,
    *,
    cases: CasesOptions = NO_CASES,
    loop: LoopOptions = choose.NO_LOOP,
    system: Annotated[
        str | None,
        Parameter(metavar="NAME", help="What to call editor, thinker and rules together."),
    ] = None,
    seeds: Annotated[int, Parameter(metavar="N", help="Runs of each case; 1.")] = 1,
    concurrency: Annotated[
        int | None,
        Parameter(name=["--concurrency", "-j"], metavar="N", help="Runs in flight; 8."),
    ] = None,
    common: Common = COMMONLY,
) -> int:
    """Produce, and return 0 when every case has a picture."""
    import anyio

    from ..evals.produce.system import system_of
    from ..memory import SettingsError

    if seeds < 1:
        raise SettingsError(f"--seeds {seeds} must be at least 1")
    choices = common.choices({**loop.flags(), "runs_at_once": concurrency})
    named = system_of(choices, system)
    work = _Work(suite, cases.folder(), cases.choice(), choices, named, seeds, common)
    return anyio.run(work.done)


class _Work:
    def __init__(
        self,
        suite: SuiteName,
        folder: Path,
        choice: "Choice",
        choices: "Choices",
        system: "System",
        seeds: int,
        common: Common,
    ) -> None:
        self._suite: SuiteName = suite
        self._folder, self._choice, self._choices = folder, choice, choices
        self._system, self._seeds, self._common = system, seeds, common

    async def done(self) -> int:
        from ..evals.produce.producer import Tally
        from .signals import cancellable

        tally = Tally()
        interrupted = await cancellable(lambda: self._produce(tally))
        code = interrupted or _code(tally)
        self._tell(tally, code, interrupted)
        return int(code)

    async def _produce(self, tally: "Tally") -> "Exit | None":
        from anyio import to_thread

        from ..evals.produce.producer import Producer
        from ..evals.produce.system import only_one
        from . import session
        from .eval_view import Progress

        settings = self._choices.settings
        count = await to_thread.run_sync(lambda: sum(1 for _ in self._cases()))
        async with session.wired(self._choices, keep=True) as agent:
            await only_one(agent.kit.store, self._suite, self._system)
            producer = Producer(
                agent=agent,
                suite=self._suite,
                system=self._system,
                seeds=self._seeds,
                at_once=settings.runs_at_once,
                turns=settings.turns,
                tally=tally,
            )
            progress = Progress(
                label="produce",
                screen=self._common.screen,
                json=self._common.json,
                total=count * self._seeds,
                before=lambda: tally.before,
                more=lambda: _more(tally),
            )
            with progress:
                async for ended in producer.produce(self._cases()):
                    progress.ended(_line(ended))
        return None

    def _cases(self) -> Any:
        from ..evals.suites.loading import read_cases

        return read_cases(self._suite, self._folder, self._choice)

    def _tell(self, tally: "Tally", code: "Exit", interrupted: "Exit | None") -> None:
        from .eval_again import again
        from .lines import emit

        screen = self._common.screen
        if self._common.json:
            stopped = "interrupted" if interrupted else tally.stopped
            facts = {"suite": self._suite, "system": self._system.name, "exit_code": int(code)}
            facts["digest"] = self._system.digest
            emit({"type": "produced", **facts, **tally.as_json(), "stopped": stopped})
        screen.say("system", f"{self._system.name} ({self._system.digest})")
        screen.say("runs", f"{tally.done:,} now, {tally.before:,} before; {_more(tally) or 'fine'}")
        if tally.problem:
            screen.say("problem", tally.problem, style="poor", at=-1)
        if interrupted or tally.stopped:
            screen.say("stopped", tally.stopped or "what was begun is saved up to here", at=-1)
            screen.say("next:", again(), style="command", at=-1)
        else:
            screen.next(f"editloop eval score {self._suite} --data {self._folder} --judge ADDRESS")


def _code(tally: "Tally") -> "Exit":
    from .exits import Exit

    stops = {"budget": Exit.LIMIT, "editor": Exit.BACKEND, "store": Exit.STORE}
    if tally.stopped:
        return stops[tally.stopped]
    return Exit.NOT_REACHED if tally.failed or tally.without_picture else Exit.ACCEPTED


def _more(tally: "Tally") -> str:
    parts = [f"{tally.edits:,} edits"] if tally.edits else []
    parts += [f"{tally.without_picture:,} without a picture"] if tally.without_picture else []
    parts += [f"{tally.failed:,} not run"] if tally.failed else []
    parts += [f"${tally.cost:.2f}"] if tally.cost else []
    return ", ".join(parts)


def _line(ended: "Ended") -> dict[str, Any]:
    run = ended.run
    return {
        "type": "case.produced",
        "case": ended.place.case,
        "seed": ended.place.seed,
        "run": run.id if run else None,
        "turns": len(run.turns) if run else 0,
        "answer": run.best.edited.uri if run and run.best and run.best.edited else None,
        "stop": run.stop.reason if run and run.stop else None,
        "problem": ended.problem or (run.failure.message if run and run.failure else ""),
    }

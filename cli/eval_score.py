"""`editloop eval score SUITE --data DIR --judge ADDRESS`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from .eval_options import NO_CASES, NO_JUDGE, SUITE, CasesOptions, JudgeOptions, SuiteName
from .options import COMMONLY, Common

if TYPE_CHECKING:
    from ..agent import Choices
    from ..evals.judges.at import Chosen
    from ..evals.judges.words import Words
    from ..evals.score.scorer import Scored, Scorer
    from ..evals.score.tally import Tally
    from ..evals.scores import Produced
    from .exits import Exit


def score(
    suite: Annotated[SuiteName, SUITE],
    /,
    *,
    cases: CasesOptions = NO_CASES,
    judge: JudgeOptions = NO_JUDGE,
    system: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", negative="", help="Only this system; repeat. All without it."),
    ] = (),
    every_turn: Annotated[
        bool, Parameter(negative="", help="Also the pictures of earlier turns, for turn curves.")
    ] = False,
    against: Annotated[
        str | None,
        Parameter(metavar="NAME", help="Compare --system with this one, pair by pair, instead."),
    ] = None,
    concurrency: Annotated[
        int | None,
        Parameter(name=["--concurrency", "-j"], metavar="N", help="Calls under way; 8."),
    ] = None,
    common: Common = COMMONLY,
) -> int:
    """Score, and return 0 when every picture has its numbers."""
    import anyio

    from ..evals.judges.at import judge_at
    from ..evals.judges.words import from_file, ours
    from ..memory import SettingsError

    choices = common.choices({})
    if not judge.judge:
        raise SettingsError("name the judge: --judge 'http://HOST:8000/v1?model=NAME'")
    if against and len(system) != 1:
        raise SettingsError("--against compares two systems: name one with --system")
    if judge.samples < 1 or judge.attempts < 1 or (concurrency or 1) < 1:
        raise SettingsError("--samples, --attempts and -j must be at least 1")
    chosen = judge_at(judge.judge, choices.settings.backends)
    words = ours(suite)
    if judge.prompts:
        words = from_file(Path(judge.prompts).expanduser(), suite, judge.lineage)
    work = _Work(suite, cases, judge, choices, chosen, words, system, common)
    work.every_turn, work.at_once = every_turn, concurrency or chosen.at_once
    work.against = against
    return anyio.run(work.done)


class _Work:
    every_turn: bool
    at_once: int
    against: str | None

    def __init__(
        self,
        suite: SuiteName,
        cases: CasesOptions,
        judge: JudgeOptions,
        choices: "Choices",
        chosen: "Chosen",
        words: "Words",
        systems: tuple[str, ...],
        common: Common,
    ) -> None:
        self._suite: SuiteName = suite
        self._folder, self._choice = cases.folder(), cases.choice()
        self._judge, self._choices, self._chosen = judge, choices, chosen
        self._words, self._systems, self._common = words, systems, common

    @property
    def _protocol(self) -> str:
        from ..evals.judges.preference import PROTOCOL

        return PROTOCOL if self.against else self._words.protocol

    async def done(self) -> int:
        from ..evals.score.tally import Tally
        from .signals import cancellable

        tally = Tally()
        interrupted = await cancellable(lambda: self._score(tally))
        code = interrupted or _code(tally)
        self._tell(tally, code, interrupted)
        return int(code)

    async def _score(self, tally: "Tally") -> "Exit | None":
        from anyio import to_thread

        from ..evals.produce.produced import produced
        from ..evals.score.subjects import pairs, subjects
        from ..evals.suites.loading import read_cases
        from ..memory.images import LocalImages
        from ..memory.store import open_store
        from .eval_view import Progress

        settings = self._choices.settings
        names = await to_thread.run_sync(
            lambda: {each.name for each in read_cases(self._suite, self._folder, self._choice)}
        )
        images = LocalImages(settings.images_folder)
        lease = settings.lease_seconds
        async with (
            open_store(settings.store_url, lease_seconds=lease) as store,
            self._chosen.judge,
        ):
            everything = [e for e in await produced(store, self._suite) if e.case.name in names]
            made = self._wanted(everything, self._systems)
            cases = read_cases(self._suite, self._folder, self._choice)
            total = _count(made, every_turn=self.every_turn)
            if self.against:
                others = self._wanted(everything, (self.against,))
                found: Any = pairs(self._suite, cases, made, others, tally)
                total = len(made)
            else:
                every = self.every_turn
                found = subjects(self._suite, cases, made, images, tally, every_turn=every)
            scorer = await to_thread.run_sync(self._scorer, store, images, tally)
            progress = Progress(
                label="score",
                screen=self._common.screen,
                json=self._common.json,
                total=total * self._judge.samples,
                before=lambda: 0,
                more=lambda: _more(tally),
            )
            with progress:
                async for scored in scorer.score(found):
                    progress.ended(_line(scored), known=scored.known)
        return None

    def _wanted(self, found: "list[Produced]", systems: tuple[str, ...]) -> "list[Produced]":
        from ..memory import InputError

        made = [each for each in found if not systems or each.system in systems]
        if not made:
            there = ", ".join(sorted({each.system for each in found})) or "none"
            raise InputError(
                f"there is no run of these cases to score (systems on record: {there}); "
                f"editloop eval run {self._suite} makes them"
            )
        return made

    def _asking(self) -> Any:
        from ..evals.score.asking import PairAsking, SuiteAsking
        from ..evals.suites.loading import read_cases
        from ..evals.suites.rise.cases import RiseCase

        if self.against:
            return PairAsking()
        every = read_cases(self._suite, self._folder) if self._suite == "rise" else iter(())
        blind = any(isinstance(e, RiseCase) and e.reasoning_wo_ins != "missing" for e in every)
        return SuiteAsking(self._words, blind)

    def _scorer(self, store: Any, images: Any, tally: "Tally") -> "Scorer[Any, Any]":
        from math import inf

        from ..agent.ledger import Ledger
        from ..evals.score.scorer import Scorer

        budget = inf if self._judge.budget is None else self._judge.budget
        return Scorer(
            judge=self._chosen.judge,
            asking=self._asking(),
            store=store,
            images=images,
            retry=self._chosen.retry,
            tries=self._chosen.tries,
            ledger=Ledger(cost=budget),
            estimate=self._chosen.judge.price.of(2500, 300),
            samples=self._judge.samples,
            attempts=self._judge.attempts,
            at_once=self.at_once,
            tally=tally,
        )

    def _tell(self, tally: "Tally", code: "Exit", interrupted: "Exit | None") -> None:
        from .eval_again import again
        from .lines import emit

        screen, judge = self._common.screen, self._chosen.judge
        if self._common.json:
            facts = {"suite": self._suite, "judge": judge.name, "judge_version": judge.version}
            facts |= {"protocol": self._protocol}
            stopped = "interrupted" if interrupted else tally.stopped
            more = {"stopped": stopped, "exit_code": int(code)}
            emit({"type": "scored", **facts, **tally.as_json(), **more})
        screen.say("judge", f"{judge.name}, {self._protocol}")
        screen.say("pictures", f"{tally.pictures:,} through, {tally.scored:,} scored")
        screen.say("calls", f"{tally.calls:,} now, {tally.known:,} known; {_more(tally) or 'fine'}")
        for reason, count in tally.unscored.most_common():
            screen.say("unscored", f"{count:,} x {reason}", style="poor")
        if tally.problem:
            screen.say("problem", tally.problem, style="poor", at=-1)
        if interrupted or tally.stopped or tally.failed:
            screen.say("stopped", tally.stopped or "what was answered is saved", at=-1)
            screen.say("next:", again(), style="command", at=-1)
        else:
            screen.next(f"editloop eval report {self._suite} --data {self._folder}")


def _code(tally: "Tally") -> "Exit":
    from .exits import Exit

    if tally.stopped:
        return {"budget": Exit.LIMIT, "judge": Exit.BACKEND}[tally.stopped]
    if tally.failed and not tally.pictures:
        return Exit.BACKEND
    left = tally.failed or tally.unscored or tally.without_picture
    return Exit.NOT_REACHED if left else Exit.ACCEPTED


def _count(made: "list[Produced]", *, every_turn: bool) -> int:
    """How many pictures there are, each once per case."""
    found: set[tuple[str, str]] = set()
    for run in made:
        answer = (run.answer_sha256,) if run.answer_sha256 else ()
        found |= {(run.case.name, sha) for sha in (run.pictures if every_turn else answer)}
    return len(found)


def _more(tally: "Tally") -> str:
    parts = [f"{tally.unscored.total():,} unscored"] if tally.unscored else []
    parts += [f"{tally.refused:,} refused"] if tally.refused else []
    parts += [f"{tally.retried:,} tried again"] if tally.retried else []
    parts += [f"{tally.failed:,} left for the next time"] if tally.failed else []
    parts += [f"{tally.without_picture:,} without a picture"] if tally.without_picture else []
    parts += [f"${tally.cost:.2f}"] if tally.cost else []
    return ", ".join(parts)


def _line(scored: "Scored[Any, Any]") -> dict[str, Any]:
    found = scored.row.model_dump(mode="json") if scored.row else None
    facts = {"case": scored.subject.case.name, "image": scored.subject.edited}
    return {"type": "picture.scored", **facts, "sample": scored.sample, "row": found}

"""Scoring: every picture's questions are put to a judge once, however often this is begun.

An answer is written before anything else is done with it. What a crash can cost is the calls that
were under way in that moment: their answers never arrived here. Nothing that is on record is asked
again, by no process; a call that another process is making is waited for and not made twice.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from anyio import CapacityLimiter, create_task_group, sleep

from ...agent.ledger import Ledger
from ...agent.many import side_by_side
from ...agent.retry import Retry
from ...agent.scope import helpers, unbroken
from ...memory.errors import BudgetSpent, EditloopError, JudgeBusy, JudgeError, JudgeRejected
from ...memory.images import LocalImages
from ...memory.records import Judgement
from ...memory.store import Call, Store
from ..judges.model import Answer, Judge
from ..judges.preference import Pair
from ..judges.question import Question, Shot
from ..judges.subject import Subject
from .asking import Asking
from .tally import Tally

_GIVEN_UP = 3
"""Calls in a row without an answer, each tried as often as allowed: the judge is away."""

_LOOK_AGAIN = 0.1
"""Seconds between looks at calls that another process is making."""

_RENEWED = 15.0
"""Seconds between renewals of what this process has claimed."""


What = TypeVar("What", bound=Subject | Pair)
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Scored(Generic[What, Made]):
    """A picture that is through, for now: with its row, or without one when the judge was away."""

    subject: What
    sample: int
    row: Made | None
    known: bool = False
    """Everything was on record: nobody was asked."""


@dataclass(slots=True, kw_only=True)
class Scorer(Generic[What, Made]):
    """Puts the questions about many pictures, or pairs of them, to one judge."""

    judge: Judge
    asking: Asking[What, Made]
    store: Store
    images: LocalImages
    retry: Retry = field(default_factory=Retry)
    tries: int = 7
    """Requests for one answer, while the judge is busy or away."""

    ledger: Ledger = field(default_factory=Ledger)
    estimate: float = 0.0
    """US dollars that a call is expected to cost, until some were made."""

    samples: int = 1
    """Independent opinions about every picture."""

    attempts: int = 3
    """Answers asked for until one can be read."""

    at_once: int = 8
    """Requests under way."""

    tally: Tally = field(default_factory=Tally)
    _later: deque[tuple[What, int]] = field(default_factory=lambda: deque())
    _making: set[Call] = field(default_factory=set[Call])
    """Calls that a worker of this process is at: to the store all of them are one."""

    _working: int = 0
    _unanswered: int = 0
    _places: CapacityLimiter = field(init=False)

    def __post_init__(self) -> None:
        self._places = CapacityLimiter(self.at_once)

    async def score(self, subjects: AsyncIterator[What]) -> AsyncGenerator[Scored[What, Made]]:
        """Score all subjects, several at once, and yield each as it is through."""
        async with helpers() as group:
            group.start_soon(self._renew)
            steps = self._steps(subjects)
            async with side_by_side(steps, self._one, limit=self.at_once) as scored:
                async for found in scored:
                    yield found

    async def _renew(self) -> None:
        while True:
            await sleep(_RENEWED)
            await self.store.judging.renew()

    async def _steps(self, subjects: AsyncIterator[What]) -> AsyncGenerator[tuple[What, int]]:
        """All subjects, then again and again those that somebody else is at."""
        async for subject in subjects:
            for sample in range(self.samples):
                if self.tally.stopped:
                    return
                self._working += 1
                yield subject, sample
        while not self.tally.stopped and (self._later or self._working):
            await sleep(_LOOK_AGAIN)
            if self._later:
                self._working += 1
                yield self._later.popleft()

    async def _one(self, step: tuple[What, int]) -> Scored[What, Made] | None:
        try:
            return await self._judged(*step)
        finally:
            self._working -= 1

    async def _judged(self, subject: What, sample: int) -> Scored[What, Made] | None:
        """Ask what is to be asked about a picture; None when it is left for later."""
        asked = self.asking.questions(subject)
        said = await self._said(asked, sample)
        known = sum(len(each) for each in said.values())
        while calls := self._calls(subject, asked, said, sample):
            free = [call for call in calls if call not in self._making]
            self._making.update(free)
            try:
                claimed = await self.store.judging.claim(free)
                answered = await self._asked({call: calls[call] for call in claimed.mine})
            finally:
                self._making.difference_update(free)
            if not answered:
                self.tally.failed += 1
                return Scored(subject, sample, None)
            if claimed.held or len(free) < len(calls):
                self._later.append((subject, sample))
                return None
            said = await self._said(asked, sample)
        self.tally.known += known
        all_known = known == sum(len(each) for each in said.values())
        return self._through(subject, sample, said, known=all_known)

    def _through(
        self,
        subject: What,
        sample: int,
        said: Mapping[str, list[Judgement]],
        *,
        known: bool,
    ) -> Scored[What, Made]:
        found, why = self.asking.made(subject, said)
        self.tally.pictures += 1
        self.tally.scored += why is None
        if why is not None:
            self.tally.unscored[why.reason] += 1
        return Scored(subject, sample, found, known)

    def _calls(
        self,
        subject: What,
        asked: Mapping[str, Question],
        said: Mapping[str, list[Judgement]],
        sample: int,
    ) -> dict[Call, Question]:
        by = (self.judge.name, self.judge.version, sample)
        return {
            Call(asked[metric].digest, *by, attempt): asked[metric]
            for metric, attempt in self.asking.wanted(subject, said, self.attempts)
        }

    async def _said(self, asked: Mapping[str, Question], sample: int) -> dict[str, list[Judgement]]:
        names = {question.digest: metric for metric, question in asked.items()}
        by = (self.judge.name, self.judge.version)
        found: dict[str, list[Judgement]] = {metric: [] for metric in asked}
        for each in await self.store.judging.said(list(names), *by):
            if each.sample == sample:
                found[names[each.question]].append(each)
        for answers in found.values():
            answers.sort(key=lambda each: each.attempt)
        return found

    async def _asked(self, calls: Mapping[Call, Question]) -> bool:
        """Make calls side by side; False when one of them got no answer."""
        answered: list[Call] = []

        async def make(call: Call, question: Question) -> None:
            if await self._made(call, question):
                answered.append(call)

        try:
            async with create_task_group() as group:
                for call, question in calls.items():
                    group.start_soon(make, call, question)
        finally:
            if left := [call for call in calls if call not in answered]:
                await unbroken(self.store.judging.release(left))
        return len(answered) == len(calls)

    async def _made(self, call: Call, question: Question) -> bool:
        try:
            async with self._places:
                if self.tally.stopped:
                    return False
                answer = await self._answer(call, question)
        except JudgeRejected as error:
            self.tally.refused += 1
            await self._write(call, question, None, str(error))
        except (JudgeError, BudgetSpent) as error:
            self._unhad(error)
            return False
        else:
            await self._write(call, question, answer, None)
        self._unanswered = 0
        return True

    async def _answer(self, call: Call, question: Question) -> Answer:
        shas = {part.sha256 for part in question.parts if isinstance(part, Shot)}
        shas |= {part.like for part in question.parts if isinstance(part, Shot) and part.like}
        blobs = {sha256: await self.images.get(sha256) for sha256 in shas}
        name = f"{call.question[:40]}-{call.sample}-{call.attempt}"
        async for attempt in self.retry.attempts(self.tries):
            self.tally.retried += attempt.num > 1
            with attempt, self.ledger.reserve(cost=self._expected()) as held:
                answer = await self.judge.ask(question, blobs.__getitem__, call=name)
                held.real = answer.cost
                return answer
        raise JudgeBusy(f"{self.judge.name} was not asked")  # for the type checkers

    def _expected(self) -> float:
        return self.tally.cost / self.tally.calls if self.tally.calls else self.estimate

    async def _write(
        self, call: Call, question: Question, answer: Answer | None, failure: str | None
    ) -> None:
        judgement = Judgement(
            suite=question.suite,
            case=question.case,
            image_sha256=question.image_sha256,
            metric=question.metric,
            protocol=question.protocol,
            **call._asdict(),
            text=answer.text if answer else None,
            failure=failure,
            said_model=answer.said_model if answer else "",
            seconds=answer.seconds if answer else 0.0,
            input_tokens=answer.input_tokens if answer else 0,
            output_tokens=answer.output_tokens if answer else 0,
            cost=answer.cost if answer else 0.0,
            created=datetime.now(UTC),
        )
        await unbroken(self.store.judging.add(judgement))
        self.tally.calls += 1
        self.tally.cost += judgement.cost
        self.tally.input_tokens += judgement.input_tokens
        self.tally.output_tokens += judgement.output_tokens

    def _unhad(self, error: EditloopError) -> None:
        """Count a call without an answer, and stop when the next would fare no better."""
        self.tally.problem = str(error)
        self._unanswered += 1
        if isinstance(error, BudgetSpent):
            self.tally.stopped = "budget"
        elif not isinstance(error, JudgeBusy) or self._unanswered >= _GIVEN_UP:
            self.tally.stopped = "judge"

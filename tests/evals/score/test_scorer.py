"""Putting questions to a real HTTP judge: once, within bounds, and never guessing."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from eval_layouts import LAYOUTS, photo
from scripted_judge import Said, ScriptedJudge, fair, scripted_judge

from editloop.agent.ledger import Ledger
from editloop.evals.judges.at import judge_at
from editloop.evals.judges.preference import Pair
from editloop.evals.judges.subject import Subject
from editloop.evals.judges.words import ours
from editloop.evals.score.asking import PairAsking, SuiteAsking
from editloop.evals.score.book import Book
from editloop.evals.score.rows import rows
from editloop.evals.score.scorer import Scorer
from editloop.evals.scores import Suite
from editloop.evals.suites.loading import read_cases, sources_of, truth_of
from editloop.memory.images import LocalImages
from editloop.memory.store import Store, open_store

pytestmark = pytest.mark.anyio


class Bench:
    """Pictures of some cases, a store, and scorers of them."""

    def __init__(self, suite: Suite, folder: Path, store: Store) -> None:
        self.suite: Suite = suite
        self.folder, self.store = folder, store
        self.images = LocalImages(folder / "images")
        self.cases = list(read_cases(suite, folder / "data"))
        self.subjects: list[Subject] = []

    async def edit(self, shade: int = 0) -> None:
        """Pretend to have edited every case."""
        for at, case in enumerate(self.cases):
            sources = [(await self.images.put(p.read())).sha256 for p in sources_of(case)]
            truth = truth_of(case)
            right = (await self.images.put(truth.read())).sha256 if truth else None
            edited = (await self.images.put(photo(200 + at + shade))).sha256
            self.subjects.append(Subject(self.suite, case, edited, tuple(sources), right))

    def scorer(self, judge: ScriptedJudge, more: str = "", **options: Any) -> Scorer[Any, Any]:
        chosen = judge_at(judge.address + more)
        options = {"asking": SuiteAsking(ours(self.suite)), "tries": chosen.tries} | options
        made: Scorer[Any, Any] = Scorer(
            judge=chosen.judge, store=self.store, images=self.images, retry=chosen.retry, **options
        )
        return made

    async def scored(self, scorer: Scorer[Any, Any], what: Sequence[Any] = ()) -> list[Any]:
        async def each() -> AsyncIterator[Any]:
            for one in what or self.subjects:
                yield one

        async with scorer.judge:  # type: ignore[attr-defined]
            return [found async for found in scorer.score(each())]

    async def book(self) -> Book:
        return Book(await self.store.judging.of(suite=self.suite))

    @property
    def pictures(self) -> dict[str, str | None]:
        return {each.case.name: each.edited for each in self.subjects}


@asynccontextmanager
async def bench(suite: Suite, folder: Path, count: int = 4) -> AsyncGenerator[Bench]:
    LAYOUTS[suite](folder / "data", count)
    async with open_store(str(folder / "editloop.db")) as store:
        made = Bench(suite, folder, store)
        await made.edit()
        yield made


@pytest.mark.parametrize("suite", LAYOUTS)
async def test_every_suite_is_scored_and_then_known(suite: Suite, tmp_path: Path) -> None:
    async with bench(suite, tmp_path, 8) as made:
        with scripted_judge() as judge:
            first = made.scorer(judge)
            assert len(await made.scored(first)) == 8
            asked = len(judge.asked)
            assert (first.tally.scored, first.tally.calls) == (8, asked)
            again = made.scorer(judge)
            await made.scored(again)
            assert (len(judge.asked), again.tally.known, again.tally.calls) == (asked, asked, 0)
        for profile in ("corrected", "official"):
            found = rows(made.cases, made.pictures, await made.book(), profile)
            assert len(found) == 8


async def test_an_identical_picture_of_another_system_costs_nothing(tmp_path: Path) -> None:
    async with bench("imgedit", tmp_path) as made:
        with scripted_judge() as judge:
            scorer = made.scorer(judge)
            await made.scored(scorer, made.subjects * 2)
            assert len(judge.asked) == 4


async def test_samples_are_asked_for_one_by_one_and_read_apart(tmp_path: Path) -> None:
    async with bench("imgedit", tmp_path) as made:
        with scripted_judge() as judge:
            await made.scored(made.scorer(judge, samples=3))
            assert len(judge.asked) == 12
        book = await made.book()
        assert book.samples == 3
        assert all(rows(made.cases, made.pictures, book, sample=n) for n in range(3))


MALFORMED = {
    "empty": "",
    "prose": "I like it very much.",
    "cut off": '{"score": [8, ',
    "no score": '{"reasoning": "fine"}',
    "words": '{"score": ["good", "bad"]}',
    "out of range": '{"score": [12, 3]}',
    "two answers": '{"score": [2, 3]} {"score": [8, 9]}',
    "three numbers": '{"score": [1, 2, 3]}',
    "null": '{"score": null}',
    "not a number": '{"score": [NaN, 3]}',
    "half a surrogate": "\ud800",
    "a NUL": "\x00",
    "endless": "{" * 5000,
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
async def test_an_answer_that_cannot_be_read_is_asked_for_anew_and_never_guessed(
    text: str, tmp_path: Path
) -> None:
    async with bench("gedit", tmp_path, 1) as made:
        with scripted_judge(lambda body, number: text) as judge:
            scorer = made.scorer(judge)
            await made.scored(scorer)
            assert len(judge.asked) == 6  # two calls, three rounds
            assert (scorer.tally.scored, scorer.tally.unscored.total()) == (0, 1)
            await made.scored(made.scorer(judge))
            assert len(judge.asked) == 6  # the record says that it was tried
        (row,) = rows(made.cases, made.pictures, await made.book())
        assert row.model_dump()["semantics"] is None
        texts = {each.text for each in await made.store.judging.of(suite="gedit")}
        assert texts == {text}


async def test_the_first_readable_answer_counts(tmp_path: Path) -> None:
    def says(body: dict[str, Any], number: int) -> Said:
        return "well" if number == 0 else fair(body, number)

    async with bench("rise", tmp_path) as made:
        with scripted_judge(says) as judge:
            scorer = made.scorer(judge)
            await made.scored(scorer)
            assert scorer.tally.scored == 4
            assert len(judge.asked) == 2 * len(set(judge.asked))


async def test_a_rate_limit_is_waited_out(tmp_path: Path) -> None:
    def says(body: dict[str, Any], number: int) -> Said:
        return (429, "slow down", {"retry-after": "0.01"}) if number < 2 else fair(body, number)

    async with bench("imgedit", tmp_path) as made:
        with scripted_judge(says) as judge:
            scorer = made.scorer(judge)
            await made.scored(scorer)
            assert (scorer.tally.scored, scorer.tally.retried, scorer.tally.calls) == (4, 8, 4)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_judge_that_stays_away_is_asked_so_often_and_no_more(
    status: int, tmp_path: Path
) -> None:
    async with bench("imgedit", tmp_path, 12) as made:
        with scripted_judge(lambda body, number: (status, "away", {})) as judge:
            scorer = made.scorer(judge, "&tries=3", at_once=1)
            await made.scored(scorer)
            assert scorer.tally.stopped == "judge"
            assert len(judge.asked) == 3 * 3  # three calls in a row, three times each
        assert await made.store.judging.of(suite="imgedit") == []
        with scripted_judge() as back:
            again = made.scorer(back)
            await made.scored(again)
            assert again.tally.scored == 12


async def test_a_judge_that_cannot_be_reached_is_told_from_one_that_refuses(tmp_path: Path) -> None:
    async with bench("imgedit", tmp_path) as made:
        with scripted_judge() as judge:
            pass
        scorer = made.scorer(judge, "&tries=2")
        await made.scored(scorer)
        assert scorer.tally.stopped == "judge"
        assert "cannot be reached" in scorer.tally.problem


async def test_a_refused_picture_is_on_record_and_not_asked_about_again(tmp_path: Path) -> None:
    async with bench("imgedit", tmp_path) as made:
        with scripted_judge(lambda body, number: (400, "content policy", {})) as judge:
            scorer = made.scorer(judge)
            await made.scored(scorer)
            assert (scorer.tally.refused, len(judge.asked)) == (4, 4)
            assert dict(scorer.tally.unscored) == {"failed_call": 4}
            await made.scored(made.scorer(judge))
            assert len(judge.asked) == 4


@pytest.mark.parametrize("status", [401, 404])
async def test_a_wrong_key_or_address_stops_at_once(status: int, tmp_path: Path) -> None:
    async with bench("imgedit", tmp_path, 12) as made:
        with scripted_judge(lambda body, number: (status, "no", {})) as judge:
            scorer = made.scorer(judge, at_once=1)
            await made.scored(scorer)
            assert (scorer.tally.stopped, len(judge.asked)) == ("judge", 1)


async def test_a_budget_stops_before_it_is_exceeded(tmp_path: Path) -> None:
    async with bench("imgedit", tmp_path, 12) as made:
        with scripted_judge() as judge:  # 1,000 tokens in, 20 out: $0.0012 a call
            scorer = made.scorer(judge, at_once=1, ledger=Ledger(cost=0.0061), estimate=0.0012)
            await made.scored(scorer)
            assert (scorer.tally.stopped, len(judge.asked)) == ("budget", 5)
            assert scorer.tally.cost == pytest.approx(0.006)


async def test_a_pair_is_shown_in_both_orders(tmp_path: Path) -> None:
    def says(body: dict[str, Any], number: int) -> Said:
        return '{"better": "first"}'  # a judge that likes a place, not a picture

    async with bench("imgedit", tmp_path) as made:
        other = (await made.images.put(photo(300))).sha256
        pairs = [Pair("imgedit", s.case, s.edited, other, s.sources) for s in made.subjects]
        with scripted_judge(says) as judge:
            found = await made.scored(made.scorer(judge, asking=PairAsking()), pairs)
            assert len(judge.asked) == 8
        assert {(each.row.better, each.row.agreed) for each in found} == {("equal", False)}


async def test_a_judge_that_sees_a_difference_says_so_in_both_orders(tmp_path: Path) -> None:
    async with bench("imgedit", tmp_path, 1) as made:
        (subject,) = made.subjects
        other = (await made.images.put(photo(300))).sha256
        pair = Pair("imgedit", subject.case, subject.edited, other, subject.sources)
        urls: list[str] = []

        def says(body: dict[str, Any], number: int) -> Said:
            shown = [part["image_url"]["url"] for part in body["messages"][0]["content"][1:]]
            urls.append(min(shown[1:]))
            return '{"better": "%s"}' % ("first" if shown[1] == urls[0] else "second")

        with scripted_judge(says) as judge:
            (found,) = await made.scored(made.scorer(judge, asking=PairAsking()), [pair])
        assert found.row.agreed
        assert found.row.better in ("first", "second")

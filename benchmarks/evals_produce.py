"""What producing and scoring cost per case beyond the engines and the judge."""

import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from anyio import to_thread

from editloop.agent import EditAgent, Kit
from editloop.evals.judges.model import Answer
from editloop.evals.judges.question import Question, Shot
from editloop.evals.judges.shots import Read, data_url
from editloop.evals.judges.subject import Subject
from editloop.evals.judges.words import ours
from editloop.evals.produce.produced import produced
from editloop.evals.produce.producer import Producer
from editloop.evals.produce.system import System
from editloop.evals.score.asking import SuiteAsking
from editloop.evals.score.scorer import Scorer
from editloop.evals.suites.imgedit.cases import ImgEditCase
from editloop.evals.suites.pictures import PictureFile
from editloop.memory import Task
from editloop.memory.images import LocalImages
from editloop.memory.store import Store, open_store
from editloop.policies import Comparison, MaxTurns, Rules
from editloop.tools import EditRequest, Picture

from .engines import PreparedEditor, PreparedThinker
from .figures import Figure, Findings
from .pictures import numbered, png

QUESTION = "CPU per case of producing and scoring, engines and judge taking none"
_SYSTEM = System("prepared", "0" * 12)
_SAID = "Brief reasoning: fine\nPrompt Compliance: 4\nVisual Naturalness: 4\nPhysical & Detail: 4"


class InstantJudge:
    """Codes the request as a real one would, and answers at once."""

    name, version = "instant", ""

    async def ask(self, question: Question, read: Read, *, call: str = "") -> Answer:
        """Answer."""
        await to_thread.run_sync(_body, question, read)
        return Answer(text=_SAID)


def measure(*, quick: bool) -> Findings:
    """Measure producing, scoring, and finding everything done."""
    cases, side = (4, 64) if quick else (200, 512)
    found = Findings(question=QUESTION)
    with TemporaryDirectory(prefix="editloop-bench-") as folder:
        spent = anyio.run(_all, Path(folder), cases, side)
        bare = anyio.run(_bare, Path(folder), cases, side)
    baselines = {
        "produce": "read, edit, criticise, write a file and a line, one case after the other",
        "score": "code two pictures, ask, write a line, one after the other",
    }
    titles = {"produce": "produce a case of one turn", "score": "score a picture by one call"}
    for name, baseline in baselines.items():
        figure = Figure(
            what=titles[name],
            value=spent[name] / cases,
            unit="ms",
            bare=bare[name] / cases,
            baseline=baseline,
        )
        found.figures.append(figure)
    found.figures.append(
        Figure(
            what="the same, beside plain runs of the agent",
            value=spent["produce"] / cases,
            unit="ms",
            bare=spent["runs"] / cases,
            baseline="EditAgent.run_many over the same cases, nothing to go on with",
        )
    )
    for name, what in (("produced", "find a case produced"), ("scored", "find a picture scored")):
        found.figures.append(Figure(what=what, value=spent[name] / cases, unit="ms"))
    found.notes.append(f"{cases} cases of {side}² pixels, 8 at once; processor time of the process")
    return found


async def _all(folder: Path, cases: int, side: int) -> dict[str, float]:
    images = LocalImages(folder / "images")
    listed = _cases(folder, cases, side)
    data = png(side, side)
    prepared = [numbered(data, 10_000 + number) for number in range(cases)]
    spent: dict[str, float] = {}
    async with open_store(str(folder / "editloop.db")) as store:
        prepared += [numbered(data, 20_000 + number) for number in range(cases)]
        editor, thinker = PreparedEditor(prepared.pop), PreparedThinker(None)
        rules = Rules(stop=MaxTurns(1))
        kit = Kit(editor=editor, thinker=thinker, store=store, images=images, rules=rules)
        start = time.process_time()
        await _runs(EditAgent(kit=kit), listed)
        spent["runs"] = (time.process_time() - start) * 1000
        for name in ("produce", "produced"):
            producer = Producer(agent=EditAgent(kit=kit), suite="imgedit", system=_SYSTEM)
            start = time.process_time()
            async for _ in producer.produce(iter(listed)):
                pass
            spent[name] = (time.process_time() - start) * 1000
        subjects = await _subjects(store, listed)
        for name in ("score", "scored"):
            asking = SuiteAsking(ours("imgedit"))
            scorer: Scorer[Subject, object] = Scorer(
                judge=InstantJudge(), asking=asking, store=store, images=images
            )
            start = time.process_time()
            async for _ in scorer.score(_each(subjects)):
                pass
            spent[name] = (time.process_time() - start) * 1000
    return spent


async def _runs(agent: EditAgent, cases: list[ImgEditCase]) -> None:
    """The same runs without knowing which are done."""

    async def tasks() -> AsyncIterator[Task]:
        for case in cases:
            yield await agent.task(case.source.read(), case.instruction)

    async with agent.run_many(tasks(), limit=8) as outcomes:
        async for _ in outcomes:
            pass


async def _bare(folder: Path, cases: int, side: int) -> dict[str, float]:
    """The same work without a record that could be gone on with."""
    data = png(side, side)
    prepared = [numbered(data, 50_000 + number) for number in range(cases)]
    editor, thinker = PreparedEditor(prepared.pop), PreparedThinker(None)
    listed = _cases(folder, cases, side)
    lines = (folder / "bare.jsonl").open("a", encoding="utf-8")
    start = time.process_time()
    with lines:
        for case in listed:
            source = Picture(case.source.read(), "image/png")
            edited = await editor.edit(EditRequest(source, case.instruction))
            told = case.instruction
            await thinker.critique(Comparison(source, edited.picture, asked=told, told=told))
            (folder / f"bare-{case.key}.png").write_bytes(edited.picture.data)
            lines.write(json.dumps({"case": case.key}) + "\n")
            lines.flush()
        produced_in = (time.process_time() - start) * 1000
        start = time.process_time()
        for case in listed:
            shown = [case.source.read(), (folder / f"bare-{case.key}.png").read_bytes()]
            urls = [base64.b64encode(each).decode() for each in shown]
            json.dumps({"messages": [case.instruction, *urls]})
            lines.write(json.dumps({"case": case.key, "answer": _SAID}) + "\n")
            lines.flush()
        scored_in = (time.process_time() - start) * 1000
    return {"produce": produced_in, "score": scored_in}


def _cases(folder: Path, cases: int, side: int) -> list[ImgEditCase]:
    found: list[ImgEditCase] = []
    data = png(side, side)
    for number in range(cases):
        path = folder / f"{number}.png"
        path.write_bytes(numbered(data, number))
        found.append(ImgEditCase(str(number), "adjust", "brighten the shadows", PictureFile(path)))
    return found


async def _subjects(store: Store, cases: list[ImgEditCase]) -> list[Subject]:
    made = {each.case.name: each for each in await produced(store, "imgedit", _SYSTEM)}
    return [
        Subject("imgedit", case, made[case.name].answer_sha256 or "", made[case.name].sources)
        for case in cases
    ]


async def _each(subjects: list[Subject]) -> AsyncIterator[Subject]:
    for subject in subjects:
        yield subject


def _body(question: Question, read: Read) -> bytes:
    parts = [data_url(each, read) if isinstance(each, Shot) else each for each in question.parts]
    return json.dumps({"messages": parts}).encode()

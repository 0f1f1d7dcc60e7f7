"""`python -m benchmarks.reports_10k`: 10,000 cases of each suite on record, read and reported.

A store is filled with runs of two turns and what a judge said of every picture. Each line is a
process of its own, so that its peak of memory is its own; pictures are not part of it.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import anyio
from sqlalchemy import Connection, insert

from editloop.evals.produce.system import LABEL, System
from editloop.evals.reports.compare import compare
from editloop.evals.reports.formats.page import as_html
from editloop.evals.reports.formats.plain import as_csv, as_json, as_markdown
from editloop.evals.reports.gather import Choice
from editloop.evals.reports.layouts import report
from editloop.evals.reports.record import read
from editloop.evals.reports.tables import Report
from editloop.evals.scores import Suite
from editloop.evals.suites.gedit.cases import GROUPS, LANGUAGES
from editloop.evals.suites.imgedit.cases import COUNTS as TYPES
from editloop.evals.suites.kris.cases import CATEGORIES, metrics_of
from editloop.evals.suites.rise.cases import COUNTS as KINDS
from editloop.evals.suites.rise.loading import FULL
from editloop.memory import Critique, ImageRef, Judgement, Run, Score, Stop, StopReason, Task, Turn
from editloop.memory.store import open_store
from editloop.memory.store.engine import database_at
from editloop.memory.store.export import Exported, imported
from editloop.memory.store.judging import JUDGEMENT
from editloop.memory.store.upgrade import bring_up

CASES = 10_000
SYSTEMS = ("first", "second")
COMPARED = "imgedit"
"""The suite that both systems have runs of."""

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_SAID = Score(semantic=6, quality=7)
Rows = list[dict[str, object]]


def _gedit(folder: Path) -> Iterator[str]:
    places = [(language, group) for language in LANGUAGES for group in GROUPS]
    rows: Rows = []
    for number, (language, group) in zip(range(CASES), cycle(places), strict=False):
        yield f"{language}/{group}/{number}"
        names: dict[str, object] = {
            "key": str(number),
            "task_type": group,
            "instruction_language": language,
        }
        more = {
            "instruction": "Edit.",
            "input_image": "a.png",
            "Intersection_exist": number % 3 == 0,
        }
        rows.append(names | more)
    (folder / "train.json").write_text(json.dumps(rows))


def _imgedit(folder: Path) -> Iterator[str]:
    rows: dict[str, object] = {}
    for number, kind in zip(range(CASES), cycle(TYPES), strict=False):
        yield str(number)
        rows[str(number)] = {"id": "a.jpg", "prompt": "Edit.", "edit_type": kind}
    (folder / "singleturn.json").write_text(json.dumps(rows))


def _kris(folder: Path) -> Iterator[str]:
    rows: Rows = []
    for number, name in zip(range(CASES), cycle(CATEGORIES), strict=False):
        yield f"{name}/{number}"
        rows.append({"id": str(number), "type": name, "ori_img": "1.jpg", "ins_en": "Edit."})
    (folder / "final_data.json").write_text(json.dumps(rows))


def _rise(folder: Path) -> Iterator[str]:
    rows: Rows = []
    for number, name in zip(range(CASES), cycle(KINDS), strict=False):
        yield f"{name}_{number}"
        index = f"{name}_{number}"
        rows.append({"index": index, "category": name, "instruction": "Edit.", "image": "a.png"})
    (folder / FULL).write_text(json.dumps(rows))


DATA: dict[Suite, Callable[[Path], Iterator[str]]] = {
    "gedit": _gedit,
    "imgedit": _imgedit,
    "kris": _kris,
    "rise": _rise,
}


def _answers(suite: Suite, case: str, draw: Random) -> dict[str, str]:
    if suite == "gedit":
        calls = ("semantics", "quality")
        return {call: f'{{"score": [{draw.randint(0, 10)}, 9]}}' for call in calls}
    if suite == "imgedit":
        return {"edit": f"Brief reasoning: so.\nA: {draw.randint(1, 5)}\nB: 4\nC: 3"}
    if suite == "kris":
        scores = {f"{name}_score": draw.randint(1, 5) for name in metrics_of(case.split("/")[0])}
        return dict.fromkeys(("consistency", "instruction", "quality"), json.dumps(scores))
    if case.startswith("logical"):
        return {
            call: f"**Final Score: {draw.randint(0, 1)}**" for call in ("consistency", "reasoning")
        }
    calls = ("consistency", "reasoning", "quality")
    return {call: f"**Final Score: {draw.randint(1, 5)}**" for call in calls}


def _sha(*parts: object) -> str:
    return sha256("/".join(map(str, parts)).encode()).hexdigest()


def _picture(name: str) -> ImageRef:
    return ImageRef(sha256=name, media_type="image/png", width=512, height=512, size=1000)


def _run(suite: Suite, system: str, case: str, number: int) -> Run:
    seen = Critique(score=_SAID, reasoning="so", refined="Edit again.")
    pictures = [_picture(_sha(system, case, turn)) for turn in (1, 2)]
    turns = tuple(
        Turn(number=at, instruction="Edit.", edited=picture, critique=seen, edit_seconds=1.0)
        for at, picture in enumerate(pictures, 1)
    )
    place = System(system, _sha(system)[:12]).place(suite, case, 0)
    return Run(
        id=_sha(suite, system, case)[:20],
        task=Task(
            source=_picture(_sha("source")), instruction="Edit.", labels={LABEL: place.label}
        ),
        created=_WHEN + timedelta(seconds=number),
        turns=turns,
        stop=Stop(reason=StopReason.MAX_TURNS),
        answer=1,
        settings={"editor": "made-up", "turns": 2},
    )


def _judgements(suite: Suite, run: Run, case: str, draw: Random) -> Iterator[dict[str, object]]:
    for turn in run.turns:
        if turn.edited is None:
            continue
        for metric, text in _answers(suite, case, draw).items():
            yield Judgement(
                suite=suite,
                case=case,
                image_sha256=turn.edited.sha256,
                metric=metric,
                judge="made-up",
                protocol="ours@0",
                question=_sha(suite, case, metric, turn.edited.sha256),
                sample=0,
                text=text,
                created=_WHEN,
            ).model_dump()


def _insert(connection: Connection, suite: Suite, system: str, cases: Sequence[str]) -> None:
    """Runs and judgements in one transaction: writing is not what is measured."""
    draw = Random(system)
    said: list[dict[str, object]] = []
    for number, case in enumerate(cases):
        run = _run(suite, system, case, number)
        imported(connection, Exported(run=run).model_dump(mode="json"))
        said += _judgements(suite, run, case, draw)
    connection.execute(insert(JUDGEMENT), said)


async def _fill(url: str, suite: Suite, folder: Path) -> None:
    cases = list(DATA[suite](folder))
    database = database_at(url)
    try:
        await bring_up(database, upgrade=True)
        for system in SYSTEMS[: 2 if suite == COMPARED else 1]:
            await database.write(_insert, suite, system, cases)
    finally:
        await database.close()


async def _read(url: str, suite: Suite, folder: Path, kind: str) -> Report:
    systems = SYSTEMS if kind == "compare" else SYSTEMS[:1]
    async with open_store(url) as store:
        sheets = await read(store, Choice(suite, systems=systems), folder)
    if kind == "compare":
        return compare(*sheets, cases=60)
    return report(sheets, "turns" if kind == "turns" else "suite", cases=60)


def _measure(suite: Suite, folder: Path, kind: str) -> None:
    """Print the seconds and the peak of this process, imports apart."""
    start, worked = time.perf_counter(), time.process_time()
    found = anyio.run(_read, str(folder / "store.db"), suite, folder, kind)
    for make in (as_json, as_csv, as_markdown):
        make(found)
    as_html(found)
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{suite:8} {kind:8} {CASES:7} {seconds:8.2f} {worked:8.2f} {peak:8.0f}")


def main() -> None:
    """Print, per suite and kind of report, the seconds and the processor's seconds for reading, counting and
    printing it in four formats, and the peak of memory."""
    if len(sys.argv) > 1:
        suite, folder, kind = sys.argv[1:]
        _measure(next(each for each in DATA if each == suite), Path(folder), kind)
        return
    print(
        f"{'suite':8} {'kind':8} {'cases':>7} {'seconds':>8} {'CPU s':>8} {'peak MB':>8}",
        flush=True,
    )
    for suite in DATA:
        with TemporaryDirectory(prefix="editloop-reports-") as folder:
            anyio.run(_fill, str(Path(folder) / "store.db"), suite, Path(folder))
            for kind in ("report", "turns", *(["compare"] if suite == COMPARED else [])):
                command = [sys.executable, "-m", "benchmarks.reports_10k", suite, folder, kind]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main()

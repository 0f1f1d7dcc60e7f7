"""`python -m benchmarks.evals_10k`: 10,000 cases of each suite, read, parsed and tabulated.

Data and answers are made up on the spot; judging and pictures are not part of it.
"""

import json
import resource
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from editloop.evals.suites import gedit, imgedit, kris, rise
from editloop.evals.suites.gedit import aggregate as gedit_tables
from editloop.evals.suites.gedit import cases as gedit_cases
from editloop.evals.suites.gedit import loading as gedit_loading
from editloop.evals.suites.gedit import parsing as gedit_parsing
from editloop.evals.suites.imgedit import aggregate as imgedit_tables
from editloop.evals.suites.imgedit import cases as imgedit_cases
from editloop.evals.suites.imgedit import loading as imgedit_loading
from editloop.evals.suites.imgedit import parsing as imgedit_parsing
from editloop.evals.suites.kris import aggregate as kris_tables
from editloop.evals.suites.kris import cases as kris_cases
from editloop.evals.suites.kris import loading as kris_loading
from editloop.evals.suites.kris import parsing as kris_parsing
from editloop.evals.suites.rise import aggregate as rise_tables
from editloop.evals.suites.rise import cases as rise_cases
from editloop.evals.suites.rise import loading as rise_loading
from editloop.evals.suites.rise import parsing as rise_parsing
from editloop.evals.suites.rise import scoring as rise_scoring
from editloop.evals.suites.statistics import interval
from editloop.evals.suites.unscored import Unscored

CASES = 10_000
_PIXEL = b"\x89PNG" + bytes(2000)
_CALLS: tuple[kris_parsing.Call, ...] = ("consistency", "instruction", "quality")
Write = Callable[[Path], None]
Count = Callable[[Path], tuple[int, list[float]]]


def _gedit_data(folder: Path) -> None:
    from importlib import import_module

    arrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    groups, languages = cycle(gedit_cases.GROUPS), cycle(gedit_cases.LANGUAGES)
    picture = {"bytes": _PIXEL, "path": None}
    rows: list[dict[str, Any]] = [
        {"key": str(n), "task_type": next(groups), "instruction_language": next(languages)}
        | {"instruction": "Make the kite red.", "Intersection_exist": n % 3 == 0}
        | {"input_image": picture, "input_image_raw": picture}
        for n in range(CASES)
    ]
    table = arrow.Table.from_pylist(rows)
    parquet.write_table(table, folder / "train.parquet", row_group_size=1000)


def _gedit(folder: Path) -> tuple[int, list[float]]:
    rows: list[gedit_tables.GEditRow] = []
    draw = Random(0)
    for case in gedit_loading.read_cases(folder):
        first, second = (
            gedit_parsing.read(f'{{"score": [{draw.randint(0, 10)}, 9], "reasoning": "so"}}')
            for _ in range(2)
        )
        if isinstance(first, Unscored) or isinstance(second, Unscored):
            raise SystemExit("the benchmark's own answers must be readable")
        scores = gedit_parsing.combine(first, second)
        rows.append(
            gedit_tables.GEditRow(
                key=case.key,
                group=case.group,
                language=case.language,
                intersection=case.intersection,
                semantics=scores.semantics,
                quality=scores.quality,
            )
        )
    gedit_tables.aggregate(rows)
    return len(rows), [row.overall or 0.0 for row in rows]


def _imgedit_data(folder: Path) -> None:
    types = cycle(imgedit_cases.COUNTS)
    rows = {
        str(n): {"id": f"a/{n}.jpg", "prompt": "Add a hat.", "edit_type": next(types)}
        for n in range(CASES)
    }
    (folder / "singleturn.json").write_text(json.dumps(rows))


def _imgedit(folder: Path) -> tuple[int, list[float]]:
    rows: list[imgedit_tables.ImgEditRow] = []
    types: dict[str, str] = {}
    draw = Random(0)
    for case in imgedit_loading.read_cases(folder):
        types[case.key] = case.edit_type or ""
        found = imgedit_parsing.read(f"Reasoning: so\nA: {draw.randint(1, 5)}\nB: 4\nC: 3")
        score = None if isinstance(found, Unscored) else found.score
        rows.append(imgedit_tables.ImgEditRow(key=case.key, score=score))
    imgedit_tables.aggregate(rows, types)
    return len(rows), [row.score or 0.0 for row in rows]


def _kris_data(folder: Path) -> None:
    names = cycle(kris_cases.CATEGORIES)
    rows = [
        {"id": str(n), "type": next(names), "ori_img": "1.jpg", "ins_en": "Add.", "explain_en": ""}
        for n in range(CASES)
    ]
    (folder / "final_data.json").write_text(json.dumps(rows))


def _kris(folder: Path) -> tuple[int, list[float]]:
    rows: list[kris_tables.KrisRow] = []
    draw = Random(0)
    for case in kris_loading.read_cases(folder):
        scores: dict[kris_cases.Metric, float] = {}
        for call in _CALLS:
            given = {f"{metric}_score": draw.randint(1, 5) for metric in kris_cases.METRICS}
            for metric, found in kris_parsing.read(json.dumps(given), case.category, call).items():
                if not isinstance(found, Unscored):
                    scores[metric] = found
        rows.append(kris_tables.KrisRow(id=case.id, category=case.category, scores=scores))
    kris_tables.aggregate(rows)
    return len(rows), [sum(row.scores.values()) / len(row.scores) for row in rows]


def _rise_data(folder: Path) -> None:
    names = cycle(rise_cases.COUNTS)
    rows = [
        {"index": str(n), "category": next(names), "instruction": "Move.", "image": "a.png"}
        for n in range(CASES)
    ]
    (folder / rise_loading.FULL).write_text(json.dumps(rows))


def _rise(folder: Path) -> tuple[int, list[float]]:
    rows: list[rise_tables.RiseRow] = []
    draw = Random(0)
    for case in rise_loading.read_cases(folder):
        binary = case.category == "logical_reasoning"
        low, high = (0, 1) if binary else (1, 5)
        calls = rise_scoring.asked(case.category, case.consistency_free)
        answers = [f"So.\n**Final Score: {draw.randint(low, high)}**" for _ in calls]
        readings = [rise_parsing.read(each, binary=binary) for each in answers]
        values = rise_scoring.case_values(case.category, readings)
        if isinstance(values, Unscored):
            raise SystemExit("the benchmark's own answers must be readable")
        rows.append(rise_tables.RiseRow(index=case.index, category=case.category, values=values))
    rise_tables.aggregate(rows)
    return len(rows), [row.values.reasoning or 0.0 for row in rows if row.values]


SUITES: dict[str, tuple[Write, Count]] = {
    gedit.__name__: (_gedit_data, _gedit),
    imgedit.__name__: (_imgedit_data, _imgedit),
    kris.__name__: (_kris_data, _kris),
    rise.__name__: (_rise_data, _rise),
}


def main() -> None:
    """Print, per suite, the seconds for reading, parsing and tabulating, then for an interval."""
    print(f"{'suite':10} {'cases':>7} {'seconds':>8} {'interval':>9} {'peak MB':>8}")
    for name, (write, count) in SUITES.items():
        with TemporaryDirectory(prefix="editloop-evals-") as folder:
            write(Path(folder))
            start = time.perf_counter()
            cases, values = count(Path(folder))
            seconds = time.perf_counter() - start
            start = time.perf_counter()
            interval(values)
            bootstrapped = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            short = name.rpartition(".")[2]
            print(f"{short:10} {cases:7} {seconds:8.2f} {bootstrapped:9.2f} {peak:8.0f}")


if __name__ == "__main__":
    main()

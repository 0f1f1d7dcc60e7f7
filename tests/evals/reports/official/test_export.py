"""Our pictures where the published scripts look for them, file by file."""

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from making import critique, png
from PIL import Image
from reporting import (
    JUDGED,
    NO_PICTURE,
    gedit_case,
    imgedit_case,
    kris_case,
    rise_case,
    sha,
)

from editloop.evals.reports.boards.board import Board
from editloop.evals.reports.official.export import Exported, Exporter
from editloop.evals.reports.official.places import Layout
from editloop.evals.reports.official.writing import Folder
from editloop.evals.reports.sheet import Sheet
from editloop.evals.score.book import Book
from editloop.evals.score.rows import Case
from editloop.evals.scores import CaseKey, Point, Produced, Suite
from editloop.evals.suites.imgedit.cases import ImgEditCase
from editloop.memory import InputError, Run, Stop, StopReason, Task, Turn
from editloop.memory.images import LocalImages

pytestmark = pytest.mark.anyio
CASES: dict[Suite, Case] = {
    "gedit": gedit_case("a1b2", "color_alter"),
    "imgedit": imgedit_case("41", "add"),
    "kris": kris_case("7", "biology"),
    "rise": rise_case("temporal_reasoning_1", "temporal_reasoning"),
}
PLACES = {
    "gedit": "fullset/color_alter/en/a1b2",
    "imgedit": "gen_image/41",
    "kris": "biology/7",
    "rise": "temporal_reasoning/temporal_reasoning_1",
}


class Bench:
    """A store of pictures, runs by id, and what exports them."""

    def __init__(self, folder: Path) -> None:
        self.images = LocalImages(folder / "images")
        self.runs: dict[str, Run] = {}
        self.loads = 0

    async def run(self, case: Case, scores: Sequence[float], stop: StopReason, answer: int) -> None:
        """A run whose turns are greys, one brighter than the other, twice the size of the source."""
        source = await self.images.put(png(10))
        turns: list[Turn] = []
        for number, score in enumerate(scores, 1):
            edited = await self.images.put(png(100 + number, (32, 24)))
            refined = f"Instruction {number + 1}."
            seen = critique(score, score, refined)
            told = f"Instruction {number}." if number > 1 else "Edit."
            turns.append(Turn(number=number, instruction=told, edited=edited, critique=seen))
        self.runs[case.name] = Run(
            id=sha(case.name)[:16],
            task=Task(source=source, instruction="Edit."),
            created=datetime(2026, 11, 21, tzinfo=UTC),
            turns=tuple(turns),
            stop=Stop(reason=stop),
            answer=answer,
            settings={"turns": 5},
        )

    def sheet(self, suite: Suite, cases: Sequence[Case]) -> Sheet:
        runs = {
            c.name: _produced(suite, c, self.runs[c.name]) for c in cases if c.name in self.runs
        }
        board = Board(suite)
        return Sheet("flux", sha("flux"), 0, JUDGED, board, cases, runs, Book(()))

    async def load(self, run_id: str) -> Run:
        self.loads += 1
        return next(run for run in self.runs.values() if run.id == run_id)

    async def export(
        self, sheet: Sheet, out: Path, layout: Layout = "editthinker", *, overwrite: bool = False
    ) -> Exported:
        return await Exporter(
            sheet, self.images, self.load, Folder(out, overwrite), layout
        ).export()


def _produced(suite: Suite, case: Case, run: Run) -> Produced:
    point = Point(number=1, sha256=None)
    key = CaseKey(suite=suite, name=case.name)
    return Produced(
        case=key,
        system="flux",
        digest=sha("flux"),
        seed=0,
        run_id=run.id,
        curve=(point,),
        answer=run.answer,
        answer_sha256=None,
        stop="satisfied",
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def files(folder: Path) -> set[str]:
    return {
        str(each.relative_to(folder))
        for each in folder.rglob("*")
        if each.is_file() and not each.name.startswith(".")
    }


def shade(path: Path) -> tuple[str, tuple[int, int], int]:
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        pixel: Any = image.convert("L").getpixel((0, 0))
        return str(image.format), image.size, int(pixel)


@pytest.mark.parametrize("suite", CASES)
async def test_editthinker_layout_file_by_file(bench: Bench, tmp_path: Path, suite: Suite) -> None:
    case, out = CASES[suite], tmp_path / "out"
    await bench.run(case, [5.0, 8.5], StopReason.SATISFIED, answer=2)
    await bench.export(bench.sheet(suite, [case]), out)
    place = PLACES[suite]
    wanted = {f"turn{t}/{place}{kind}.png" for t in (1, 2, 3) for kind in ("", "_SRCIMG")}
    wanted |= {f"final/{place}{kind}.png" for kind in ("", "_SRCIMG", "_turn1", "_turn2", "_turn3")}
    assert files(out) == wanted | {f"final/{place}_meta.json", "final/processing_summary.json"}
    assert shade(out / f"final/{place}.png") == ("PNG", (16, 12), 102)
    assert shade(out / f"turn1/{place}.png") == ("PNG", (16, 12), 101)
    assert shade(out / f"turn3/{place}_SRCIMG.png") == ("PNG", (16, 12), 10)


@pytest.mark.parametrize(
    ("suite", "wanted"),
    [
        (
            "gedit",
            {
                "flux/fullset/color_alter/en/a1b2.png",
                "flux/fullset/color_alter/en/a1b2_SRCIMG.png",
            },
        ),
        ("imgedit", {"flux/41.png"}),
        ("kris", {"flux/biology/7.jpg"}),
        ("rise", {"flux/images/temporal_reasoning/temporal_reasoning_1.png"}),
    ],
)
async def test_upstream_layout_file_by_file(
    bench: Bench, tmp_path: Path, suite: Suite, wanted: set[str]
) -> None:
    case, out = CASES[suite], tmp_path / "out"
    await bench.run(case, [5.0], StopReason.MAX_TURNS, answer=1)
    await bench.export(bench.sheet(suite, [case]), out, "upstream")
    assert files(out) == wanted
    kinds = {path.suffix: shade(path)[0] for path in out.rglob("*.*") if path.suffix != ".json"}
    assert kinds in ({".png": "PNG"}, {".jpg": "JPEG"})


async def test_meta_tells_what_each_turn_was_told_and_what_the_turn_before_was_worth(
    bench: Bench, tmp_path: Path
) -> None:
    case = CASES["imgedit"]
    await bench.run(case, [5.0, 8.5], StopReason.SATISFIED, answer=2)
    await bench.export(bench.sheet("imgedit", [case]), tmp_path / "out")
    meta = json.loads((tmp_path / "out/final/gen_image/41_meta.json").read_text())
    turns = meta.pop("turns")
    all_turns = meta.pop("all_turns_in_final")
    assert meta == {
        "key": "41",
        "task_type": "add",
        "instruction_language": "en",
        "original_instruction": "Edit.",
        "max_turns": 5,
        "is_satisfied": True,
        "final_turn": 3,
        "final_output_path": "final/gen_image/41.png",
        "final_source_path": "final/gen_image/41_SRCIMG.png",
    }
    assert [each["turn"] for each in all_turns] == [1, 2, 3]
    assert [each["rewritten_prompt"] for each in turns] == ["Edit.", "Instruction 2.", None]
    assert [each["generated"] for each in turns] == [True, True, False]
    assert turns[0]["evaluation"] is None
    assert turns[1]["evaluation"] == {
        "is_satisfied": False,
        "reason": "seen",
        "new_prompt": "Instruction 2.",
    }
    assert turns[2]["evaluation"] == {"is_satisfied": True, "reason": "seen", "new_prompt": None}
    assert turns[2]["action"] == "copied_from_previous_turn"


async def test_the_final_picture_is_the_answer_and_not_the_last_turn(
    bench: Bench, tmp_path: Path
) -> None:
    case = CASES["kris"]
    await bench.run(case, [7.0, 3.0], StopReason.MAX_TURNS, answer=1)
    await bench.export(bench.sheet("kris", [case]), tmp_path / "out")
    assert shade(tmp_path / "out/final/biology/7.png")[2] == 101
    assert not (tmp_path / "out/turn3").exists()


async def test_a_case_without_a_picture_is_an_error_of_the_summary(
    bench: Bench, tmp_path: Path
) -> None:
    done, never = CASES["imgedit"], ImgEditCase("42", "add", "Edit.", NO_PICTURE)
    await bench.run(done, [9.0], StopReason.SATISFIED, answer=1)
    found = await bench.export(bench.sheet("imgedit", [done, never]), tmp_path / "out")
    assert (found.cases, found.without) == (1, 1)
    summary = json.loads((tmp_path / "out/final/processing_summary.json").read_text())
    results = summary.pop("results")
    assert summary == {"total": 2, "success": 1, "skipped": 0, "error": 1, "satisfied": 1}
    assert results[1] == {"status": "error", "key": "42", "error": "no run of this case"}


async def test_the_same_export_again_writes_nothing(bench: Bench, tmp_path: Path) -> None:
    case = CASES["rise"]
    await bench.run(case, [9.0], StopReason.SATISFIED, answer=1)
    sheet = bench.sheet("rise", [case])
    first = await bench.export(sheet, tmp_path / "out")
    again = await bench.export(sheet, tmp_path / "out")
    assert first.written > 0
    assert again.written == 0


async def test_an_export_that_was_cut_off_is_completed(bench: Bench, tmp_path: Path) -> None:
    case, out = CASES["rise"], tmp_path / "out"
    await bench.run(case, [9.0], StopReason.SATISFIED, answer=1)
    await bench.export(bench.sheet("rise", [case]), out)
    whole = {name: (out / name).read_bytes() for name in files(out)}
    (out / f"final/{PLACES['rise']}_meta.json").unlink()
    (out / f"turn1/{PLACES['rise']}.png").unlink()
    await bench.export(bench.sheet("rise", [case]), out)
    assert {name: (out / name).read_bytes() for name in files(out)} == whole


@pytest.mark.parametrize("name", ["41.png", "41_meta.json"])
async def test_a_file_of_somebody_else_is_never_replaced_unasked(
    bench: Bench, tmp_path: Path, name: str
) -> None:
    case, theirs = CASES["imgedit"], tmp_path / "out/final/gen_image" / name
    await bench.run(case, [9.0], StopReason.SATISFIED, answer=1)
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"theirs")
    sheet = bench.sheet("imgedit", [case])
    with pytest.raises(InputError, match="--overwrite"):
        await bench.export(sheet, tmp_path / "out")
    assert theirs.read_bytes() == b"theirs"
    await bench.export(sheet, tmp_path / "out", overwrite=True)
    assert theirs.read_bytes() != b"theirs"


async def test_two_systems_do_not_share_a_folder(bench: Bench, tmp_path: Path) -> None:
    from dataclasses import replace

    sheet = bench.sheet("imgedit", [CASES["imgedit"]])
    await bench.export(sheet, tmp_path / "out")
    with pytest.raises(InputError, match="holds something else"):
        await bench.export(replace(sheet, system="other"), tmp_path / "out")


@pytest.mark.parametrize("key", ["../up", "a/b", "", ".", "c:d"])
async def test_a_key_that_leads_elsewhere_is_refused(
    bench: Bench, tmp_path: Path, key: str
) -> None:
    sheet = bench.sheet("imgedit", [imgedit_case(key, "add")])
    with pytest.raises(InputError, match="no name of a file"):
        await bench.export(sheet, tmp_path / "out")
    assert not (tmp_path / "out").exists()

"""`editloop eval report|compare|export` over a store with runs and judgements."""

import csv
import io
import json
import random
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from making import critique, png
from reporting import JUDGED, gedit_said, sha

from editloop.cli.evals import app
from editloop.evals.produce.system import LABEL, System
from editloop.evals.suites.gedit.cases import GROUPS
from editloop.memory import InputError, Judgement, Run, Stop, StopReason, Task, Turn, new_run_id
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store

WHEN = datetime(2026, 11, 21, 12, tzinfo=UTC)
SYSTEMS = {"alone": [6], "looped": [6, 8, 3]}
"""What the judge says of every turn of every case."""


class World:
    """A data set, a store that knows two systems, and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str] | None) -> None:
        self.folder, self.capsys = folder, capsys
        self.store, self.data = folder / "store.db", folder / "data"

    def __call__(self, *words: str) -> str:
        """What a command prints on stdout; it must end well."""
        assert self.capsys is not None
        self.capsys.readouterr()
        code = app([*words], result_action="return_value", exit_on_error=False, print_error=False)
        assert code == 0
        return self.capsys.readouterr().out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))

    def write_data(self) -> None:
        """One English case of each group."""
        self.data.mkdir()
        rows = [
            {
                "key": f"k{at}",
                "task_type": group,
                "instruction_language": "en",
                "instruction": f"Edit {at}.",
                "input_image": f"{at}.png",
                "Intersection_exist": at % 2 == 0,
            }
            for at, group in enumerate(GROUPS)
        ]
        (self.data / "train.json").write_text(json.dumps(rows))

    def write_store(self, order: random.Random | None = None) -> None:
        """Everything that was made and said, in whatever order."""
        anyio.run(self._fill, order)

    async def _fill(self, order: random.Random | None) -> None:
        images = LocalImages(self.store.parent / "images")
        places = [(s, at, group) for s in SYSTEMS for at, group in enumerate(GROUPS)]
        async with open_store(str(self.store)) as store:
            said: list[Judgement] = []
            for system, at, group in _in(order, places):
                run = await _run(images, system, at, f"en/{group}/k{at}")
                await store.opened(run.but(turns=(), stop=None, answer=None))
                for turn in run.turns:
                    await store.edited(run.id, turn)
                    await store.critiqued(run.id, turn)
                await store.closed(run)
                said += _judged(run, system, f"en/{group}/k{at}")
            for each in _in(order, said):
                await store.judging.add(each)


def _in(order: random.Random | None, things: Sequence[Any]) -> list[Any]:
    return list(things) if order is None else order.sample(things, len(things))


async def _run(images: LocalImages, system: str, at: int, case: str) -> Run:
    turns: list[Turn] = []
    scores = SYSTEMS[system]
    for number, score in enumerate(scores, 1):
        edited = await images.put(png(20 * number + at, (16, 12 + len(scores))))
        seen = critique(score, score, f"Again {number}.")
        told = "Edit." if number == 1 else f"Again {number - 1}."
        turns.append(Turn(number=number, instruction=told, edited=edited, critique=seen))
    best = max(turns, key=lambda turn: scores[turn.number - 1])
    label = System(system, sha(system)[:12]).place("gedit", case, 0).label
    source = await images.put(png(200 + at))
    return Run(
        id=new_run_id(),
        task=Task(source=source, instruction=f"Edit {at}.", labels={LABEL: label}),
        created=WHEN,
        turns=tuple(turns),
        stop=Stop(reason=StopReason.MAX_TURNS),
        answer=best.number,
        editor="scripted",
        thinker="scripted",
        settings={"editor": "scripted", "turns": 3, "editor_details": {"model": "grey-1"}},
    )


def _judged(run: Run, system: str, case: str) -> list[Judgement]:
    found: list[Judgement] = []
    for turn, score in zip(run.turns, SYSTEMS[system], strict=True):
        assert turn.edited is not None
        for metric, text in gedit_said(score, score).items():
            found.append(
                Judgement(
                    suite="gedit",
                    case=case,
                    image_sha256=turn.edited.sha256,
                    metric=metric,
                    judge=JUDGED.judge,
                    judge_version=JUDGED.version,
                    protocol=JUDGED.protocol,
                    question=sha(f"{case}/{metric}/{turn.edited.sha256}"),
                    sample=0,
                    text=text,
                    created=WHEN,
                )
            )
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data and store, to be copied."""
    made = World(tmp_path_factory.mktemp("written"), None)
    made.write_data()
    made.write_store()
    return made.folder


@pytest.fixture
def world(
    tmp_path: Path,
    written: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> World:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("EDITLOOP_STORE", str(tmp_path / "store.db"))
    monkeypatch.setenv("EDITLOOP_IMAGES", str(tmp_path / "images"))
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return World(tmp_path, capsys)


def line(report: Any, table: str, name: str) -> list[float | None]:
    tables = {each["key"]: each for each in report["tables"]}
    lines = {each["name"]: each for each in tables[table]["lines"]}
    return [cell["value"] for cell in lines[name]["cells"]]


def test_a_report_says_the_numbers_and_what_they_rest_on(world: World) -> None:
    found = world.json("report", "gedit", "--data", "data")
    assert line(found, "systems", "alone") == pytest.approx([6, 6, 6])
    assert line(found, "systems", "looped") == pytest.approx([8, 8, 8])
    facts = {fact["name"]: fact["value"] for fact in found["facts"]}
    assert facts["Judge"] == "gpt-test 2026-11, protocol ours@0123"
    assert facts["Judged"] == "2026-11-21"
    assert facts["Cases"] == "11 of the 1212 that are published"
    assert facts["Editor's details"] == "model grey-1"


def test_a_report_without_the_data_knows_what_the_names_of_cases_say(world: World) -> None:
    found = world.json("report", "gedit", "--system", "alone")
    assert line(found, "en", "Average") == pytest.approx([6, 6, 6])
    assert [table["key"] for table in found["tables"]] == ["systems", "en"]


def test_the_subset_needs_the_data(world: World) -> None:
    found = world.json("report", "gedit", "--data", "data", "--system", "alone")
    assert [table["key"] for table in found["tables"]] == ["systems", "en", "en_intersection"]


def test_the_turn_curve(world: World) -> None:
    found = world.json("report", "gedit", "--system", "looped", "--layout", "turns")
    assert line(found, "turns", "looped, best so far")[:3] == pytest.approx([6, 8, 8])
    assert line(found, "turns", "looped, last")[:3] == pytest.approx([6, 8, 3])


def test_a_terminal_gets_tables(world: World) -> None:
    out = world("report", "gedit", "--ours-only", "--data", "data")
    assert "GEdit-Bench" in out
    assert "looped: English" in out
    assert "†" not in out


def test_csv_and_markdown_go_to_stdout(world: World) -> None:
    rows = list(csv.DictReader(io.StringIO(world("report", "gedit", "--csv"))))
    (found,) = (row for row in rows if (row["line"], row["column"]) == ("looped", "EN G_O"))
    assert float(found["value"]) == pytest.approx(8.0)
    assert world("report", "gedit", "--markdown").startswith("# GEdit-Bench\n")
    with pytest.raises(InputError, match="one format goes to stdout"):
        world("report", "gedit", "--csv", "--markdown")


def test_the_page_holds_its_pictures(world: World) -> None:
    out = world("report", "gedit", "--system", "alone", "--html", "page.html", "--data", "data")
    assert out == ""
    page = (world.folder / "page.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 22
    assert "http:" not in page
    assert "https:" not in page
    assert str(world.folder) not in page


def test_a_page_that_exists_is_not_replaced_unasked(world: World) -> None:
    (world.folder / "page.html").write_text("mine")
    words = ("report", "gedit", "--system", "alone", "--html", "page.html")
    with pytest.raises(Exception, match="--overwrite"):
        world(*words)
    assert (world.folder / "page.html").read_text() == "mine"
    world(*words, "--overwrite", "--cases", "3")
    page = (world.folder / "page.html").read_text()
    assert "3 of 11 cases are shown" in page
    assert page.count("data:image/jpeg;base64,") == 6


def test_two_systems_are_compared(world: World) -> None:
    found = world.json("compare", "gedit", "alone", "looped", "--data", "data")
    columns = [column["name"] for column in found["tables"][0]["columns"]]
    values = dict(zip(columns, line(found, "differences", "All cases"), strict=True))
    assert values["Difference"] == pytest.approx(2.0)
    assert (values["Won"], values["Tied"], values["Lost"]) == (11, 0, 0)


def test_profiles_are_not_mixed_silently(world: World) -> None:
    words = ("compare", "gedit", "alone", "looped", "--against-profile", "official")
    with pytest.raises(InputError, match="The profiles differ"):
        world(*words)
    assert "The profiles differ" in world.json(*words, "--mixed")["notes"][0]


def test_an_export_is_read_back_by_its_own_layout(world: World) -> None:
    words = ("export", "gedit", "--system", "looped", "--out", "out", "--data", "data")
    found = world.json(*words)
    assert (found["cases"], found["without"]) == (11, 0)
    names = {path.name for path in (world.folder / "out/final/fullset/ps_human/en").iterdir()}
    assert {"k4.png", "k4_SRCIMG.png", "k4_meta.json", "k4_turn3.png"} <= names
    assert world.json(*words)["written"] == 0


def test_score_files_are_counted_without_a_store(world: World) -> None:
    folder = world.folder / "kris" / "count_change"
    folder.mkdir(parents=True)
    record = {"consistency_score": 5, "quality_score": 3, "instruction_score": 1}
    (folder / "metrics.json").write_text(json.dumps({"1": record}))
    found = world.json("report", "kris", "--scores", "kris", "--profile", "official")
    assert line(found, "dimensions", "Overall")[-1] == 50.0


def test_the_order_in_which_the_record_was_written_changes_no_byte(world: World) -> None:
    formats = (("--json",), ("--csv",), ("--markdown",), ("--html", "page.html", "--overwrite"))
    first = [_all(world, words) for words in formats]
    world.store.unlink()
    world.write_store(random.Random(5))
    assert [_all(world, words) for words in formats] == first


def _all(world: World, words: tuple[str, ...]) -> str:
    out = world("report", "gedit", "--data", "data", *words)
    return out or (world.folder / "page.html").read_text()

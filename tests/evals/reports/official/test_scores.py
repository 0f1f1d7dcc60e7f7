"""Score files as the published scripts write them, read back."""

import json
import zipfile
from pathlib import Path

import pytest

from editloop.evals.reports.boards.board import Board
from editloop.evals.reports.official.scores import read_scores
from editloop.evals.suites.gedit.aggregate import GEditRow
from editloop.evals.suites.gedit.cases import GROUPS
from editloop.memory.errors import InputError

HEAD = (
    "source_image,edited_image,instruction,sementics_score,quality_score,intersection_exist,"
    "instruction_language\n"
)


def line(group: str, key: str, semantics: str, quality: str, flag: str = "True") -> str:
    where = f"out/model/fullset/{group}/en/{key}"
    return f'{where}_SRCIMG.png,{where}.png,"Make, it red.",{semantics},{quality},{flag},en\n'


def test_gedit_groups_come_from_the_names_of_their_files(tmp_path: Path) -> None:
    for group in GROUPS:
        text = HEAD + line(group, "a", "8", "2") + line(group, "b", "4", "9.0", "False")
        (tmp_path / f"model_{group}_gpt_score.csv").write_text(text)
    (tmp_path / "model_combined_gpt_score.csv").write_text(HEAD + line("x", "a", "0", "0"))
    rows = read_scores("gedit", tmp_path, "official")
    tables = {table.key: table for table in Board("gedit", "official").tables(rows)}
    assert tables["en"].value("Average", "O") == pytest.approx(5.0)
    assert tables["en_intersection"].value("Average", "O") == pytest.approx(4.0)


def test_gedit_groups_of_the_combined_file_come_from_the_path_of_the_picture(
    tmp_path: Path,
) -> None:
    file = tmp_path / "model_combined_gpt_score.csv"
    file.write_text(HEAD + line("ps_human", "a", "8", ""))
    (row,) = read_scores("gedit", file)
    assert row == GEditRow(
        key="a", group="ps_human", language="en", intersection=True, semantics=8.0, quality=None
    )


def test_gedit_rows_that_stand_twice_count_twice_in_the_official_profile(tmp_path: Path) -> None:
    for group in GROUPS:
        text = HEAD + 2 * line(group, "a", "4", "4") + line(group, "b", "10", "10")
        (tmp_path / f"m_{group}_gpt_score.csv").write_text(text)
    for profile, average in (("official", 6.0), ("corrected", 7.0)):
        rows = read_scores("gedit", tmp_path, profile)  # type: ignore[arg-type]
        table = Board("gedit", profile).tables(rows)[0]  # type: ignore[arg-type]
        assert table.value("Average", "O") == pytest.approx(average)


def test_imgedit_answers_are_read_by_the_profile(tmp_path: Path) -> None:
    answers = {"1": "A: 4\nB: 5\nC: 4", "2": "A: 4\nB: 3\nC: 3"}
    (tmp_path / "result.json").write_text(json.dumps(answers))
    rows = read_scores("imgedit", tmp_path, "official")
    board = Board("imgedit", "official", types={"1": "add", "2": "add"})
    assert board.tables(rows)[0].value("Add", "Score") == 3.83


def test_imgedit_averages_give_the_numbers_of_the_spec(tmp_path: Path) -> None:
    file = tmp_path / "average_score.json"
    file.write_text(json.dumps({"1": 4.33, "2": 3.67, "3": 2.0, "unknown": 5.0}))
    board = Board("imgedit", "official", types={"1": "add", "2": "add", "3": "remove"})
    table = board.tables(read_scores("imgedit", file, "official"))[0]
    values = [line.cells[0].value for line in table.lines]
    assert values == [4.0, 2.0, 3.0, 3.75]


def test_kris_records_give_the_numbers_of_the_spec(tmp_path: Path) -> None:
    def record(
        vc: int, vq: int, instruction: int, knowledge: int | None = None
    ) -> dict[str, object]:
        found: dict[str, object] = {
            "consistency_score": vc,
            "quality_score": vq,
            "instruction_score": instruction,
        }
        return found | ({} if knowledge is None else {"knowledge_score": knowledge})

    for category, held in {
        "count_change": {"1": record(5, 3, 1), "2": record(4, 4, 4)},
        "humanities": {"1": record(5, 5, 5, 1)},
    }.items():
        (tmp_path / category).mkdir()
        (tmp_path / category / "metrics.json").write_text(json.dumps(held))
    table = Board("kris", "official").tables(read_scores("kris", tmp_path, "official"))[0]
    assert table.value("Overall", "AVG") == 67.5
    assert table.value("Attribute Perception", "AVG") == 62.5


def workbook(path: Path, rows: list[list[str | float | None]]) -> None:
    """The smallest file that a table library writes: shared texts, numbers, blanks left out."""
    texts: list[str] = []
    lines: list[str] = []
    for number, row in enumerate(rows, 1):
        cells = ""
        for letter, value in zip("ABCDEFG", row, strict=False):
            if isinstance(value, str):
                texts.append(value)
                cells += f'<c r="{letter}{number}" t="s"><v>{len(texts) - 1}</v></c>'
            elif value is not None:
                cells += f'<c r="{letter}{number}"><v>{value}</v></c>'
        lines.append(f'<row r="{number}">{cells}</row>')
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "xl/sharedStrings.xml",
            f"<sst {space}>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>",
        )
        sheet = f"<worksheet {space}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        book.writestr("xl/worksheets/sheet1.xml", sheet)


def test_rise_workbook_gives_the_numbers_of_the_spec(tmp_path: Path) -> None:
    names = ["index", "category", "consistency_free", "Reasoning", "ApprConsistency"]
    rows: list[list[str | float | None]] = [
        [*names, "VisualPlausibility"],
        ["t1", "temporal_reasoning", 1, 5, None, 5],
        ["t2", "temporal_reasoning", None, 3, 5, 1],
        ["s1", "spatial_reasoning", None, 5, 5, 5],
        ["c1", "causal_reasoning", None, None, None, None],
        ["l1", "logical_reasoning", None, 1, 5, None],
    ]
    workbook(tmp_path / "model_judge.xlsx", rows)
    found = read_scores("rise", tmp_path, "official")
    table = Board("rise", "official", "bagel").tables(found)[0]
    assert table.value("Overall", "Score") == pytest.approx(3.425)
    assert table.value("Overall", "Percentage") == pytest.approx(60.625)
    assert table.value("Overall", "Accuracy") == pytest.approx(20.0)


@pytest.mark.parametrize("suite", ["gedit", "imgedit", "kris", "rise"])
def test_an_empty_folder_says_what_was_looked_for(suite: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="looked for"):
        read_scores(suite, tmp_path)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("suite", "name", "text"),
    [
        ("gedit", "m_ps_human_gpt_score.csv", "a,b\n1,2\n"),
        ("gedit", "m_ps_human_gpt_score.csv", HEAD + line("ps_human", "a", "good", "2")),
        ("imgedit", "result.json", "[1]"),
        ("imgedit", "result.json", "{"),
        ("kris", "metrics.json", "{}"),
        ("rise", "m_judge.xlsx", "no archive"),
    ],
)
def test_a_broken_file_is_named(suite: str, name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=name):
        read_scores(suite, tmp_path)  # type: ignore[arg-type]

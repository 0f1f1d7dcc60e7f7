"""The five formats: every one parses, and says the same numbers."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from reporting import Record, kris_case, kris_said, sha
from rich.console import Console

from editloop.evals.reports.compare import compare
from editloop.evals.reports.formats.page import as_html
from editloop.evals.reports.formats.plain import as_csv, as_json, as_markdown
from editloop.evals.reports.formats.terminal import show
from editloop.evals.reports.layouts import report
from editloop.evals.reports.tables import (
    Cell,
    Column,
    Fact,
    Line,
    Report,
    Shown,
    ShownPicture,
    Table,
)
from editloop.evals.suites.unscored import Counts

COUNTS = Counts(cases=3, scored=2, unscored={"missing_image": 1})
SMALL = Report(
    kind="report",
    suite="gedit",
    title="A <b>small</b> report",
    facts=(Fact(name="Judge", value="gpt & co"),),
    notes=("One run ended without a picture.",),
    tables=(
        Table(
            key="main",
            title="Groups",
            columns=(Column(name="SC", scale="0 to 10"), Column(name="PQ", scale="0 to 10")),
            lines=(
                Line(
                    name="add|remove", cells=(Cell(value=6.5, low=6, high=7), Cell()), counts=COUNTS
                ),
                Line(name="Average", cells=(Cell(value=1 / 3), Cell(value=8.0)), level="total"),
                Line(
                    name="Paper [dev]",
                    cells=(Cell(value=6.18), Cell()),
                    origin="published",
                    source="arXiv 1, Table 2",
                ),
            ),
            notes=("Plain means.",),
        ),
    ),
    cases=(
        Shown(
            name="1",
            part="add",
            instruction='<script>alert("x")</script>',
            pictures=(
                ShownPicture(sha256=sha("there"), caption="source"),
                ShownPicture(sha256=sha("gone"), caption="flux"),
            ),
            remark="O 6.50",
        ),
    ),
)
TERMINAL = """\
A <b>small</b> report
Judge  gpt & co
One run ended without a picture.

Groups (0 to 10)
                            SC     PQ   scored   unscored
 ────────────────────────────────────────────────────────────────
 add|remove    6.50  6.00 to 7.00      –   2 of 3   1 missing image
 Average                     0.33   8.00
 Paper [dev] †               6.18      –

Plain means.
† Published, not measured here: arXiv 1, Table 2.
"""
MARKDOWN = """\
# A \\<b\\>small\\</b\\> report

- Judge: gpt & co

One run ended without a picture.

## Groups

|  | SC (0 to 10) | PQ (0 to 10) | Scored | Unscored |
|---|---|---|---|---|
| add\\|remove | 6.50 [6.00 to 7.00] | – | 2 of 3 | 1 missing image |
| **Average** | 0.33 | 8.00 |  |  |
| *Paper \\[dev\\]* † | 6.18 | – |  |  |

Plain means.

† Published, not measured here: arXiv 1, Table 2.
"""


def printed(found: Report, width: int) -> str:
    out = io.StringIO()
    show(found, Console(file=out, width=width, no_color=True, markup=False, highlight=False))
    return re.sub(r"[ \t]+$", "", out.getvalue(), flags=re.MULTILINE)


def squeezed(text: str) -> list[str]:
    """Lines without what only sets them: blanks and rules."""
    lines = (re.sub(r"[\s─]+", " ", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def test_the_terminal_golden() -> None:
    assert squeezed(printed(SMALL, 100)) == squeezed(TERMINAL)


def test_the_markdown_golden() -> None:
    assert as_markdown(SMALL) == MARKDOWN


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_number_is_cut_on_a_narrow_terminal(width: int) -> None:
    text = printed(SMALL, width)
    for number in ("6.50", "0.33", "8.00", "6.18"):
        assert number in text
    assert "…" not in text


def test_a_narrow_terminal_says_that_intervals_are_left_out() -> None:
    assert "6.00 to 7.00" in printed(SMALL, 100)
    narrow = printed(SMALL, 40)
    assert "6.00 to 7.00" in narrow or "Intervals need a wider terminal" in narrow


def test_a_table_of_many_columns_is_turned_on_its_side() -> None:
    columns = tuple(Column(name=f"measure {at}") for at in range(20))
    cells = tuple(Cell(value=at, low=at, high=at + 1) for at in range(20))
    table = Table(key="t", title="T", columns=columns, lines=(Line(name="flux", cells=cells),))
    text = printed(SMALL.but(tables=(table,)), 60)
    assert re.search(r"measure 19 +19\.00", text)


def test_json_is_the_report_in_full_precision() -> None:
    held = json.loads(as_json(SMALL))
    assert "cases" not in held
    assert held["tables"][0]["lines"][1]["cells"][0]["value"] == 1 / 3
    assert Report.model_validate(held) == SMALL.but(cases=())


def test_csv_has_one_row_per_number() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(SMALL))))
    numbers = [row for row in rows if row["table"] == "main"]
    assert len(numbers) == 6
    first = numbers[0]
    assert (first["line"], first["column"], float(first["value"])) == ("add|remove", "SC", 6.5)
    assert (first["cases"], first["scored"], first["unscored"]) == ("3", "2", "1 missing image")
    assert float(numbers[2]["value"]) == 1 / 3
    assert numbers[4]["source"] == "arXiv 1, Table 2"
    assert [row["value"] for row in rows if row["table"] == "facts"] == ["gpt & co"]


class Page(HTMLParser):
    """What a browser would see: tags balanced, texts, and every address."""

    EMPTY = ("meta", "img", "br", "link", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "srcset", "action")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_is_whole_and_asks_for_nothing() -> None:
    text = as_html(SMALL, {sha("there"): b"\xff\xd8jpeg"})
    page = Page(text)
    assert page.open == []
    assert "script" not in page.seen
    assert not re.search(r"https?:|//[a-z]|url\(|@import", text)
    assert all(each.startswith(("#", "data:image/jpeg;base64,")) for each in page.addresses)
    assert "default-src 'none'" in text


def test_the_page_links_only_to_what_is_on_it() -> None:
    text = as_html(SMALL)
    for address in Page(text).addresses:
        assert f'id="{address.removeprefix("#")}"' in text


def test_the_page_shows_texts_as_texts() -> None:
    page = Page(as_html(SMALL))
    assert '<script>alert("x")</script>' in page.texts
    assert "A <b>small</b> report" in page.texts


def test_a_picture_that_is_gone_is_said_and_not_left_blank() -> None:
    page = Page(as_html(SMALL, {sha("there"): b"x"}))
    assert page.seen.count("img") == 1
    assert page.texts.count("not in the store") == 1


def test_the_page_can_be_read_in_the_dark_and_by_keys() -> None:
    text = as_html(SMALL)
    assert "prefers-color-scheme:dark" in text
    assert ":focus-visible" in text
    assert 'class="skip"' in text
    assert 'tabindex="0"' in text


def test_published_lines_are_marked_in_every_format() -> None:
    assert "published, Table 2" in as_html(SMALL)
    assert "†" in printed(SMALL, 100)
    assert "*Paper" in as_markdown(SMALL)
    assert json.loads(as_json(SMALL))["tables"][0]["lines"][2]["origin"] == "published"


def test_real_reports_go_through_every_format() -> None:
    record = Record("kris")
    for at, (first, second) in enumerate([(1, 5), (3, 4), (5, 2)]):
        case = kris_case(str(at), "count_change")
        record.add(case, "flux", {f"f{at}": kris_said(first, first, first)})
        record.add(case, "qwen", {f"q{at}": kris_said(second, second, second)})
    sheets = [record.sheet("flux"), record.sheet("qwen")]
    for found in (report(sheets), report(sheets, "turns"), compare(*sheets)):
        assert json.loads(as_json(found))["suite"] == "kris"
        assert list(csv.reader(io.StringIO(as_csv(found))))
        assert Page(as_html(found)).open == []
        assert found.title in printed(found, 100)

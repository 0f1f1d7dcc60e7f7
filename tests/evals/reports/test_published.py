"""What is quoted from the paper: whole, in its place, and never taken for ours."""

import pytest
from reporting import (
    Record,
    gedit_case,
    gedit_said,
    imgedit_case,
    imgedit_said,
    kris_case,
    kris_said,
    rise_case,
    rise_said,
)

from editloop.evals.reports import published
from editloop.evals.reports.published import Reference
from editloop.evals.reports.tables import Column
from editloop.evals.scores import Suite
from editloop.evals.suites.gedit.cases import GROUPS
from editloop.evals.suites.imgedit.cases import COUNTS as TYPES
from editloop.evals.suites.kris.cases import CATEGORIES, metrics_of
from editloop.evals.suites.rise.cases import COUNTS as KINDS

EVERY = [
    *(each for suite in published.SYSTEMS.values() for each in suite),
    *published.PARADIGMS,
    *published.THINKERS,
    *published.STAGES,
    *published.TURNS,
]


def of(suite: str, name: str) -> dict[str, float]:
    (found,) = (each for each in published.SYSTEMS[suite] if each.name == name)
    return dict(found.values)


@pytest.mark.parametrize("suite", published.SYSTEMS)
def test_every_suite_has_three_editors_alone_and_with_two_thinkers(suite: str) -> None:
    names = [each.name for each in published.SYSTEMS[suite]]
    assert len(set(names)) == 9
    assert sum("EditThinker-8B" in name for name in names) == 3
    assert sum("GPT-4.1" in name for name in names) == 3


def test_numbers_of_the_paper_stand_where_the_paper_has_them() -> None:
    kontext = "FLUX.1 Kontext [dev]"
    assert of("gedit", kontext) == {"EN G_SC": 6.62, "EN G_PQ": 7.61, "EN G_O": 6.18}
    assert of("gedit", f"{kontext} + EditThinker-8B")["EN G_O"] == 7.02
    assert of("imgedit", "Qwen-Image-Edit + GPT-4.1")["Hybrid"] == 3.72
    assert of("imgedit", "OmniGen2")["Overall (mean of cases)"] == 3.41
    assert of("kris", f"{kontext} + GPT-4.1")["Logical Reasoning"] == 71.38
    assert of("rise", f"{kontext} + EditThinker-8B") == {"Overall %": 14.4}


@pytest.mark.parametrize("reference", EVERY, ids=lambda each: f"{each.where} {each.name}")
def test_a_reference_says_that_it_is_published_and_where(reference: Reference) -> None:
    columns = (Column(name="EN G_O"), Column(name="nowhere"))
    line = reference.line(columns)
    assert line.origin == "published"
    assert line.source.startswith("arXiv 2512.05965, ")
    assert line.counts is None
    assert line.cells[1].value is None
    assert all(cell.low is None and cell.high is None for cell in line.cells)


def record(suite: Suite) -> Record:
    """One case of every category, all with full marks."""
    made = Record(suite)
    if suite == "gedit":
        for group in GROUPS:
            made.add(gedit_case(group, group), "ours", {group: gedit_said(10, 10)})
    elif suite == "imgedit":
        for kind in TYPES:
            made.add(imgedit_case(kind, kind), "ours", {kind: imgedit_said(5, 5, 5)})
    elif suite == "kris":
        for name in CATEGORIES:
            said = kris_said(5, 5, 5, 5 if len(metrics_of(name)) == 4 else None)
            made.add(kris_case("1", name), "ours", {name: said})
    else:
        for name in KINDS:
            logical = name == "logical_reasoning"
            quality = {} if logical else {"quality": 5}
            said = rise_said(
                consistency=1 if logical else 5, reasoning=1 if logical else 5, **quality
            )
            made.add(rise_case(name, name), "ours", {name: said})
    return made


@pytest.mark.parametrize("suite", ["gedit", "imgedit", "kris", "rise"])
def test_published_columns_are_columns_of_ours(suite: Suite) -> None:
    sheet = record(suite).sheet("ours")
    ours = sheet.board.headline(sheet.tables())
    for reference in published.SYSTEMS[suite]:
        assert reference.values.keys() <= ours.keys()


@pytest.mark.parametrize(
    ("suite", "best"), [("gedit", 10.0), ("imgedit", 5.0), ("kris", 100.0), ("rise", 100.0)]
)
def test_full_marks_everywhere_are_full_marks_in_the_headline(suite: Suite, best: float) -> None:
    sheet = record(suite).sheet("ours")
    ours = sheet.board.headline(sheet.tables())
    values = {name: cell.value for name, cell in ours.items() if name != "Overall score"}
    assert set(values.values()) == {best}

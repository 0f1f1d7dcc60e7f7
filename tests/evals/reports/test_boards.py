"""The tables of the four suites: the spec's vectors at the level of a report, and sound intervals."""

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

from editloop.evals.reports.tables import Table
from editloop.evals.suites.gedit.cases import GROUPS
from editloop.evals.suites.profile import Profile
from editloop.memory.errors import InputError


def gedit_record() -> Record:
    """Two cases in each group: O is 6 and 8."""
    record = Record("gedit")
    for group in GROUPS:
        for at, score in enumerate((6, 8)):
            case = gedit_case(f"{group}{at}", group)
            record.add(case, "kontext", {f"{group}{at}": gedit_said(score, score)})
    return record


def kris_record() -> Record:
    record = Record("kris")
    for at, scores in enumerate([(5, 3, 1), (4, 4, 4)]):
        record.add(kris_case(str(at), "count_change"), "kontext", {f"c{at}": kris_said(*scores)})
    said = kris_said(5, 5, 5, 1)
    record.add(kris_case("0", "humanities"), "kontext", {"h": said})
    return record


def rise_record() -> Record:
    record = Record("rise")
    temporal, causal = "temporal_reasoning", "causal_reasoning"
    free = rise_said(reasoning=5, quality=5)
    record.add(rise_case("t1", temporal, "true"), "kontext", {"t1": free})
    low = rise_said(consistency=5, reasoning=3, quality=1)
    record.add(rise_case("t2", temporal), "kontext", {"t2": low})
    good = rise_said(consistency=5, reasoning=5, quality=5)
    record.add(rise_case("s1", "spatial_reasoning"), "kontext", {"s1": good})
    unread = rise_said(consistency=None, reasoning=5, quality=5)
    record.add(rise_case("c1", causal), "kontext", {"c1": unread})
    logical = rise_said(consistency=1, reasoning=0)
    record.add(rise_case("l1", "logical_reasoning"), "kontext", {"l1": logical})
    return record


def test_gedit_averages_the_means_of_its_groups_and_not_its_cases() -> None:
    record = gedit_record()
    more = gedit_case("more", "text_change")
    record.add(more, "kontext", {"more": gedit_said(1, 1)})
    (table,) = record.sheet("kontext").tables()
    assert table.value("text_change", "O") == pytest.approx(5.0)
    assert table.value("Average", "O") == pytest.approx((10 * 7 + 5) / 11)


@pytest.mark.parametrize("profile", ["official", "corrected"])
def test_gedit_languages_have_tables_of_their_own(profile: Profile) -> None:
    record = gedit_record()
    chinese = gedit_case("cn", "ps_human", "cn")
    record.add(chinese, "kontext", {"cn": gedit_said(4, 9)})
    tables = {table.key: table for table in record.sheet("kontext", profile).tables()}
    assert tables["en"].value("Average", "O") == pytest.approx(7.0)
    assert tables["cn"].value("ps_human", "O") == pytest.approx(6.0)
    empty = None if profile == "official" else pytest.approx(6.0)
    assert tables["cn"].value("Average", "O") == empty


def test_gedit_official_stops_without_a_group_as_the_script_does() -> None:
    record = Record("gedit")
    record.add(gedit_case("a", "ps_human"), "kontext", {"a": gedit_said(4, 9)})
    with pytest.raises(InputError, match="no row of background_change"):
        record.sheet("kontext", "official").tables()


def test_imgedit_official_rounds_at_every_stage() -> None:
    record = Record("imgedit")
    for key, kind, scores in [
        ("1", "add", (4, 5, 4)),
        ("2", "add", (4, 3, 4)),
        ("3", "remove", (2,)),
    ]:
        record.add(imgedit_case(key, kind), "kontext", {key: imgedit_said(*scores)})
    (table,) = record.sheet("kontext", "official").tables()
    shown = {line.name: line.cells[0].value for line in table.lines}
    assert shown == {
        "Add": 4.0,
        "Remove": 2.0,
        "Overall (mean of types)": 3.0,
        "Overall (mean of cases)": 3.33,
    }


def test_imgedit_corrected_leaves_a_short_answer_unscored_and_says_so() -> None:
    record = Record("imgedit")
    record.add(imgedit_case("1", "add"), "kontext", {"1": imgedit_said(4, 5, 4)})
    record.add(imgedit_case("2", "add"), "kontext", {"2": imgedit_said(2)})
    record.add(imgedit_case("3", "add"), "kontext", None)
    (table,) = record.sheet("kontext").tables()
    line = table.line("Add")
    assert line.cells[0].value == pytest.approx(13 / 3)
    assert line.counts is not None
    assert (line.counts.cases, line.counts.scored) == (3, 1)
    assert line.counts.unscored == {"incomplete": 1, "missing_image": 1}


@pytest.mark.parametrize("profile", ["official", "corrected"])
def test_kris_vector(profile: Profile) -> None:
    main, categories = kris_record().sheet("kontext", profile).tables()
    assert main.value("Attribute Perception", "VC") == 87.5
    assert main.value("Attribute Perception", "VQ") == 62.5
    assert main.value("Attribute Perception", "IF") == 37.5
    assert main.value("Attribute Perception", "AVG") == 62.5
    assert main.value("Social Science", "AVG") == 75.0
    assert main.value("Factual Knowledge", "AVG") == 62.5
    assert main.value("Conceptual Knowledge", "AVG") == 75.0
    assert main.value("Overall", "AVG") == 67.5
    assert categories.value("humanities", "KP") == 0.0


def test_rise_official_vector() -> None:
    table = rise_record().sheet("kontext", "official", "bagel").tables()[0]
    assert shown(table, "Temporal") == pytest.approx((3.8, 70.0, 0.0))
    assert shown(table, "Causal") == (None, None, 0.0)
    assert shown(table, "Spatial") == pytest.approx((5.0, 100.0, 100.0))
    assert shown(table, "Logical") == pytest.approx((1.1, 2.5, 0.0))
    assert shown(table, "Overall") == pytest.approx((3.425, 60.625, 20.0))


def test_rise_corrected_counts_no_failure_as_wrong() -> None:
    table = rise_record().sheet("kontext").tables()[0]
    assert shown(table, "Causal") == (None, None, None)
    assert table.value("Overall", "Accuracy") == 50.0
    counts = table.line("Overall").counts
    assert counts is not None
    assert counts.unscored == {"unreadable": 1}


def shown(table: Table, name: str) -> tuple[float | None, ...]:
    return tuple(table.value(name, column) for column in ("Score", "Percentage", "Accuracy"))


@pytest.mark.parametrize("record", [gedit_record(), kris_record(), rise_record()])
@pytest.mark.parametrize("profile", ["official", "corrected"])
def test_every_interval_holds_its_number(record: Record, profile: Profile) -> None:
    cells = [
        cell
        for table in record.sheet("kontext", profile).tables()
        for line in table.lines
        for cell in line.cells
        if cell.value is not None and cell.low is not None and cell.high is not None
    ]
    assert cells
    assert all(c.low <= c.value <= c.high for c in cells if c.low and c.value and c.high)


@pytest.mark.parametrize("record", [gedit_record(), kris_record(), rise_record()])
def test_the_one_number_of_a_system_is_that_of_its_tables(record: Record) -> None:
    sheet = record.sheet("kontext")
    name, cell = sheet.board.overall(sheet.rows())
    assert sheet.board.headline(sheet.tables())[name] == cell
